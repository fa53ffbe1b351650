"""What a row says of a platform's own results: figures by scope and kind, out of named columns.

A column of figures is called `<qualifier><metric>`: `gmv`, `direct_gmv`, `net_orders`,
`ads_impressions`. So one preset can name many bases and needs no code for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.domain.platform_bases import basis_of
from tracker.imports import numbers, values
from tracker.imports.readers.base import Options
from tracker.imports.row import Row

MONEY = ("gmv", "refund", "spend")
COUNTS = (
    "orders", "buyers", "visitors", "visits", "views", "clicks", "impressions", "engagements",
)  # fmt: skip
QUALIFIERS: Mapping[str, tuple[str, str]] = {
    "": ("total", ""),
    "direct_": ("direct", ""),
    "indirect_": ("indirect", ""),
    "net_": ("net", ""),
    "ordered_": ("ordered", ""),
    "settled_": ("settled", ""),
    "focus_": ("focus", ""),
    "natural_": ("total", "natural"),
    "ads_": ("total", "paid"),
    "boost_": ("total", "paid"),
    "kol_": ("total", "kol"),
}
"""Beginning of a column's name -> scope and kind of what it counts. Both `ads_` and `boost_` are
paid: a platform that writes them apart has them added."""

COLUMNS = frozenset(q + metric for q in QUALIFIERS for metric in (*MONEY, *COUNTS))

Basis = tuple[str, str, str]
"""Scope, basis, kind."""


@dataclass(slots=True)
class Claims:
    """Figures by basis; None: not said."""

    by_basis: dict[Basis, dict[str, int]] = field(default_factory=dict)

    def add(self, basis: Basis, metric: str, value: int | None) -> None:
        """Add to a figure; None adds nothing, and does not make it a zero."""
        if value is not None:
            figures = self.by_basis.setdefault(basis, {})
            figures[metric] = figures.get(metric, 0) + value

    def take(self, other: Claims) -> None:
        """Add all that another row says."""
        for basis, figures in other.by_basis.items():
            for metric, value in figures.items():
                self.add(basis, metric, value)

    def __bool__(self) -> bool:
        return bool(self.by_basis)


def read_claims(
    row: Row, options: Options, currency: str, rename: Mapping[str, str] | None = None
) -> Claims:
    """The figures of a row.

    Args:
        rename: canonical column of this kind of file -> column of COLUMNS that it is.

    Raises RowError: not_a_number, too_large, unknown_currency. Below zero is a figure like any
    other: net GMV is, on a day with more refunds than sales.
    """
    claims, told = Claims(), said_basis(row, options)
    renamed = {new: old for old, new in (rename or {}).items()}
    for qualifier, (scope, kind) in QUALIFIERS.items():
        for metric in (*MONEY, *COUNTS):
            name = renamed.get(qualifier + metric, qualifier + metric)
            if name not in row.sheet.columns:
                continue
            basis = basis_of(*told, row.sheet.windows.get(name, ""))
            money = metric in MONEY
            value = _money(row, name, currency) if money else _count(row, name)
            claims.add((scope, basis, kind), f"{metric}_minor" if money else metric, value)
    return claims


def said_basis(row: Row, options: Options) -> Sequence[str]:
    """What the row's own cells, else the preset, say of how orders are claimed."""
    cells = [row.text(name) for name in ("window", "basis", "model")]
    return [cell for cell in cells if cell] or [str(options.get("basis", ""))]


def _money(row: Row, column: str, currency: str) -> int | None:
    cell = row.raw(column)
    if numbers.is_absent(cell):
        return None
    values.check_sign(cell, currency, column)
    plain = numbers.plain(cell, has_comma=column in row.sheet.comma_columns)
    return values.round_amount(plain, currency, column)


def _count(row: Row, column: str) -> int | None:
    """A count; net ones may be below zero."""
    cell = row.raw(column)
    if numbers.is_absent(cell):
        return None
    plain = numbers.plain(cell, has_comma=column in row.sheet.comma_columns)
    sign = -1 if plain.startswith("-") else 1
    return sign * values.round_count(plain.removeprefix("-"), column)


def fields_of(figures: Mapping[str, int]) -> dict[str, Any]:
    """Figures as fields of a record."""
    return dict(figures)
