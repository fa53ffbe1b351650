"""Everything about a demo that does not depend on the day: season, people, campaigns, scale."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tracker.demo import media, people, season

SLUG = "shanye"
NAME = "山野茶铺"
OWN_SHOP = "shanye-own"
OWN_SHOP_NAME = "山野茶铺 官网"
TMALL_SHOP = "shanye-tmall"
TMALL_SHOP_NAME = "山野茶铺 天猫旗舰店"

_LEAK_DAYS = 26


@dataclass(frozen=True)
class World:
    """The setting of a demo; equal arguments of `make_world` give equal worlds."""

    seed: int
    scale: float
    season: season.Season
    campaigns: dict[date, str]
    """The running campaign of each day."""
    persons: tuple[people.Person, ...]
    coupon_percent: dict[str, int]
    """What each code takes off, per cent."""

    @property
    def leak_on(self) -> date:
        """The day from which a deal site publishes an influencer's code."""
        days = self.season.n_days
        return self.season.end - timedelta(days=min(_LEAK_DAYS, days // 3))

    def person(self, slug: str) -> people.Person:
        """The influencer of that slug."""
        return next(person for person in self.persons if person.slug == slug)

    def day_index(self, day: date) -> int:
        """Place of a day in the season, from 0."""
        return (day - self.season.start).days


def make_world(seed: int, days: int, scale: float, until: date) -> World:
    """A demo of so many days that ends on `until`.

    Args:
        scale: multiplies visits, orders, spend and fees; 1 is about 60 thousand visits.

    Raises:
        ValueError: too few days, a scale that is not above 0 or above 100, a negative seed.
    """
    if not 0 < scale <= 100:
        raise ValueError(f"the scale is above 0 and at most 100, got {scale}")
    if seed < 0:
        raise ValueError(f"the seed is 0 or more, got {seed}")
    of_days = season.season(until, days)
    running = media.campaign_by_day(of_days)
    reached = media.KOL_REACHED_DAILY * of_days.n_days * scale
    persons = people.people(seed, of_days, running, scale, reached)
    percent = {person.code: person.discount_percent() for person in persons if person.code}
    for code in (people.PASSED_ON[2], *people.SHOP_WIDE):
        percent[code] = int("".join(c for c in code if c.isdigit()))
    return World(seed, scale, of_days, running, persons, percent)
