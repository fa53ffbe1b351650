"""The reading end of the journal: segments of all processes, living or dead, from an offset on."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tracker.collect.journal import SUFFIX
from tracker.collect.lines import LineError, decode_line

OFFSET_SUFFIX = ".offset"
"""Beside a segment: how many bytes of it are in the database, as decimal text."""

DRAFT_SECONDS = 3_600
"""A draft (a segment that was never begun) that is older was left by a killed process."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the journal still holds for the database."""

    segments: int
    bytes: int
    oldest_seconds: float | None
    """Seconds since the oldest of these events was answered; None: there is none."""


class Segment:
    """One segment as the loader sees it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset_path = path.with_suffix(OFFSET_SUFFIX)
        self.offset = 0
        """Bytes that are done."""
        with suppress(OSError, ValueError):
            self.offset = int(self._offset_path.read_text())

    def read(self, limit: int) -> list[bytes]:
        """The next whole lines from the offset on, about `limit` bytes of them. What follows the
        last line feed is either still being written or was torn by a kill: it was never answered.

        Raises:
            OSError: it cannot be read.
        """
        with self.path.open("rb") as file:
            file.seek(self.offset)
            data = file.read(limit)
            if b"\n" not in data:
                data += file.readline()
        return data[: data.rfind(b"\n") + 1].splitlines(keepends=True)

    def advance(self, size: int) -> None:
        """So many bytes more are in the database. It is kept in a file only to save work: events
        that are loaded again change nothing."""
        self.offset += size
        draft = self._offset_path.with_suffix(".offset-new")
        with suppress(OSError):  # a full disk
            draft.write_text(str(self.offset))
            draft.replace(self._offset_path)

    def drop_if_done(self) -> bool:
        """Remove the segment if its writer has closed it (or is gone) and all of it is done.

        Raises:
            OSError: it cannot be removed.
        """
        with self.path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            # Nobody can append any more; a torn line at the end was never answered.
            file.seek(self.offset)
            if file.readline().endswith(b"\n"):
                return False
            self.path.unlink()
            self._offset_path.unlink(missing_ok=True)
        return True


def open_segments(folder: Path, known: dict[Path, Segment]) -> dict[Path, Segment]:
    """All segments in the order they were begun; `known` ones keep their offsets."""
    paths = sorted(path for path in folder.iterdir() if path.suffix == SUFFIX)
    return {path: known.get(path) or Segment(path) for path in paths}


def remove_drafts(folder: Path) -> None:
    """Remove what processes left that were killed while they began or dropped a segment, or kept
    an offset."""
    for offset in folder.glob("*" + OFFSET_SUFFIX):
        if not offset.with_suffix(SUFFIX).exists():
            offset.unlink(missing_ok=True)
    for pattern in (".*.new", "*.offset-new"):
        for draft in folder.glob(pattern):
            with suppress(OSError):
                if time.time() - draft.stat().st_mtime > DRAFT_SECONDS:
                    draft.unlink()


def event_at(line: bytes) -> float:
    """When the event of a line came, in seconds since the epoch; LineError: it is none."""
    return decode_line(line).at_micros / 1e6


def backlog(folder: Path, at: Callable[[bytes], float] = event_at) -> Backlog:
    """How much waits. Segments that are written to but wholly loaded count nothing.

    Args:
        at: when a line came; another journal has other lines.
    """
    sizes: list[int] = []
    ages: list[float] = []
    for path, segment in open_segments(folder, {}).items():
        with suppress(OSError):
            waiting = path.stat().st_size - segment.offset
            if waiting > 0:
                sizes.append(waiting)
                ages.append(time.time() - _first_waiting(segment, at))
    return Backlog(len(sizes), sum(sizes), max(ages) if ages else None)


def _first_waiting(segment: Segment, at: Callable[[bytes], float]) -> float:
    """When the first line that is not loaded came, in seconds since the epoch."""
    for line in segment.read(1):
        with suppress(LineError):
            return at(line)
    return segment.path.stat().st_mtime
