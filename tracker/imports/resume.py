"""Where an import that was killed goes on: behind the last chunk that was committed.

Every chunk commits what was done so far with its rows, so the second try skips these chunks (they
are read again, which is quick, and not loaded) and ends with the same figures as one that was never
killed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from tracker.imports.result import Result
from tracker.imports.source import UNITS_AT_ONCE
from tracker.services.effects import Effect


class Resume:
    """Keeps count of the tables and chunks of a batch.

    Args:
        kept: what `after` gave last in an earlier try; None: there was none. It is of no use when
            chunks were of another size then; everything is loaded again, which changes nothing.
    """

    def __init__(self, kept: Mapping[str, Any] | None) -> None:
        usable = kept if kept and kept.get("size") == UNITS_AT_ONCE else None
        self.kept = usable
        self.told = str((kept or {}).get("told", ""))
        """As what the user said it is to be read."""
        self._table = -1

    def begin_table(self, result: Result) -> int:
        """The next table begins: how many of its chunks are done.

        The figures of all that is done are put into the (whole) result with the first table.
        """
        self._table += 1
        if self.kept is None:
            return 0
        if self._table == 0:
            _restore(result, self.kept)
        if self._table < self.kept["table"]:
            return 1 << 62
        return int(self.kept["chunks"]) if self._table == self.kept["table"] else 0

    def after(self, number: int, result: Result) -> dict[str, Any]:
        """What to keep once the chunk of this number (from 0) is loaded."""
        return {
            "told": self.told,
            "size": UNITS_AT_ONCE,
            "table": self._table,
            "chunks": number + 1,
            "rows": result.rows,
            "counts": dict(result.counts),
            "amounts": {currency: dict(sums) for currency, sums in result.amounts.items()},
            "sums": dict(result.sums),
            "days": [day and day.isoformat() for day in (result.first_day, result.last_day)],
            "effect": result.effect.tables,
        }


def _restore(result: Result, kept: Mapping[str, Any]) -> None:
    result.rows = kept["rows"]
    result.counts = Counter(kept["counts"])
    for currency, sums in kept["amounts"].items():
        result.amounts[currency] = Counter(sums)
    result.sums = Counter(kept["sums"])
    first, last = (date.fromisoformat(text) if text else None for text in kept["days"])
    result.first_day, result.last_day = first, last
    result.effect = Effect(kept["effect"])
