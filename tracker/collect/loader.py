"""The journals into the database: `python -m tracker.collect.loader`, one process a home.

One thread loads what browsers sent, another what shops delivered (rounds.py says how).
"""

from __future__ import annotations

import logging
import signal
import sys
from pathlib import Path
from threading import Event as Flag
from threading import Thread

from tracker.collect.delivery_loader import DeliveryLoader
from tracker.collect.lines import decode_line
from tracker.collect.rounds import REJECTED, Line, Rounds, StuckError, is_poison, only_one, run
from tracker.config import Settings, SettingsError
from tracker.db import Database, connect
from tracker.domain.events import Event
from tracker.logs import start_logging
from tracker.services.hits import load_events

__all__ = ["BATCH_EVENTS", "MANY", "REJECTED", "Loader", "StuckError", "main", "only_one"]

log = logging.getLogger(__name__)

BATCH_EVENTS = 2_000
"""Stored in one transaction: well under a second."""

MANY = 20
"""When so many events and more fail in one batch, and none succeeds, they are kept, not put aside.
"""


class Loader(Rounds[Event]):
    """Moves the lines of one journal into one database.

    Args:
        folder: the journal's.
        database: where to.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        super().__init__(folder)
        self._database = database

    def _decode(self, raw: bytes) -> Event:
        return decode_line(raw)

    def _store_all(self, lines: list[Line[Event]]) -> int:
        lines.sort(key=lambda line: line.content.at_micros)
        starts = range(0, len(lines), BATCH_EVENTS)
        return sum(self._store_batch(lines[start : start + BATCH_EVENTS]) for start in starts)

    def _store_batch(self, lines: list[Line[Event]]) -> int:
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

    def _store(self, lines: list[Line[Event]]) -> int:
        """Store events in a transaction. If one spoils it, the halves are tried apart, until that
        one stands alone."""
        try:
            with self._database.write() as session:
                loaded = load_events(session, [line.content for line in lines])
        except Exception as error:  # whatever reading a stranger's text may raise: see is_poison
            if not is_poison(error):
                raise
            if len(lines) == 1:
                self._reject(lines[0].raw, lines[0].segment, f"{type(error).__name__}: {error}")
                return 0
            middle = len(lines) // 2
            return self._store(lines[:middle]) + self._store(lines[middle:])
        by_event = {id(line.content): line for line in lines}
        for event, reason in loaded.refused:
            self._reject(by_event[id(event)].raw, by_event[id(event)].segment, reason)
        return loaded.new


# --- the process ----------------------------------------------------------------------------------


def load_all(settings: Settings, stop: Flag) -> int:
    """Load both journals until `stop` is set; 1: the thread of deliveries ended before."""
    databases = [connect(settings.database, pool_size=1, synced=True) for _ in range(2)]
    deliveries = DeliveryLoader(
        settings.deliveries_dir, databases[1], secret=settings.customer_key_secret
    )
    is_over = Flag()

    def load_deliveries() -> None:
        try:
            run(deliveries, settings.deliveries_dir, stop)
            is_over.set()
        finally:
            stop.set()  # after an error nobody foresaw: the parent starts the process again

    thread = Thread(target=load_deliveries, name="deliveries")
    thread.start()
    run(Loader(settings.journal_dir, databases[0]), settings.journal_dir, stop)
    thread.join()
    for database in databases:
        database.dispose()
    return 0 if is_over.is_set() else 1


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
        return load_all(settings, stop) if is_ours else 0


if __name__ == "__main__":
    sys.exit(main())
