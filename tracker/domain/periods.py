"""Periods of days, and where the days of a time zone begin in UTC.

A day is a date in the shop's time zone (DESIGN 4). Its length is 23, 24 or 25 hours, or nothing at
all where a zone skipped a date; only the instant at which each day begins is therefore used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

EPOCH = date(1970, 1, 1)
DAY_US = 86_400_000_000
"""Microseconds of a plain 24 h day, the unit of lookback windows."""

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both included. Raises ValueError when `end` is before `start`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a period ends on or after its start: {self.start} .. {self.end}")

    @property
    def n_days(self) -> int:
        """Number of days, at least 1."""
        return (self.end - self.start).days + 1

    def days(self) -> list[date]:
        """Every day, oldest first."""
        return [self.start + timedelta(days=n) for n in range(self.n_days)]

    def shifted(self, days: int) -> Period:
        """The same number of days, moved by `days` (negative: into the past)."""
        return Period(self.start + timedelta(days=days), self.end + timedelta(days=days))


def previous(period: Period) -> Period:
    """The period of the same length that ends the day before (SEMANTICS 6)."""
    return period.shifted(-period.n_days)


def same_weekdays_last_year(period: Period) -> Period:
    """The same weekdays a year ago: 52 whole weeks back (SEMANTICS 6)."""
    return period.shifted(-364)


def day_number(day: date) -> int:
    """Days since 1970-01-01, the way days are stored."""
    return (day - EPOCH).days


def day_of_number(number: int) -> date:
    """The date of a stored day number."""
    return EPOCH + timedelta(days=number)


def to_microseconds(instant: datetime) -> int:
    """An aware datetime as microseconds since the epoch. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // _MICROSECOND


def from_microseconds(instant: int) -> datetime:
    """Microseconds since the epoch as an aware datetime in UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)


def day_start(day: date, zone: ZoneInfo) -> int:
    """The first instant of a day in a zone, in microseconds since the epoch.

    Midnight that the zone skipped counts as the instant of the jump, a midnight that happens twice
    as its first time. Hence starts never decrease, and a skipped date (Apia, 2011-12-30) is empty.
    """
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    offset = midnight.utcoffset()
    if offset is None:
        raise ValueError(f"{zone} has no offset on {day}")
    return day_number(day) * DAY_US - offset // _MICROSECOND


def day_bounds(day: date, zone: ZoneInfo) -> tuple[int, int]:
    """First instant of a day and of the next one (the end is exclusive), in microseconds UTC."""
    return day_start(day, zone), day_start(day + timedelta(days=1), zone)


def period_bounds(period: Period, zone: ZoneInfo) -> tuple[int, int]:
    """First instant of a period and the first one after it, in microseconds UTC."""
    return day_start(period.start, zone), day_start(period.end + timedelta(days=1), zone)


def day_numbers(instants: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int64]:
    """The stored day number of each instant (microseconds UTC) in a zone; same shape as given.

    Costs one zone lookup a day between the oldest and the newest instant, not one an instant.
    """
    if instants.size == 0:
        return np.zeros(0, np.int64)
    # UTC offsets stay within a day, so one more day on both sides holds every local date.
    first = int(instants.min()) // DAY_US - 1
    last = int(instants.max()) // DAY_US + 1
    starts = np.array(
        [day_start(day_of_number(number), zone) for number in range(first, last + 1)], np.int64
    )
    found = np.searchsorted(starts, instants, side="right") - 1
    return first + found.astype(np.int64)


def is_immature(period: Period, today: date, lookback_days: int, refund_days: int) -> bool:
    """Whether figures of a period may still move a lot (SEMANTICS 4.4).

    True while the period's last day is younger than the longer of the lookback window and the
    refund window, both in days: late touch data and refunds are still to come.
    """
    return (today - period.end).days < max(lookback_days, refund_days)
