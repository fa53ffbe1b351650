"""The web server's process: `python -m tracker.supervisor.web`.

Granian (WSGI) with the program's site and collector. Each of its processes makes an app of its own,
since neither an engine nor a journal segment may be shared by two.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from functools import partial
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from tracker.config import Settings
from tracker.lifeline import die_with_parent
from tracker.logs import start_logging

STOP_SECONDS = 8
"""How long requests at hand may take when the server is told to stop."""

HEADER_MILLISECONDS = 15_000
"""How long a client may take to send its headers."""


def load_app(parent: int) -> Any:
    """The WSGI app, made in the process that serves it.

    That process is killed when granian's own (its `parent`) is gone, even if that happened before
    it got here: nobody is left who would stop it, and what it has answered is on the disk.
    """
    die_with_parent(signal.SIGKILL, parent)
    start_logging(Settings.from_env())
    # By name: the composition root stands above this module.
    return importlib.import_module("app").create_app()


def main() -> int:
    """Serve until told to stop."""
    settings = Settings.from_env()
    start_logging(settings)
    server = Granian(
        "app:create_app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS),
        websockets=False,
        workers=settings.web_processes,
        blocking_threads=settings.web_threads,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=partial(load_app, os.getpid()), wrap_loader=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
