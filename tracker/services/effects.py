"""What an import does to sums, by kind of record: what its rows came to before, and do now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.domain.money import format_minor

_NONE: Mapping[str, int] = {}


class Effect:
    """Rows added, changed and removed of each table, and sums over these rows before and after.

    `tables` is plain JSON: {table: {"new", "changed", "removed": rows, "sums": {column: {currency:
    [before, after]}}}}, sums in minor units.
    """

    def __init__(self, tables: Mapping[str, Any] | None = None) -> None:
        self.tables: dict[str, dict[str, Any]] = {}
        if tables:
            self.merge(Effect.of(tables))

    @classmethod
    def of(cls, tables: Mapping[str, Any]) -> Effect:
        """An effect that was kept as JSON."""
        made = cls()
        made.tables = {name: dict(table) for name, table in tables.items()}
        return made

    def add(self, table: str, currency: str, before: Mapping[str, int], after: Mapping[str, int],
            kind: str = "new", n_rows: int = 1) -> None:  # fmt: skip
        """Rows were added."""
        mine = self._table(table)
        if kind:
            mine[kind] += n_rows
        for name in {**before, **after}:
            pair = mine["sums"].setdefault(name, {}).setdefault(currency, [0, 0])
            pair[0] += before.get(name, 0)
            pair[1] += after.get(name, 0)

    def change(self, table: str, currency: str, before: Mapping[str, int],
               after: Mapping[str, int], *, is_another: bool = True) -> None:  # fmt: skip
        """A row was changed; is_another: whether it is not counted yet."""
        self.add(table, currency, before, after, "changed" if is_another else "")

    def remove(self, table: str, currency: str, before: Mapping[str, int]) -> None:
        """A row was deleted."""
        self.add(table, currency, before, _NONE, "removed")

    def merge(self, other: Effect) -> None:
        """Add what another one tells."""
        for name, theirs in other.tables.items():
            mine = self._table(name)
            for kind in ("new", "changed", "removed"):
                mine[kind] += theirs[kind]
            for column, currencies in theirs["sums"].items():
                for currency, (before, after) in currencies.items():
                    pair = mine["sums"].setdefault(column, {}).setdefault(currency, [0, 0])
                    pair[0] += before
                    pair[1] += after

    def as_json(self) -> dict[str, Any]:
        """For the command line: sums as [before, after] in decimal text."""
        return {
            name: {
                **{kind: table[kind] for kind in ("new", "changed", "removed")},
                "sums": {
                    column.removesuffix("_minor"): {
                        currency: [format_minor(minor, currency) for minor in pair]
                        for currency, pair in currencies.items()
                    }
                    for column, currencies in table["sums"].items()
                },
            }
            for name, table in self.tables.items()
        }

    def _table(self, name: str) -> dict[str, Any]:
        return self.tables.setdefault(name, {"new": 0, "changed": 0, "removed": 0, "sums": {}})
