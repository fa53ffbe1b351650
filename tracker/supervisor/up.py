"""`tracker up`: bring the database up to date, start everything, say where it is."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable

from sqlalchemy import exists, select

from tracker.config import Settings
from tracker.db import Database, connect
from tracker.migrations import upgrade
from tracker.models import Workspace
from tracker.services.users import first_admin
from tracker.supervisor.parent import Parent
from tracker.supervisor.plan import BACKGROUND, LOADER, PROGRAM_FOLDER, VALKEY, WEB, planned
from tracker.supervisor.records import only_parent, stop_leftovers
from tracker.supervisor.valkey import answers
from tracker.supervisor.watch import Watch

START_SECONDS = 60.0
"""How long the web server may take to answer: a small machine loads pandas for a while."""


class PortTakenError(Exception):
    """Another program listens on the port."""


class DemoFailedError(Exception):
    """The demo brand could not be made."""


def run(
    settings: Settings, *, demo: bool, say: Callable[[str], None], reload: bool = False
) -> None:
    """Run an installation until told to stop.

    Args:
        demo: make the demo brand first, when the database has no workspace yet.
        say: prints one line.
        reload: start the processes again when the program is edited.

    Raises:
        AlreadyRunningError: it runs already.
        PortTakenError: another program has the port.
        DemoFailedError: the demo brand could not be made.
        ChildFailedError: a process does not start.
    """
    os.umask(0o077)  # what we and our children write is for the owner's eyes
    with only_parent(settings.run_dir):
        for name in stop_leftovers(settings.run_dir):
            say(f"stopped {name}, left over from a parent that was killed")
        check_port(settings.host, settings.port)
        prepare(settings)
        if demo and not _has_workspace(settings):
            make_demo(settings, say)
        with Parent(
            planned(settings),
            environment=settings.environment(),
            folder=PROGRAM_FOLDER,
            run_folder=settings.run_dir,
            logs_folder=settings.logs_dir,
            say=say,
        ) as parent:
            start(parent, settings)
            if not parent.stop_requests:
                # Made last: a password that was made and then not shown would be lost.
                for line in welcome(settings, make_first_admin(settings)):
                    say(line)
            parent.run(Watch(PROGRAM_FOLDER).changed if reload else None)


def prepare(settings: Settings) -> None:
    """Bring the database up to this program."""
    database = connect(settings.database)
    try:
        upgrade(database)
    finally:
        database.dispose()


def make_first_admin(settings: Settings) -> str | None:
    """Make the first user of a new installation; their password, None: there are users."""
    database = connect(settings.database)
    try:
        with database.write() as session:
            return first_admin(session)
    finally:
        database.dispose()


def start(parent: Parent, settings: Settings) -> None:
    """Start the children in order, each stage when the one before answers."""
    if not settings.redis_url:
        parent.start(VALKEY)
        parent.wait_for(lambda: answers(settings.redis, 0), "valkey", START_SECONDS)
    parent.start(LOADER)
    parent.start(BACKGROUND)
    parent.start(WEB)
    parent.wait_for(lambda: _listens(settings), "web", START_SECONDS)


def check_port(host: str, port: int) -> None:
    """See that the web server will get its port.

    Raises:
        PortTakenError: it will not.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTakenError(
                f"cannot listen on {host}:{port} ({error.strerror}); "
                "choose another port with --port or TRACKER_PORT"
            ) from error


def make_demo(settings: Settings, say: Callable[[str], None]) -> None:
    """Make the demo brand, in a process of its own whose memory is then free again.

    Raises:
        DemoFailedError: it ended with an error (its own words are on standard error).
    """
    say("正在生成演示品牌（约半分钟）… / Making the demo brand (about half a minute) ...")
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "tracker", "demo"],
        cwd=PROGRAM_FOLDER,
        env=settings.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise DemoFailedError(
            "the demo brand could not be made; start without --demo, or try again"
        )
    say(f"  {time.monotonic() - started:.0f} s")


def welcome(settings: Settings, password: str | None) -> list[str]:
    """What the person who started it needs to know."""
    lines = [f"打开 / Open              {settings.site_url}"]
    if password is not None:
        lines += [
            "账号 / Sign in as         admin@localhost",
            f"一次性密码 / Password     {password}   (只显示这一次 / shown this once)",
        ]
    return [*lines, "Ctrl-C 停止 / stops it"]


def _has_workspace(settings: Settings) -> bool:
    database: Database = connect(settings.database)
    try:
        with database.read() as session:
            return bool(session.scalar(select(exists().where(Workspace.id > 0))))
    finally:
        database.dispose()


def _listens(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    try:
        with socket.create_connection((host, settings.port), timeout=1):
            return True
    except OSError:
        return False
