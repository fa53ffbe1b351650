"""Files that are recognised and not loaded: figures that have no place yet, sums without days.

Guessing would be worse: a report over a month is not a day's, and visits that a platform counted
are not those that our own script saw. The preset says why (`reason`) and how it counts (`outcome`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, cast

from tracker.domain.records import Reason
from tracker.imports.readers.base import Options, Reader, columns
from tracker.imports.row import Row
from tracker.imports.units import Out, Unit


def _units(rows: Iterable[Row], options: Options) -> Iterator[Unit | Out]:
    reason = Reason(options.get("reason", "not_stored_yet"))
    outcome = cast(Literal["ignored", "rejected"], options.get("outcome", "ignored"))
    for row in rows:
        yield Out(row.line, outcome, reason)


READERS = (
    Reader(
        name="unstored",
        feeds=(),
        scope="workspace",
        columns=columns("subject"),
        needed=(),
        has_totals=True,
        any_width=True,
        units=_units,
    ),
)
