"""Cutting raw touches and orders by buyer, so that each part is attributed by itself.

A buyer's touches and orders are in one part, so the parts' paths and credits are those of the
whole, and integer sums over parts are sums over all. Parts of a few megabytes stay in the cache,
need little memory at a time, and may run on several cores or hosts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import offsets_of
from tracker.domain.attribution.arrays import distinct
from tracker.domain.attribution.expansion import touches_of_buyers

Ints = NDArray[np.int64]

SHARD_TOUCHES = 100_000
"""Buyers' touches of one part, about."""


def shards_of_buyers(
    order_keys: Ints, touch_keys: Ints, touches: int = SHARD_TOUCHES
) -> list[tuple[Ints, Ints]]:
    """Parts as (indices of orders, indices of touches), each rising; together all orders, and the
    touches whose key an order has.

    order_keys, touch_keys: the buyer of each, as in `Orders.path_key` and `Touches.owner_key`; an
    order with key 0 has no touches.
    """
    keys = distinct(order_keys[order_keys != 0])
    kept = touches_of_buyers(keys, touch_keys)
    n = min(max(1, kept.size // touches), 1 << 15)
    if n == 1:
        return [(np.arange(order_keys.size, dtype=np.int64), kept)]
    edges = keys[np.arange(1, n) * keys.size // n]
    orders = _by_part(np.searchsorted(edges, order_keys, side="right"), n)
    parts = _by_part(np.searchsorted(edges, touch_keys[kept], side="right"), n)
    return [(some, kept[theirs]) for some, theirs in zip(orders, parts, strict=True)]


def _by_part(part: Ints, n: int) -> list[Ints]:
    """Indices of each part's elements."""
    # sixteen bits are sorted by counting
    by = np.argsort(part.astype(np.uint16), kind="stable")
    ends = offsets_of(np.bincount(part, minlength=n).astype(np.int64))
    return [by[ends[i] : ends[i + 1]] for i in range(n)]
