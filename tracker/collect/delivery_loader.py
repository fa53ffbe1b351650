"""The journal of webhooks into the database (a thread of the loader's process)."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from tracker.collect.delivery_lines import decode_delivery
from tracker.collect.rounds import Line, Rounds, is_poison
from tracker.db import Database
from tracker.domain.deliveries import Delivery
from tracker.services.deliveries import load_deliveries, note_failure

log = logging.getLogger(__name__)

BATCH_DELIVERIES = 500
"""Stored in one transaction: well under a second."""


class DeliveryLoader(Rounds[Delivery]):
    """Moves deliveries into one database.

    Args:
        folder: of the deliveries' journal.
        database: where to.
        secret: see `load_deliveries`.
    """

    def __init__(self, folder: Path, database: Database, *, secret: bytes) -> None:
        super().__init__(folder)
        self._database = database
        self._secret = secret

    def _decode(self, raw: bytes) -> Delivery:
        return decode_delivery(raw)

    def _store_all(self, lines: list[Line[Delivery]]) -> int:
        lines.sort(key=lambda line: line.content.received_at)
        starts = range(0, len(lines), BATCH_DELIVERIES)
        return sum(self._store(lines[start : start + BATCH_DELIVERIES]) for start in starts)

    def _store(self, lines: list[Line[Delivery]]) -> int:
        """Store deliveries in a transaction. If one spoils it, the halves are tried apart, until
        that one stands alone; it is kept in the log and tried again later."""
        try:
            with self._database.write() as session:
                return load_deliveries(
                    session,
                    [line.content for line in lines],
                    secret=self._secret,
                    now=datetime.now(UTC),
                )
        except Exception as error:  # whatever a shop's payload may raise: see is_poison
            if not is_poison(error):
                raise
            if len(lines) == 1:
                self._set_aside(lines[0], error)
                return 1
            middle = len(lines) // 2
            return self._store(lines[:middle]) + self._store(lines[middle:])

    def _set_aside(self, line: Line[Delivery], error: Exception) -> None:
        log.error("a delivery cannot be stored yet: %s", line.content.key, exc_info=error)
        try:
            with self._database.write() as session:
                note_failure(session, line.content, type(error).__name__, datetime.now(UTC))
        except SQLAlchemyError as second:
            if not is_poison(second):
                raise
            self._reject(line.raw, line.segment, f"{type(error).__name__}: {error}")
