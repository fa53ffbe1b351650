"""What loaders share: rounds over the segments of a journal, and the process that runs them.

Every second a loader takes the new whole lines of all segments, also of processes that are gone,
and stores them in short transactions. A segment is dropped only after the commit is on the disk.
Killed anywhere, it reads a part again, which changes nothing. While the database is locked, down
or without its tables, it waits longer and longer and tries again; nothing is lost, the journal
only grows.

A line that no attempt can store is put aside, with the reason, into `rejected.jsonl` beside the
segments ({"at", "reason", "segment", "line"}), and the others go on.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag
from typing import Generic, TypeVar

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from tracker.collect.lines import LineError
from tracker.collect.segments import Segment, open_segments, remove_drafts

log = logging.getLogger(__name__)

T = TypeVar("T")

PAUSE_SECONDS = 1.0
"""Between two rounds when there is nothing left to do."""

LONGEST_PAUSE_SECONDS = 30.0
"""The pause doubles up to this while the database takes nothing."""

SEGMENT_BYTES = 1024 * 1024
"""Read of one segment in a round, at most."""

ROUND_BYTES = 8 * SEGMENT_BYTES
"""Read of all segments in a round, about: memory stays the same however much has piled up while
the database was away."""

REJECTED = "rejected.jsonl"


class StuckError(Exception):
    """Nothing can be stored, though the database answers: a fault of the program."""


@dataclass(frozen=True, slots=True)
class Line(Generic[T]):
    """A line that could be read."""

    content: T
    raw: bytes
    segment: str


class Rounds(Generic[T]):
    """Moves the lines of one journal somewhere; subclasses say how a line is read and stored.

    Args:
        folder: the journal's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._segments: dict[Path, Segment] = {}
        self._rejects: list[dict[str, str]] = []

    def run_round(self) -> int:
        """Store what has come; how much of it was new.

        Raises:
            SQLAlchemyError: the database did not take it; call again later.
            OSError: the journal cannot be read, or a rejected line cannot be put aside.
        """
        self._segments = open_segments(self._folder, self._segments)
        self._rejects = []
        lines: list[Line[T]] = []
        read: list[tuple[Segment, int]] = []
        room = ROUND_BYTES
        for segment in self._segments.values():
            if room <= 0:
                break
            raw_lines = segment.read(SEGMENT_BYTES)
            read.append((segment, sum(map(len, raw_lines))))
            room -= read[-1][1]
            lines += self._decoded(raw_lines, segment)
        new = self._store_all(lines)
        self._put_aside()
        for segment, size in read:
            if size:
                segment.advance(size)
            if segment.drop_if_done():
                del self._segments[segment.path]
        return new

    def is_done(self) -> bool:
        """Whether no segment holds another whole line."""
        return not any(segment.read(1) for segment in self._segments.values())

    def _decode(self, raw: bytes) -> T:
        """Read a line; LineError: it is none."""
        raise NotImplementedError

    def _store_all(self, lines: list[Line[T]]) -> int:
        """Store lines in short transactions; how many were new."""
        raise NotImplementedError

    def _decoded(self, raw_lines: list[bytes], segment: Segment) -> Iterator[Line[T]]:
        for raw in raw_lines:
            try:
                yield Line(self._decode(raw), raw, segment.path.name)
            except LineError as error:
                self._reject(raw, segment.path.name, str(error))

    def _reject(self, raw: bytes, segment: str, reason: str) -> None:
        self._rejects.append(
            {
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "reason": reason[:300],
                "segment": segment,
                "line": raw.decode("utf-8", "backslashreplace").rstrip("\n"),
            }
        )

    def _put_aside(self) -> None:
        if not self._rejects:
            return
        with open(self._folder / REJECTED, "a", opener=_private) as file:
            file.writelines(
                json.dumps(reject, ensure_ascii=True) + "\n" for reject in self._rejects
            )
            file.flush()
            os.fsync(file.fileno())
        log.warning("%d lines of the journal put aside: see %s", len(self._rejects), REJECTED)


def is_poison(error: Exception) -> bool:
    """Whether it is the data's fault (or our reading of it), and trying again is useless.

    Everything else that a database says (locked, gone, full, no such table) passes with time.
    """
    if isinstance(error, (DataError, IntegrityError)):
        return not error.connection_invalidated
    if isinstance(error, (DBAPIError, PoolTimeoutError)):
        return False
    return not isinstance(error, (OSError, MemoryError))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


# --- the process ----------------------------------------------------------------------------------


_PASSING = (SQLAlchemyError, OSError, StuckError)
"""What a later round may get over."""


def run(loader: Rounds[T], folder: Path, stop: Flag) -> None:
    """Load until `stop` is set, then once more."""
    remove_drafts(folder)
    pause = PAUSE_SECONDS
    while not stop.is_set():
        try:
            loader.run_round()
            if not loader.is_done():
                continue
            pause = PAUSE_SECONDS
        except _PASSING as error:
            log.warning("the journal waits %.0f s and tries again: %s", pause, _brief(error))
            stop.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            continue
        stop.wait(pause)
    try:
        loader.run_round()
    except _PASSING as error:
        log.warning("the rest of the journal waits for the next start: %s", _brief(error))


def _brief(error: Exception) -> str:
    return str(error).partition("\n")[0][:300]


@contextmanager
def only_one(path: Path, stop: Flag) -> Iterator[bool]:
    """Wait until no other loader of this home is alive; False: `stop` came first."""
    with open(path, "a", opener=_private) as file:
        said = False
        while not stop.is_set():
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not said:
                    log.warning("another loader serves this home; waiting for its end")
                said = True
                stop.wait(PAUSE_SECONDS)
            else:
                yield True
                return
        yield False
