"""Dates and times in cells: what order day, month and year have, decided over a whole column.

Year first cannot be mistaken. With the year last, 03/04 may be two days: one value above 12 decides
for the column, and without one the file is refused until somebody says which it is. A column that
writes most dates one way has its other ones rejected, row by row.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from tracker.domain.records import Reason
from tracker.imports.errors import FileError, RowError


class DateOrder(StrEnum):
    """In which order a column writes year, month and day."""

    YMD = "ymd"
    DMY = "dmy"
    MDY = "mdy"


_TIME = (
    r"(?:[T ]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r"(?:\s?(?P<half>[AaPp][Mm]))?)?\s*(?P<offset>Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?" + _TIME)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})" + _TIME)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_NAMED = re.compile(
    r"(?:[A-Za-z]{3,9}, )?(?:(?P<m1>[A-Za-z]{3,9})\.? (?P<d1>\d{1,2})(?:st|nd|rd|th)?"
    r"|(?P<d2>\d{1,2})[ -](?P<m2>[A-Za-z]{3,9})\.?),?[ -](?P<year>\d{4})" + _TIME
)
_NO_YEAR = re.compile(r"\d{1,2}(?:[-/.]|月)\d{1,2}日?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})" + _TIME)

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Dates outside are slips of the pen."""


class DateEvidence:
    """What the cells of one column say about the order of its dates."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def see(self, text: str) -> None:
        """Take one cell."""
        cell = text.strip()
        if len(cell) >= 8 and (cell[:4].isdigit() or _NAMED.fullmatch(cell)):
            self.counts["ymd"] += 1
        elif _NO_YEAR.fullmatch(cell):
            self.counts["no_year"] += 1
        elif match := _YEAR_LAST.match(cell):
            first, second = int(match[1]), int(match[2])
            if first > 12 >= second:
                self.counts["dmy"] += 1
            elif second > 12 >= first:
                self.counts["mdy"] += 1
            elif first == second:
                self.counts["either"] += 1
            else:
                self.counts["open"] += 1

    def decide(self, column: str, told: DateOrder | None = None) -> DateOrder:
        """The order of the column.

        Args:
            told: what the user says about dates with the year last; None: nothing.

        Raises FileError: ambiguous_date (nothing decides), mixed_date_formats (13/01 and 01/13 in
        one column), date_without_year.
        """
        if self.counts["no_year"] > sum(self.counts.values()) - self.counts["no_year"]:
            raise FileError("date_without_year", column)
        year_last = sum(self.counts[name] for name in ("dmy", "mdy", "either", "open"))
        if self.counts["ymd"] >= year_last:
            return DateOrder.YMD
        if told in (DateOrder.DMY, DateOrder.MDY):
            return told
        if self.counts["dmy"] and self.counts["mdy"]:
            raise FileError("mixed_date_formats", column)
        if self.counts["mdy"] or (self.counts["either"] and not self._is_open()):
            return DateOrder.MDY
        if self.counts["dmy"]:
            return DateOrder.DMY
        raise FileError("ambiguous_date", column)

    def _is_open(self) -> bool:
        return bool(self.counts["open"] or self.counts["dmy"])


def parse_instant(text: str, order: DateOrder, zone: ZoneInfo, column: str) -> datetime:
    """A cell as an instant in UTC; a time without an offset is in `zone`.

    A time that the zone skipped (spring) is read with the offset before the jump, one that it has
    twice (autumn) as the first.

    Raises RowError: not_a_date, mixed_date_formats.
    """
    local = parse_local(text, order, column)
    if local.tzinfo is None:
        local = local.replace(tzinfo=_offset_of_day(local.date(), zone) or zone)
    return local.astimezone(UTC)


@lru_cache(maxsize=10_000)
def _offset_of_day(day: date, zone: ZoneInfo) -> timezone | None:
    """The zone's offset on a day, if it has only one on it (and the days around it): a lookup of
    the zone for every cell costs more than reading the cell. None: the offset changes."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    spans = {(midnight + timedelta(days=n)).utcoffset() for n in (-1, 0, 1, 2)}
    span = spans.pop()
    return None if spans or span is None else timezone(span)


def parse_day(text: str, order: DateOrder, column: str) -> date:
    """A cell as a day; a time of day in it is dropped, an offset too: it is the day as written."""
    return parse_local(text, order, column).date()


def parse_local(text: str, order: DateOrder, column: str) -> datetime:
    """A cell as written: naive, or with the offset that it names."""
    if len(text) == 19 and text[4] == "-" and text[10] in " T" and order is DateOrder.YMD:
        return _from_iso(text, text, column)
    if len(text) == 20 and text[4] == "-" and text[19] == "Z" and order is DateOrder.YMD:
        return _from_iso(text[:19] + "+00:00", text, column)
    named = _NAMED.fullmatch(text)
    if named is not None:
        return _from_words(named, column, text)
    year_first = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    match = year_first or _YEAR_LAST.fullmatch(text)
    if match is None:
        raise RowError(Reason.NOT_A_DATE, column, text)
    if (year_first is not None) != (order is DateOrder.YMD):
        raise RowError(Reason.MIXED_DATE_FORMATS, column, text)
    first, second, third = int(match[1]), int(match[2]), int(match[3])
    if order is DateOrder.DMY:
        first, second, third = third, second, first
    elif order is DateOrder.MDY:
        first, second, third = third, first, second
    if first < 100:
        first += 2000
    try:
        return _checked(_with_time(datetime(first, second, third), match), column, text)  # noqa: DTZ001
    except ValueError as error:
        raise RowError(Reason.NOT_A_DATE, column, text) from error


def _from_words(match: re.Match[str], column: str, text: str) -> datetime:
    """A date with the month's name: no order can be mistaken."""
    month = _MONTHS.get((match["m1"] or match["m2"])[:3].casefold(), 0)
    try:
        day = datetime(int(match["year"]), month, int(match["d1"] or match["d2"]))  # noqa: DTZ001
        return _checked(_with_time(day, match), column, text)
    except ValueError as error:
        raise RowError(Reason.NOT_A_DATE, column, text) from error


def _from_iso(iso: str, text: str, column: str) -> datetime:
    """By far the most frequent shapes, read ten times as fast."""
    try:
        return _checked(datetime.fromisoformat(iso), column, text)
    except ValueError as error:
        raise RowError(Reason.NOT_A_DATE, column, text) from error


def _checked(local: datetime, column: str, text: str) -> datetime:
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise RowError(Reason.NOT_A_DATE, column, text)
    return local


def _with_time(day: datetime, match: re.Match[str]) -> datetime:
    if match["hour"] is None:
        return day.replace(tzinfo=_offset(match["offset"]))
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("no such hour")
        hour = hour % 12 + (12 if match["half"].lower() == "pm" else 0)
    part = (match["part"] or "").ljust(6, "0")[:6]
    return day.replace(
        hour=hour, minute=int(match["minute"]), second=int(match["second"] or 0),
        microsecond=int(part), tzinfo=_offset(match["offset"]),
    )  # fmt: skip


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "")
    span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(span if text[0] == "+" else -span)
