"""Which signals stand in the window of which order: orders x signals as arrays of pairs.

Signals of visitors without an order are dropped before anything is sorted (of a million touches
about one in twenty survives); then one binary search an order finds its window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import offsets_of
from tracker.domain.attribution.arrays import argsort_pairs, bisect_segments, distinct
from tracker.domain.paths import EVIDENCE_OF, NO_FLOOR, Orders, Reason, Signal, Touches, held_code
from tracker.domain.policy import Policy

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_TABLE_SPAN = 1 << 26
"""Widest range of keys for which a lookup table (a byte a key) beats a binary search."""

FOREVER = np.iinfo(np.int64).max


@dataclass(slots=True)
class Pairs:
    """Orders x signals, sorted by order, then (time, precedence, raw id): equal times end with the
    stronger class, as if it were nearer to the order.

    order: index of the order. touch: index into `signals`. is_own: the signal belongs to this order
    only. reason: a Reason, 0 while it qualifies. evidence, rank and claim_at begin as the signal's
    own and grow with merges; into: the pair that it was merged into, -1 for none.
    """

    signals: Touches
    n_orders: int
    order: Ints
    touch: Ints
    is_own: Bools
    reason: Ints
    evidence: Ints
    rank: Ints
    claim_at: Ints
    into: Ints

    def column(self, name: str) -> Ints:
        """A column of the signals, one value a pair."""
        values: Ints = getattr(self.signals, name)[self.touch]
        return values

    @property
    def active(self) -> Bools:
        """The pairs that still qualify."""
        mask: Bools = self.reason == 0
        return mask


def expand(
    orders: Orders, shared: Touches, own: Touches, policy: Policy, *, keep_all: bool = False
) -> Pairs:
    """All pairs of an order and a signal in its window.

    shared: the buyers' signals (visits, clicks) by path key; others may be among them and cost one
    lookup each. own: signals of one order, by its index. A signal is in the window when it is not
    older than its lookback and not after the order, both ends included, known to be the buyer's
    at the order, and not before the order's floor. With `keep_all` the buyers' other signals come
    along too, with the reason why they do not count.
    """
    kept, dense, order_dense = _of_buyers(orders.path_key, shared.owner_key)
    survivors = shared.take(kept)
    order, touch = _window_pairs(orders, survivors, dense, order_dense, policy, keep_all)
    signals = survivors.joined(own)
    order = np.concatenate([order, own.owner_key])
    touch = np.concatenate([touch, np.arange(len(own), dtype=np.int64) + len(survivors)])
    reason = _window_reasons(orders, signals, order, touch, policy)
    if not keep_all:
        inside = ~np.isin(
            reason, [Reason.outside_window, Reason.not_yet_known, Reason.before_reset]
        )
        order, touch, reason = order[inside], touch[inside], reason[inside]
    rank = _ranks(policy)[signals.signal[touch]]
    by = np.lexsort(
        (signals.touch_kind[touch], signals.raw_id[touch], -rank, signals.at[touch], order)
    )
    order, touch, reason, rank = order[by], touch[by], reason[by], rank[by]
    return Pairs(
        signals=signals,
        n_orders=len(orders),
        order=order,
        touch=touch,
        is_own=touch >= len(survivors),
        reason=reason,
        evidence=_EVIDENCE[signals.signal[touch]],
        rank=rank,
        claim_at=signals.claim_at[touch].copy(),
        into=np.full(order.size, -1, np.int64),
    )


_EVIDENCE = np.array([0, *(int(EVIDENCE_OF[signal]) for signal in Signal)], np.int64)


def _ranks(policy: Policy) -> Ints:
    """Place in the precedence list by class code, 0 is the strongest; code 0 is behind all."""
    ranks = np.full(len(Signal) + 1, len(Signal), np.int64)
    for place, signal in enumerate(policy.precedence):
        ranks[signal.code] = place
    return ranks


def _of_buyers(order_keys: Ints, touch_keys: Ints) -> tuple[Ints, Ints, Ints]:
    """Indices of touches whose key an order has, their dense keys, the orders' ones (-1: none)."""
    keys = distinct(order_keys[order_keys != 0])
    order_dense = np.full(order_keys.size, -1, np.int64)
    if keys.size == 0 or touch_keys.size == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), order_dense
    has_key = order_keys != 0
    order_dense[has_key] = np.searchsorted(keys, order_keys[has_key])
    low, span = int(keys[0]), int(keys[-1]) - int(keys[0])
    if span < _TABLE_SPAN:
        # A byte a key stays in the cache; the cells at both ends catch the keys out of range.
        is_buyer = np.zeros(span + 3, np.bool_)
        is_buyer[keys - low + 1] = True
        kept = np.flatnonzero(np.take(is_buyer, touch_keys - (low - 1), mode="clip"))
        return kept, np.searchsorted(keys, touch_keys[kept]).astype(np.int64), order_dense
    place = np.minimum(np.searchsorted(keys, touch_keys), keys.size - 1)
    kept = np.flatnonzero(keys[place] == touch_keys)
    return kept, place[kept].astype(np.int64), order_dense


def _window_pairs(
    orders: Orders,
    touches: Touches,
    dense: Ints,
    order_dense: Ints,
    policy: Policy,
    keep_all: bool,
) -> tuple[Ints, Ints]:
    """Candidates: for each order the buyer's touches within the longest lookback."""
    empty = np.zeros(0, np.int64)
    who = np.flatnonzero(order_dense >= 0)
    if who.size == 0 or dense.size == 0:
        return empty, empty
    by = argsort_pairs(dense, touches.at)
    at = touches.at[by]
    of_key = offsets_of(np.bincount(dense, minlength=int(order_dense.max()) + 1).astype(np.int64))
    start, stop = of_key[order_dense[who]], of_key[order_dense[who] + 1]
    if not keep_all:
        placed = orders.placed_at[who]
        longest = max(policy.lookback_us, int(touches.lookback.max()))
        start = bisect_segments(at, start, stop, placed - longest, after_equal=False)
        stop = bisect_segments(at, start, stop, placed, after_equal=True)
    offsets = offsets_of(stop - start)
    counts = np.diff(offsets)
    within = np.arange(int(offsets[-1]), dtype=np.int64) - np.repeat(offsets[:-1], counts)
    return np.repeat(who, counts), by[np.repeat(start, counts) + within]


def _window_reasons(
    orders: Orders, signals: Touches, order: Ints, touch: Ints, policy: Policy
) -> Ints:
    """Why a pair cannot qualify by itself; 0 for the others. Being barred comes first."""
    placed, at = orders.placed_at[order], signals.at[touch]
    own_window = signals.lookback[touch]
    window = np.where(own_window > 0, own_window, policy.lookback_us)
    floor = orders.not_before[order]
    reason = np.zeros(order.size, np.int64)
    reason[(floor != NO_FLOOR) & (at < floor)] = Reason.before_reset
    reason[signals.known_from[touch] > placed] = Reason.not_yet_known
    reason[(at > placed) | (at < placed - window)] = Reason.outside_window
    if orders.held.size:
        is_held = np.isin(held_code(order, signals.influencer[touch]), orders.held)
        reason[is_held & (reason == 0)] = Reason.self_purchase
    barred = signals.barred[touch]
    return np.where(barred > 0, barred, reason)
