"""The demo brand's calendar: festivals, weekends, hours of the day, and how they move demand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tracker.demo.dice import Dice, Weighted

ZONE = ZoneInfo("Asia/Shanghai")

_FIXED = (
    # festival, name, month, first day, last day, strength
    ("new_year_goods", "年货节", 1, 10, 16, 0.35),
    ("38", "38 焕新周", 3, 5, 8, 0.3),
    ("618", "618", 6, 15, 18, 0.8),
    ("818", "818 会员日", 8, 16, 18, 0.2),
    ("99", "99 划算节", 9, 8, 9, 0.2),
    ("national_day", "国庆出游季", 10, 1, 7, 0.15),
    ("double11", "双11", 11, 8, 11, 1.0),
    ("double12", "双12", 12, 10, 12, 0.3),
)

_LEAST_PEAK = 0.5
"""A festival of this strength counts as the peak that every demo must have."""

_HOURS = Weighted(list(enumerate((
    1.2, 0.6, 0.3, 0.2, 0.2, 0.3, 0.8, 1.8, 2.8, 3.6, 4.2, 4.4,
    4.8, 4.2, 4.0, 4.1, 4.2, 4.0, 4.2, 5.2, 6.4, 7.0, 5.8, 3.0,
))))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Festival:
    """A sale: its code (the same every year), its name, its days, and its strength (双11 = 1)."""

    code: str
    name: str
    starts_on: date
    ends_on: date
    strength: float


@dataclass(frozen=True, slots=True)
class Season:
    """The days of a demo, both ends included, and the festivals among them."""

    start: date
    end: date
    festivals: tuple[Festival, ...]

    @property
    def n_days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days + 1

    def days(self) -> list[date]:
        """Every day, oldest first."""
        return [self.start + timedelta(days=n) for n in range(self.n_days)]

    @property
    def peak(self) -> Festival:
        """The strongest festival."""
        return max(self.festivals, key=lambda festival: festival.strength)

    def visit_factor(self, day: date) -> float:
        """How much more people come on a day than on a plain one: growth, weekend, festival."""
        growth = 0.85 + 0.3 * (day - self.start).days / self.n_days
        weekend = 1.12 if day.weekday() >= 5 else 1.0
        return growth * weekend * (1 + 1.6 * self._strength(day))

    def order_factor(self, day: date) -> float:
        """How much likelier a visitor buys; lower just before a peak, when everybody waits."""
        waiting = any(0 < (f.starts_on - day).days <= 5 and f.strength >= _LEAST_PEAK
                      for f in self.festivals)  # fmt: skip
        return (0.8 if waiting else 1.0) * (1 + 0.8 * self._strength(day))

    def media_factor(self, day: date) -> float:
        """How much more is spent on media: budgets rise before and during a festival."""
        soon = max((f.strength for f in self.festivals
                    if 0 < (f.starts_on - day).days <= 6), default=0.0)  # fmt: skip
        return 1 + 1.7 * self._strength(day) + 0.6 * soon

    def _strength(self, day: date) -> float:
        """Strength of the day's festival; its last day is the strongest, as with 11.11."""
        for festival in self.festivals:
            if festival.starts_on <= day <= festival.ends_on:
                return festival.strength * (1.0 if day == festival.ends_on else 0.55)
        return 0.0


def season(until: date, days: int) -> Season:
    """The season of so many days that ends on `until`.

    A range without 双11 or 618 gets an anniversary sale (店庆) at the matching place, 14 to 11
    days before its end, so that every demo has a peak.

    Raises:
        ValueError: fewer than 14 days, which could hold no peak with days around it.
    """
    if days < 14:
        raise ValueError(f"a demo has at least 14 days, got {days}")
    start = until - timedelta(days=days - 1)
    found = [
        Festival(code, name, date(year, month, first), date(year, month, last), strength)
        for year in range(start.year, until.year + 1)
        for code, name, month, first, last, strength in _FIXED
        if start <= date(year, month, first) and date(year, month, last) <= until
    ]
    if not any(festival.strength >= _LEAST_PEAK for festival in found):
        first = max(start, until - timedelta(days=14))
        sale = Festival("anniversary", "店庆", first, first + timedelta(days=3), 1.0)
        found = [f for f in found if f.ends_on < sale.starts_on or f.starts_on > sale.ends_on]
        found.append(sale)
    return Season(start, until, tuple(sorted(found, key=lambda f: f.starts_on)))


def time_of_day(dice: Dice, day: date) -> datetime:
    """An instant of a day, as likely as people are awake and shopping."""
    return datetime(day.year, day.month, day.day, _HOURS.draw(dice), dice.whole(0, 59),
                     dice.whole(0, 59), dice.whole(0, 999_999), tzinfo=ZONE)  # fmt: skip


def in_waking_hours(dice: Dice, at: datetime) -> datetime:
    """The instant itself by day; one in the small hours is put off to the morning."""
    local = at.astimezone(ZONE)
    if 2 <= local.hour < 7:
        return local.replace(hour=7) + timedelta(seconds=dice.whole(0, 5400))
    return local
