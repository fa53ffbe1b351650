"""One process under the parent: started, watched, started again with back-off, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tracker import lifeline

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0

PROVEN_SECONDS = 60.0
"""A child that ran this long is held for sound: the next failure counts as its first."""

LOG_BYTES = 20 * 1024 * 1024
"""A log that has grown past this is kept as `.1` and begun anew."""


@dataclass(frozen=True, slots=True)
class Spec:
    """What to run."""

    name: str
    """Also the name of its log."""
    command: tuple[str, ...]
    stage: int
    """Children of a higher stage are started later and stopped earlier."""
    grace_seconds: float = 10.0
    """How long it may take to stop by itself."""


@dataclass(slots=True)
class Child:
    """A process that shall be running."""

    spec: Spec
    environment: dict[str, str]
    folder: Path
    """The program's own folder: where it runs, so that its modules are found."""
    log_path: Path
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    """Ends in a row that nobody asked for."""
    started_at: float = 0.0
    """Monotonic seconds."""
    start_after: float = field(default=0.0)
    """Monotonic seconds before which it is not started again."""

    def start(self) -> None:
        """Start it, its output appended to its log."""
        self.trim_log()
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-S",
                    "-E",
                    lifeline.__file__,
                    str(os.getpid()),
                    *self.spec.command,
                ],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.started_at = time.monotonic()

    @property
    def pid(self) -> int | None:
        """Its process id; None: it is not running."""
        return self.process.pid if self.process and self.process.poll() is None else None

    def note_end(self) -> int | None:
        """See whether it has ended by itself; if so, plan the next start.

        Returns:
            its exit status (negative: the signal that ended it); None: it runs.
        """
        if self.process is None or (status := self.process.poll()) is None:
            return None
        self.process = None
        lived = time.monotonic() - self.started_at
        self.failures = 1 if lived >= PROVEN_SECONDS else self.failures + 1
        delay = FIRST_DELAY_SECONDS * 2 ** min(self.failures - 1, 10)
        self.start_after = time.monotonic() + min(delay, LONGEST_DELAY_SECONDS)
        return status

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.send_signal(number)

    def kill(self) -> None:
        """End it and its own children at once."""
        if self.pid is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            self.send(signal.SIGKILL)

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        try:
            with self.log_path.open("rb") as log:
                log.seek(max(0, self.log_path.stat().st_size - 8192))
                text = log.read().decode(errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def trim_log(self) -> None:
        """Keep the log from filling the disk: it is copied and emptied in place, since its writer
        holds it open (and appends, so it goes on at the new end).
        """
        with suppress(OSError):
            if self.log_path.stat().st_size > LOG_BYTES:
                shutil.copyfile(self.log_path, self.log_path.with_suffix(".log.1"))
                os.truncate(self.log_path, 0)
