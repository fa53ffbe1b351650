"""Which days a row of a report is about; spend over a range of them is spread or refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tracker.domain.costs import spread
from tracker.domain.records import Reason, SpendRecord
from tracker.imports.dates import DateOrder, parse_day
from tracker.imports.errors import RowError
from tracker.imports.readers.base import Options
from tracker.imports.row import Row

MAX_DAYS = 1_100
"""Longest range that is understood; a longer one is a slip of the pen."""

_RANGE = re.compile(r"\s*(?:~|～|至|到| - | – | to )\s*")
_DAY_WITHIN = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")


@dataclass(frozen=True, slots=True)
class Days:
    """First and last day, both included."""

    first: date
    last: date

    @property
    def is_one(self) -> bool:
        """Whether it is a single day."""
        return self.first == self.last

    @property
    def n(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        return str(self.first) if self.is_one else f"{self.first} – {self.last}"


def days_said(row: Row, options: Options) -> Days | None:
    """The days of a row, else those that the file says outside of its rows; None: neither.

    Raises RowError: not_a_date, period_ends_early.
    """
    text = row.text("day")
    if not text:
        period = None if "day" in row.sheet.columns else row.sheet.period
        return None if period is None else Days(*period)
    if options.get("day_in_text"):
        match = _DAY_WITHIN.search(text)
        if match is None:
            raise RowError(Reason.NOT_A_DATE, "day", text)
        day = parse_day(match[0], DateOrder.YMD, "day")
        return Days(day, day)
    ends = _RANGE.split(text)
    order = row.sheet.date_orders.get("day", DateOrder.YMD)
    first = parse_day(ends[0], order, "day")
    last = parse_day(ends[-1], order, "day") if len(ends) == 2 else row.day("day_end") or first
    if last < first or (last - first).days >= MAX_DAYS:
        raise RowError(Reason.PERIOD_ENDS_EARLY, "day", f"{first} – {last}")
    return Days(first, last)


def days_of(row: Row, options: Options) -> Days:
    """The days of a row of spend: one, or a range that the user wants spread.

    Raises RowError: value_missing, not_a_date; period_not_a_day for a range that nobody allowed to
    spread; period_unknown when it is allowed, and neither the rows nor the file name the days.
    """
    if "day" in row.sheet.columns:
        row.needed_text("day")
    days = days_said(row, options)
    if days is not None and (days.is_one or row.sheet.is_spread):
        return days
    if row.sheet.is_spread:
        raise RowError(Reason.PERIOD_UNKNOWN, "day")
    raise RowError(Reason.PERIOD_NOT_A_DAY, "day", str(days) if days else "")


def spread_record(record: SpendRecord, days: Days) -> tuple[SpendRecord, ...]:
    """Spend of a range as a record a day, equal parts that add up to the minor unit."""
    if days.is_one:
        return (record,)

    def parts(amount: int | None) -> list[int | None]:
        if amount is None:
            return [None] * days.n
        return [part for _, part in spread(amount, days.first, days.n)]

    amounts, gmvs = parts(record.amount_minor), parts(record.platform_gmv_minor)
    impressions, clicks = parts(record.impressions), parts(record.clicks)
    orders = parts(record.platform_orders)
    return tuple(
        replace(
            record,
            spent_on=days.first + timedelta(days=n),
            amount_minor=amounts[n] or 0,
            platform_gmv_minor=gmvs[n],
            impressions=impressions[n],
            clicks=clicks[n],
            platform_orders=orders[n],
        )
        for n in range(days.n)
    )
