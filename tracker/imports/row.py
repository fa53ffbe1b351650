"""One row of a file: its cells by canonical column, as typed values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NoReturn
from zoneinfo import ZoneInfo

from tracker.domain.records import Reason
from tracker.imports import numbers, values
from tracker.imports.dates import DateOrder, parse_day, parse_instant
from tracker.imports.errors import RowError


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all rows of a file have in common."""

    columns: Mapping[str, int]
    """Canonical column -> position; columns that the file has not are missing."""
    date_orders: Mapping[str, DateOrder]
    currency: str
    """Of amounts without a currency of their own."""
    zone: ZoneInfo
    """Of times without an offset."""
    comma_columns: frozenset[str] = frozenset()
    """Columns whose decimals stand behind a comma."""
    report: str = ""
    """Name of the preset."""
    header: Sequence[str] = ()
    """As the file writes it."""
    table: str = ""
    """Name of the sheet (and member) it is; "": the file is one table."""
    windows: Mapping[str, str] = field(default_factory=dict)
    """Canonical column -> window of attribution that its header names ("7d")."""
    period: tuple[date, date] | None = None
    """First and last day that the file says it is about, outside of its rows; None: it does not."""
    is_spread: bool = False
    """Whether the user wants spend over several days spread over them."""
    _positions: dict[frozenset[str], tuple[int, ...]] = field(default_factory=dict)

    def positions(self, names: frozenset[str]) -> tuple[int, ...]:
        """Where those of the columns stand that the file has."""
        found = self._positions.get(names)
        if found is None:
            found = tuple(place for name, place in self.columns.items() if name in names)
            self._positions[names] = found
        return found


class Row:
    """Cells of one row; every method takes a canonical column, absent ones give None or ""."""

    __slots__ = ("cells", "line", "sheet")

    def __init__(self, sheet: Sheet, line: int, cells: Sequence[str]) -> None:
        self.sheet = sheet
        self.line = line
        self.cells = cells

    def raw(self, column: str) -> str:
        """The cell as it is; "": blank or no such column."""
        position = self.sheet.columns.get(column)
        return "" if position is None else self.cells[position]

    def has_any(self, columns: frozenset[str]) -> bool:
        """Whether one of the cells is not blank."""
        for position in self.sheet.positions(columns):
            cell = self.cells[position]
            if cell and not cell.isspace():
                return True
        return False

    def text(self, column: str) -> str:
        """Free text, trimmed."""
        # written out for speed: most of the columns that a reader asks for are in no file
        position = self.sheet.columns.get(column)
        if position is None:
            return ""
        cell = self.cells[position]
        return values.clean_text(cell) if cell else ""

    def ident(self, column: str) -> str:
        """An id; "": absent."""
        position = self.sheet.columns.get(column)
        if position is None:
            return ""
        cell = self.cells[position]
        return values.clean_id(cell, column) if cell else ""

    def needed_ident(self, column: str) -> str:
        """An id that has to be there."""
        return self.ident(column) or self._missing(column)

    def needed_text(self, column: str) -> str:
        """A text that has to be there."""
        return self.text(column) or self._missing(column)

    def amount(self, column: str, currency: str) -> int | None:
        """An amount in minor units, not negative."""
        position = self.sheet.columns.get(column)
        if position is None:
            return None
        cell = self.cells[position]
        if column in self.sheet.comma_columns and not numbers.is_absent(cell):
            cell = numbers.plain(cell, has_comma=True)
        minor = values.parse_amount(cell, currency, column) if cell else None
        if minor is not None and minor < 0:
            raise RowError(Reason.NEGATIVE_AMOUNT, column, cell.strip())
        return minor

    def signed_amount(self, column: str, currency: str) -> int | None:
        """An amount in minor units of either sign."""
        return values.parse_amount(self.raw(column), currency, column)

    def needed_amount(self, column: str, currency: str) -> int:
        """An amount that has to be there, not negative."""
        minor = self.amount(column, currency)
        return self._missing(column) if minor is None else minor

    def count(self, column: str) -> int | None:
        """A whole number, not negative."""
        return values.parse_count(self.raw(column), column)

    def rounded_amount(self, column: str, currency: str, until: str = "") -> int | None:
        """An amount in minor units, not negative, of a report: with more decimals than the currency
        has (1.429999948) it is rounded, half up; a sign of another currency is an error.

        Args:
            until: what ends the amount in a cell that holds more ("¥11.19 / ¥500"); "": nothing.
        """
        cell = self.raw(column)
        cell = cell.partition(until)[0] if until else cell
        if numbers.is_absent(cell):
            return None
        values.check_sign(cell, currency, column)
        number = numbers.plain(cell, has_comma=column in self.sheet.comma_columns)
        minor = values.round_amount(number, currency, column)
        if minor < 0:
            raise RowError(Reason.NEGATIVE_AMOUNT, column, cell.strip())
        return minor

    def figure(self, column: str) -> int | None:
        """A count of a report: 25,881 or 10.5万; parts of one (modelled clicks) are rounded."""
        cell = self.raw(column)
        if numbers.is_absent(cell):
            return None
        number = numbers.plain(cell, has_comma=column in self.sheet.comma_columns)
        return values.round_count(number, column)

    def yes(self, column: str) -> bool:
        """Yes or no; absent is no."""
        return values.parse_yes(self.raw(column), column)

    def currency(self, column: str = "currency") -> str:
        """The row's currency, else the file's."""
        text = self.text(column)
        return values.check_currency(text, column) if text else self.sheet.currency

    def instant(self, column: str) -> datetime | None:
        """An instant in UTC."""
        text = self.text(column)
        if not text:
            return None
        return parse_instant(text, self._order(column), self.sheet.zone, column)

    def needed_instant(self, column: str) -> datetime:
        """An instant that has to be there."""
        return self.instant(column) or self._missing(column)

    def day(self, column: str) -> date | None:
        """A day as written."""
        text = self.text(column)
        return parse_day(text, self._order(column), column) if text else None

    def needed_day(self, column: str) -> date:
        """A day that has to be there."""
        return self.day(column) or self._missing(column)

    def is_only_a_day(self, column: str) -> bool:
        """Whether a date cell names no time of day."""
        return ":" not in self.raw(column)

    def _order(self, column: str) -> DateOrder:
        return self.sheet.date_orders.get(column, DateOrder.YMD)

    def _missing(self, column: str) -> NoReturn:
        raise RowError(Reason.VALUE_MISSING, column)
