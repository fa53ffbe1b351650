"""A shared table as a page shows it: its first rows as text, and the totals of all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from tracker import i18n
from tracker.domain.metrics import MICRO
from tracker.reports import format as numbers
from tracker.reports.columns import Column, TableSpec
from tracker.reports.figures import total
from tracker.reports.rows import Row
from tracker.reports.state import ReportState
from tracker.reports.tables import FIGURE_COLUMNS

MOST_ROWS = 500
"""Rows that a page shows; the file has all of them."""

_NUMBERS = frozenset({"money", "orders", "count", "ratio"})
_TIMES = frozenset({"roas"})
_OF_FIGURES = frozenset(column.key for column in FIGURE_COLUMNS)


@dataclass(frozen=True, slots=True)
class SharedPage:
    """What a visitor sees. `totals` has a text for each column, "" where none makes sense."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...]
    n_rows: int

    @property
    def n_left_out(self) -> int:
        """Rows that only the file has."""
        return self.n_rows - len(self.rows)


def is_number(column: Column) -> bool:
    """Whether a column is written flush right."""
    return column.form in _NUMBERS


def shared_page(session: Session, spec: TableSpec, state: ReportState, locale: str) -> SharedPage:
    """Read a table once: the first rows are kept, all are summed."""
    shown: list[tuple[str, ...]] = []
    summing = _Totals(spec.columns)
    for row in spec.rows(session, state):
        summing.add(row)
        if len(shown) < MOST_ROWS:
            shown.append(tuple(text(column, row, state, locale) for column in spec.columns))
    totals = summing.texts(state, locale)
    return SharedPage(spec.columns, tuple(shown), totals, summing.n_rows)


def text(column: Column, row: Any, state: ReportState, locale: str) -> str:
    """One cell in a language; unknown is a dash."""
    value = column.read(row)
    if column.form in _NUMBERS:
        return _number(column, value, row, state, locale)
    if value is None or value == "":
        return numbers.DASH
    if column.form == "code":
        return i18n.label(locale, column.group, str(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(column: Column, value: Any, row: Any, state: ReportState, locale: str) -> str:
    if column.form == "money":
        currency = column.currency(row) if column.currency else state.base_currency
        return numbers.money(value, currency, locale, compact=False)
    if column.form == "orders":
        return numbers.count(
            None if value is None else round(value / MICRO, 2), locale, compact=False
        )
    if column.form == "count":
        return numbers.count(value, locale, compact=False)
    show = numbers.ratio if column.key in _TIMES else numbers.percent
    return show(value, locale)


class _Totals:
    """Sums of rows of figures, and of plain amounts; ratios are computed from the sums."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._columns = tuple(columns)
        self._plain = {
            column.key: 0
            for column in self._columns
            if column.key not in _OF_FIGURES and column.form in ("money", "orders")
        }
        self._figures: Any = total(())
        self.n_rows = 0

    def add(self, row: Any) -> None:
        self.n_rows += 1
        figures = getattr(row, "figures", None)
        if figures is not None:
            self._figures = total((self._figures, figures))
        for column in self._columns:
            if column.key in self._plain and not column.currency:
                self._plain[column.key] += column.read(row) or 0

    def texts(self, state: ReportState, locale: str) -> tuple[str, ...]:
        row = Row(self._figures, None)
        return tuple(self._text(column, row, state, locale) for column in self._columns)

    def _text(self, column: Column, row: Row, state: ReportState, locale: str) -> str:
        if column.key in _OF_FIGURES:
            return text(column, row, state, locale)
        if column.key in self._plain:
            return _number(column, self._plain[column.key], row, state, locale)
        return ""
