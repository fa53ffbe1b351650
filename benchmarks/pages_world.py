"""A large seeded brand as arrays, shaped as brands are: few influencers bring most visits, most of
a post's visits come in its first days, a festival is four times a usual day, buyers come back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.domain.channels import Channel

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SEED = 20261122
DAY_US = 86_400_000_000

VISITS_A_VISITOR = 3.9
ORDERS_A_VISIT = 0.017
BEFORE_AN_ORDER = 3
"""Visits of the buyer in the thirty days before an order, beside the one that it comes from."""

CAMPAIGNS = 60
PRODUCTS = 300
POSTS_AN_INFLUENCER = 3

NATURAL = (
    (Channel.DIRECT, 38), (Channel.ORGANIC_SEARCH, 24), (Channel.ORGANIC_SOCIAL, 16),
    (Channel.ORGANIC_VIDEO, 6), (Channel.REFERRAL, 6), (Channel.EMAIL, 4), (Channel.SMS, 3),
    (Channel.AI_ASSISTANT, 2), (Channel.UNASSIGNED, 1),
)  # fmt: skip
PAID = (
    (Channel.PAID_SOCIAL, 40), (Channel.PAID_SEARCH, 25), (Channel.PAID_VIDEO, 15),
    (Channel.PAID_SHOPPING, 12), (Channel.DISPLAY, 5), (Channel.CROSS_NETWORK, 3),
)  # fmt: skip
SHARES = (0.45, 0.30, 0.25)
"""Natural, paid and KOL visits."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What visits carry: parallel arrays, by number of the mark - 1."""

    channel: tuple[Channel, ...]
    campaign: Ints
    """1..CAMPAIGNS; 0: none."""
    influencer: Ints
    """1..; 0: none."""
    posted_on: Ints
    """Days after the first day on which the post came; 0 where there is none."""
    weight: Floats


@dataclass(frozen=True, slots=True)
class World:
    """Visits in the order of visitor and time, and orders that come from some of them.

    Instants are microseconds; `mark` is a number of `marks`, from 1; amounts are minor units.
    """

    days: int
    influencers: int
    start_us: int
    marks: Marks
    n_visitors: int
    visitor: Ints
    at: Ints
    mark: Ints
    page_views: Ints
    buyer: Ints
    placed_at: Ints
    order_mark: Ints
    net: Ints


def make_world(visits: int, days: int, influencers: int, start_us: int, seed: int = SEED) -> World:
    """The same world for the same numbers; `start_us`: midnight of the first day in the shop."""
    chance = np.random.default_rng(seed)
    n_visitors = max(20, round(visits / VISITS_A_VISITOR))
    marks = _marks(chance, days, influencers)
    n_orders = max(1, round(visits * ORDERS_A_VISIT))
    n_base = visits - n_orders * BEFORE_AN_ORDER
    mark = chance.choice(marks.weight.size, n_base, p=marks.weight).astype(np.int64)
    at = start_us + _days_of(chance, marks, mark, days) * DAY_US
    at += _time_of_day(chance, n_base)
    visitor = chance.integers(1, n_visitors + 1, n_base)

    source = chance.choice(n_base, n_orders, replace=False)
    placed_at = at[source] + chance.integers(60_000_000, 7_200_000_000, n_orders)
    again = np.repeat(source, BEFORE_AN_ORDER)
    back = chance.integers(DAY_US // 24, 30 * DAY_US, again.size)
    mark = np.concatenate([mark, chance.choice(marks.weight.size, again.size, p=marks.weight)])
    at = np.concatenate([at, np.maximum(start_us, at[again] - back)])
    visitor = np.concatenate([visitor, visitor[again]])
    by_visitor = np.lexsort((at, visitor))
    return World(
        days=days,
        influencers=influencers,
        start_us=start_us,
        marks=marks,
        n_visitors=n_visitors,
        visitor=visitor[by_visitor],
        at=at[by_visitor],
        mark=mark[by_visitor] + 1,
        page_views=1 + chance.geometric(0.45, at.size) * chance.integers(0, 2, at.size),
        buyer=visitor[source],
        placed_at=placed_at,
        order_mark=mark[source] + 1,
        net=np.exp(chance.normal(9.6, 0.7, n_orders)).astype(np.int64) + 100,
    )


def _marks(chance: np.random.Generator, days: int, influencers: int) -> Marks:
    channels: list[Channel] = [channel for channel, _ in NATURAL]
    weights = [_shared(SHARES[0], [weight for _, weight in NATURAL])]
    campaigns, people, posted = [0] * len(NATURAL), [0] * len(NATURAL), [0] * len(NATURAL)
    of_paid = np.outer([weight for _, weight in PAID], 1 / np.arange(1, CAMPAIGNS + 1))
    for channel, _ in PAID:
        channels += [channel] * CAMPAIGNS
        campaigns += range(1, CAMPAIGNS + 1)
        people += [0] * CAMPAIGNS
        posted += [0] * CAMPAIGNS
    weights.append(_shared(SHARES[1], of_paid.ravel()))
    n_posts = influencers * POSTS_AN_INFLUENCER
    person = np.repeat(np.arange(1, influencers + 1), POSTS_AN_INFLUENCER)
    channels += [Channel.KOL] * n_posts
    campaigns += chance.integers(1, CAMPAIGNS + 1, n_posts).tolist()
    people += person.tolist()
    posted += chance.choice(days, n_posts, p=_season(days)).tolist()
    weights.append(_shared(SHARES[2], chance.random(n_posts) / person**0.8))
    return Marks(
        channel=tuple(channels),
        campaign=np.array(campaigns, np.int64),
        influencer=np.array(people, np.int64),
        posted_on=np.array(posted, np.int64),
        weight=np.concatenate(weights),
    )


def _shared(share: float, weights: object) -> Floats:
    parts = np.asarray(weights, np.float64)
    return share * parts / parts.sum()


def _season(days: int) -> Floats:
    """How visits spread over days: a week has its shape, and a festival ends the period."""
    day = np.arange(days)
    shape = 1 + 0.15 * np.sin(2 * np.pi * day / 7) + 3.0 * np.exp(-(((day - days + 11) / 4.0) ** 2))
    return np.asarray(shape / shape.sum(), np.float64)


def _days_of(chance: np.random.Generator, marks: Marks, mark: Ints, days: int) -> Ints:
    """Day of each visit: by season, or after the post that brought it."""
    day = chance.choice(days, mark.size, p=_season(days)).astype(np.int64)
    is_kol = marks.influencer[mark] > 0
    after = chance.geometric(0.15, int(is_kol.sum())) - 1
    late = marks.posted_on[mark[is_kol]] + after
    day[is_kol] = np.where(late < days, late, day[is_kol])
    return day


def _time_of_day(chance: np.random.Generator, n: int) -> Ints:
    """Most come in the evening."""
    hour = np.clip(chance.normal(19, 4, n), 0, 23.9)
    return (hour * 3_600_000_000).astype(np.int64)
