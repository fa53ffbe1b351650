"""What the parent writes down, so that its successor finds what a killed one left behind."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tracker.lifeline import start_mark

LEFTOVER_SECONDS = 15.0
"""How long a process of a killed parent may take to stop before it is killed."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A child as the parent wrote it down."""

    name: str
    pid: int
    started: str | None
    """Its `start_mark`; None: it had ended."""

    @property
    def is_running(self) -> bool:
        """Whether that very process runs, and not a later one of the same id."""
        return self.started is not None and start_mark(self.pid) == self.started


class AlreadyRunningError(Exception):
    """Another parent runs on the same home folder."""


@contextmanager
def only_parent(folder: Path) -> Iterator[None]:
    """Hold the lock of the home folder: two parents on one database and journal would fight.

    Raises:
        AlreadyRunningError: another process holds it.
    """
    with (folder / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise AlreadyRunningError(file.read().strip() or "?") from error
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield


def write_children(folder: Path, children: Iterable[tuple[str, int]]) -> None:
    """Write down the running children as (name, process id), in one step."""
    found = [Recorded(name, pid, start_mark(pid)) for name, pid in children]
    rows = [asdict(child) for child in found if child.started is not None]
    draft = folder / "children.json.new"
    draft.write_text(json.dumps(rows))
    draft.replace(folder / "children.json")


def stop_leftovers(folder: Path, patience: float = LEFTOVER_SECONDS) -> list[str]:
    """Stop what a killed parent left running.

    A process id is only believed together with the time at which that process started: ids are
    given out again.

    Args:
        patience: seconds they may take to stop by themselves.

    Returns:
        the names of the children that were stopped.
    """
    found = [child for child in _read_children(folder) if child.is_running]
    for child in found:
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and any(child.is_running for child in found):
        time.sleep(0.05)
    for child in found:
        if child.is_running:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
    return [child.name for child in found]


def _read_children(folder: Path) -> list[Recorded]:
    try:
        rows = json.loads((folder / "children.json").read_text())
        return [Recorded(**row) for row in rows]
    except (OSError, ValueError, TypeError):  # none yet, or the disk was full when it was written
        return []
