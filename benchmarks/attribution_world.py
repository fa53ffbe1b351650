"""The seeded world that attribution is measured on, as arrays: touches of many, orders of few."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from tracker.domain.channels import Channel

Ints = NDArray[np.int64]

SEED = 20261111
TOUCHES_A_VISITOR = 3.9
BUYERS = 0.05
BUYERS_EXTRA = 0.1
"""Share of touches that go to buyers only: who buys has looked around before."""

ORDERS_A_BUYER = 1.33
ORDER_DAYS = 90
LOOKBACK_DAYS = 30
INFLUENCERS = 60
DAY_US = 86_400_000_000
START_US = int(datetime(2026, 5, 31, 16, tzinfo=UTC).timestamp()) * 1_000_000
"""Midnight in Shanghai, whose clock keeps one offset: a day is a multiple of DAY_US from here."""

CHANNELS = tuple(channel for channel in Channel if channel is not Channel.INTERNAL)


@dataclass(frozen=True, slots=True)
class World:
    """Touches from START_US on, and orders in the last ORDER_DAYS days.

    visitor: 1..n_visitors. mark: number of the touch's mark, see `channel_of_marks`. Orders have a
    buyer (a visitor), an instant, and an amount in minor units.
    """

    n_visitors: int
    visitor: Ints
    at: Ints
    mark: Ints
    buyer: Ints
    placed_at: Ints
    net: Ints


def make_world(touches: int, seed: int = SEED) -> World:
    """The same world for the same numbers."""
    chance = np.random.default_rng(seed)
    n_visitors = max(20, round(touches / TOUCHES_A_VISITOR))
    buyers = chance.choice(n_visitors, max(1, round(n_visitors * BUYERS)), replace=False) + 1
    visitor = chance.integers(1, n_visitors + 1, touches)
    is_extra = chance.random(touches) < BUYERS_EXTRA
    visitor[is_extra] = chance.choice(buyers, int(is_extra.sum()))
    n_orders = max(1, round(buyers.size * ORDERS_A_BUYER))
    days = LOOKBACK_DAYS + ORDER_DAYS
    return World(
        n_visitors=n_visitors,
        visitor=visitor,
        at=START_US + chance.integers(0, days * DAY_US, touches),
        mark=chance.integers(1, len(channel_of_marks()) + 1, touches),
        buyer=buyers[chance.integers(0, buyers.size, n_orders)],
        placed_at=START_US + chance.integers(LOOKBACK_DAYS * DAY_US, days * DAY_US, n_orders),
        net=chance.integers(100, 100_000, n_orders),
    )


def channel_of_marks() -> list[tuple[Channel, int]]:
    """Channel and influencer (0: none) of the marks 1, 2 …: one a channel, one an influencer."""
    people = range(1, INFLUENCERS + 1)
    return [
        (channel, person)
        for channel in CHANNELS
        for person in (people if channel is Channel.KOL else (0,))
    ]
