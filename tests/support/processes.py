"""Processes that a test starts, watches and kills; all of them are gone when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def wait_until(condition: Callable[[], object], seconds: float = 20.0, what: str = "") -> None:
    """Wait for something to become true; a test that waits in vain says for what."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain {what}")
        time.sleep(0.02)


class Processes:
    """Starts processes of this Python, each in a session of its own."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start `python ARGUMENTS` in the checkout."""
        log = self.log_of(len(self.started))
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def log_of(self, number: int) -> Path:
        return self.logs / f"process-{number}.log"

    def output(self, process: subprocess.Popen[bytes]) -> str:
        return self.log_of(self.started.index(process)).read_text()

    def close(self) -> None:
        for process in self.started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
