"""Is a campaign on its way? What is done against the time that has gone (SEMANTICS 6).

    expected  = goal × days gone ÷ all days
    pace      = done ÷ expected                       1.0: exactly on time
    forecast  = done + mean of the last 7 days × days left

Only whole days count as gone: a morning is no day without sales. The formulas are the plain linear
ones of advertising consoles; a festival's peak is not in them, which the page says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.domain.metrics import ratio

TOLERANCE = 0.1
"""Pace from 0.9 to 1.1 is on time."""

RECENT_DAYS = 7


class Standing(StrEnum):
    """Where something stands. `ahead` of time is more than expected by now: good for sales, and a
    budget that will not last for spend."""

    AHEAD = "ahead"
    ON_TIME = "on_time"
    BEHIND = "behind"
    UNKNOWN = "unknown"
    """It has no goal, no end, or has not begun."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The days of an effort. days_gone: whole days that are over, 0 before it begins."""

    n_days: int
    days_gone: int

    @property
    def days_left(self) -> int:
        """Days that are not over."""
        return self.n_days - self.days_gone

    @property
    def share(self) -> float:
        """Part of the time that is over, 0 to 1."""
        return self.days_gone / self.n_days


def clock_of(starts_on: date | None, ends_on: date | None, last_full_day: date) -> Clock | None:
    """The clock of an effort; None: it has no beginning or no end, so nothing is half over.

    Args:
        last_full_day: the newest day that is over.
    """
    if starts_on is None or ends_on is None:
        return None
    n_days = (ends_on - starts_on).days + 1
    gone = (min(last_full_day, ends_on) - starts_on).days + 1
    return Clock(n_days=n_days, days_gone=max(0, gone))


@dataclass(frozen=True, slots=True)
class Pace:
    """One goal of an effort. done, goal, expected, forecast: in the goal's unit (minor units, or
    millionths of an order); None: it cannot be said."""

    done: int
    goal: int | None
    expected: float | None
    forecast: int | None

    @property
    def done_share(self) -> float | None:
        """Done ÷ goal."""
        return ratio(self.done, self.goal)

    @property
    def pace(self) -> float | None:
        """Done ÷ expected by now."""
        return self.done / self.expected if self.expected else None

    @property
    def standing(self) -> Standing:
        """Ahead, on time or behind, with a tenth either way."""
        if self.pace is None:
            return Standing.UNKNOWN
        if self.pace > 1 + TOLERANCE:
            return Standing.AHEAD
        return Standing.BEHIND if self.pace < 1 - TOLERANCE else Standing.ON_TIME


def pace_of(daily: Sequence[int], goal: int | None, clock: Clock | None) -> Pace:
    """How far something is.

    Args:
        daily: what each whole day brought or cost, oldest first; of days that are over. Days before
            the last seven may stand in one figure together.
        goal: None or 0: none is set.
        clock: None: without an end there is neither expectation nor forecast.
    """
    done = sum(daily)
    if clock is None or clock.days_gone == 0:
        return Pace(done, goal or None, None, None)
    return Pace(
        done=done,
        goal=goal or None,
        expected=goal * clock.share if goal else None,
        forecast=forecast_of(daily, clock),
    )


def forecast_of(daily: Sequence[int], clock: Clock) -> int:
    """What it comes to at the end: done + mean of the last 7 days (of fewer, if there are fewer)
    × days left, rounded."""
    recent = daily[-min(RECENT_DAYS, clock.days_gone) :]
    mean = sum(recent) / len(recent) if recent else 0.0
    return sum(daily) + round(mean * clock.days_left)


def last_full_day(today: date) -> date:
    """The newest day that is over."""
    return today - timedelta(days=1)
