"""The days that a file is about, where its rows do not name them: above the header, or in its name.

A report over a range is kept as one (figures), spread when its user says so, or refused (spend); so
a date that is only nearby (when the file was made) must not be taken for its period. Two dates
together are one; a single date counts only where a word says that it is the period's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from tracker.imports.dates import DateOrder, parse_day
from tracker.imports.errors import RowError
from tracker.imports.rows import BrokenRow

if TYPE_CHECKING:
    from tracker.imports.sniff import Sniffed  # which reads presets, and these their readers

Span = tuple[date, date]

_DATE = re.compile(
    r"(?<!\d)(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|20\d{6})(?!\d)"
    r"|\b[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}\b"
)
_STARTS = re.compile(r"start date|report start|开始(?:日期|时间)|起始", re.IGNORECASE)
_ENDS = re.compile(r"end date|report end|结束(?:日期|时间)|截止(?:日期|时间)", re.IGNORECASE)
_OF_PERIOD = re.compile(
    r"统计(?:日期|时间|周期)|数据(?:日期|周期)|时间范围|date range", re.IGNORECASE
)


def period_of(sniffed: Sniffed, file_name: str = "") -> Span | None:
    """First and last day of a table: as the rows above its header say, else the name of the member
    or file; None: nothing says it.

    Args:
        file_name: as its user calls it.
    """
    found = period_in(_above(sniffed))
    for name in (sniffed.table.member, file_name):
        found = found or _pair(_dates(name))
    return found


def period_in(lines: Iterable[str]) -> Span | None:
    """The period that lines of explanation name; None: none of them does."""
    first: date | None = None
    for line in lines:
        dates = _dates(line)
        pair = _pair(dates)
        if pair:
            return pair
        if len(dates) != 1:
            continue
        if _STARTS.search(line):
            first = dates[0]
        elif _ENDS.search(line) and first is not None:
            return _pair([first, dates[0]])
        elif _OF_PERIOD.search(line):
            return dates[0], dates[0]
    return None


def _above(sniffed: Sniffed) -> Iterable[str]:
    if sniffed.header_line <= 1:
        return
    for row in islice(sniffed.table.rows(sniffed.delimiter), sniffed.header_line):
        if isinstance(row, BrokenRow) or row[0] >= sniffed.header_line:
            return
        yield " ".join(cell for cell in row[1] if cell.strip())


def _pair(dates: list[date]) -> Span | None:
    return (dates[0], dates[1]) if len(dates) == 2 and dates[0] <= dates[1] else None


def _dates(text: str) -> list[date]:
    found = []
    for match in _DATE.finditer(unicodedata.normalize("NFKC", text)[:1_000]):
        try:
            found.append(parse_day(match[0], DateOrder.YMD, ""))
        except RowError:
            continue  # digits that are no date
    return found
