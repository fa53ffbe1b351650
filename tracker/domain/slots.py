"""Slots: the instants at which something that comes every day, week or month is due.

A slot is a wall-clock time in a zone. In the hour that a clock skips in spring it comes an hour
later by the clock (PEP 495: the offset before the change counts), in the hour that comes twice in
autumn it is the first of the two: a day has one slot whatever clocks do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from tracker.domain.periods import Period

Every = Literal["day", "week", "month"]

LAST_MONTH_DAY = 28
"""Last day of the month that can be asked for: every month has it."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When something is due. weekday: 0 is Monday, used by weeks only; month_day: 1 to
    LAST_MONTH_DAY, used by months only; minute: of the day, 0 to 1439, on the zone's clocks."""

    every: Every
    minute: int
    time_zone: str
    weekday: int = 0
    month_day: int = 1

    def __post_init__(self) -> None:
        if not (0 <= self.minute < 1440 and 0 <= self.weekday < 7):
            raise ValueError(f"no such time of a day or week: {self}")
        if not 1 <= self.month_day <= LAST_MONTH_DAY:
            raise ValueError(f"not every month has a day {self.month_day}")


def next_slot(rhythm: Rhythm, after: datetime) -> datetime:
    """The first slot later than an instant (both UTC)."""
    day = after.astimezone(ZoneInfo(rhythm.time_zone)).date() - timedelta(days=1)
    return next(slot for slot in _slots(rhythm, day, 1) if slot > after)


def last_slot(rhythm: Rhythm, at: datetime) -> datetime:
    """The newest slot that is not later than an instant (both UTC)."""
    day = at.astimezone(ZoneInfo(rhythm.time_zone)).date() + timedelta(days=1)
    return next(slot for slot in _slots(rhythm, day, -1) if slot <= at)


def period_before(rhythm: Rhythm, slot: datetime) -> Period:
    """The last whole day, week (Monday to Sunday) or month that was over when the slot came."""
    today = slot.astimezone(ZoneInfo(rhythm.time_zone)).date()
    if rhythm.every == "day":
        return Period(today - timedelta(days=1), today - timedelta(days=1))
    if rhythm.every == "week":
        monday = today - timedelta(days=today.weekday())
        return Period(monday - timedelta(days=7), monday - timedelta(days=1))
    end = today.replace(day=1) - timedelta(days=1)
    return Period(end.replace(day=1), end)


def _slots(rhythm: Rhythm, day: date, step: int) -> Iterator[datetime]:
    """Slots from a day on, in steps of one day forwards (1) or backwards (-1)."""
    zone = ZoneInfo(rhythm.time_zone)
    clock = time(rhythm.minute // 60, rhythm.minute % 60)
    while True:
        if _is_due_on(rhythm, day):
            yield datetime.combine(day, clock, zone).astimezone(UTC)
        day += timedelta(days=step)


def _is_due_on(rhythm: Rhythm, day: date) -> bool:
    if rhythm.every == "week":
        return day.weekday() == rhythm.weekday
    return rhythm.every == "day" or day.day == rhythm.month_day
