"""The journal into the database: `python -m tracker.collect.loader`, one process a home.

Every second it takes the new whole lines of all segments, also of processes that are gone, and
stores them in short transactions. A segment is dropped only after the commit is on the disk.
Killed anywhere, it reads a part again, which changes nothing. While the database is locked, down
or without its tables, it waits longer and longer and tries again; nothing is lost, the journal
only grows.

A line that no attempt can store is put aside, with the reason, into `journal/rejected.jsonl`
({"at", "reason", "segment", "line"}), and the others go on.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from tracker.collect.lines import LineError, decode_line
from tracker.collect.segments import Segment, open_segments, remove_drafts
from tracker.config import Settings, SettingsError
from tracker.db import Database, connect
from tracker.domain.events import Event
from tracker.logs import start_logging
from tracker.services.hits import load_events

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0
"""Between two rounds when there is nothing left to do."""

LONGEST_PAUSE_SECONDS = 30.0
"""The pause doubles up to this while the database takes nothing."""

SEGMENT_BYTES = 1024 * 1024
"""Read of one segment in a round, at most."""

ROUND_BYTES = 8 * SEGMENT_BYTES
"""Read of all segments in a round, about: memory stays the same however much has piled up while
the database was away."""

BATCH_EVENTS = 2_000
"""Stored in one transaction: well under a second."""

REJECTED = "rejected.jsonl"

MANY = 20
"""When so many events and more fail in one batch, and none succeeds, they are kept, not put aside.
"""


class StuckError(Exception):
    """Nothing can be stored, though the database answers: a fault of the program."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is an event."""

    event: Event
    raw: bytes
    segment: str


class Loader:
    """Moves the lines of one journal into one database.

    Args:
        folder: the journal's.
        database: where to.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self._folder = folder
        self._database = database
        self._segments: dict[Path, Segment] = {}
        self._rejects: list[dict[str, str]] = []

    def run_round(self) -> int:
        """Store what has come; how many events were new.

        Raises:
            SQLAlchemyError: the database did not take it; call again later.
            OSError: the journal cannot be read, or a rejected line cannot be put aside.
        """
        self._segments = open_segments(self._folder, self._segments)
        self._rejects = []
        lines: list[_Line] = []
        read: list[tuple[Segment, int]] = []
        room = ROUND_BYTES
        for segment in self._segments.values():
            if room <= 0:
                break
            raw_lines = segment.read(SEGMENT_BYTES)
            read.append((segment, sum(map(len, raw_lines))))
            room -= read[-1][1]
            lines += self._decoded(raw_lines, segment)
        lines.sort(key=lambda line: line.event.at_micros)
        new = 0
        for start in range(0, len(lines), BATCH_EVENTS):
            new += self._store_batch(lines[start : start + BATCH_EVENTS])
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

    def _decoded(self, raw_lines: list[bytes], segment: Segment) -> Iterator[_Line]:
        for raw in raw_lines:
            try:
                yield _Line(decode_line(raw), raw, segment.path.name)
            except LineError as error:
                self._reject(raw, segment.path.name, str(error))

    def _store_batch(self, lines: list[_Line]) -> int:
        """Store a batch, put aside what cannot be stored.

        Raises:
            StuckError: not one event of many could be stored: the fault is ours, not theirs.
        """
        before = len(self._rejects)
        new = self._store(lines)
        if len(self._rejects) - before == len(lines) >= MANY:
            reason = self._rejects[-1]["reason"]
            del self._rejects[before:]
            raise StuckError(f"none of {len(lines)} events can be stored: {reason}")
        return new

    def _store(self, lines: list[_Line]) -> int:
        """Store events in a transaction. If one spoils it, the halves are tried apart, until that
        one stands alone."""
        try:
            with self._database.write() as session:
                loaded = load_events(session, [line.event for line in lines])
        except Exception as error:  # whatever reading a stranger's text may raise: see _is_poison
            if not _is_poison(error):
                raise
            if len(lines) == 1:
                self._reject(lines[0].raw, lines[0].segment, f"{type(error).__name__}: {error}")
                return 0
            middle = len(lines) // 2
            return self._store(lines[:middle]) + self._store(lines[middle:])
        by_event = {id(line.event): line for line in lines}
        for event, reason in loaded.refused:
            self._reject(by_event[id(event)].raw, by_event[id(event)].segment, reason)
        return loaded.new

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


def _is_poison(error: Exception) -> bool:
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


def run(loader: Loader, folder: Path, stop: Flag) -> None:
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


def main() -> int:
    """The process of `tracker up`; ends with 0 on SIGTERM or SIGINT, with 1 on wrong settings."""
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    start_logging(settings)
    stop = Flag()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with only_one(settings.run_dir / "loader.lock", stop) as is_ours:
        if is_ours:
            database = connect(settings.database, pool_size=1, synced=True)
            run(Loader(settings.journal_dir, database), settings.journal_dir, stop)
            database.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
