"""Which signals stand in the window of which order: orders x signals as arrays of pairs.

Signals of visitors without an order are dropped before anything is sorted (of a million touches
about one in twenty survives); then one binary search an order finds its window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import offsets_of
from tracker.domain.attribution.arrays import (
    argsort_pairs,
    bisect_segments,
    distinct,
    is_among,
    is_large,
)
from tracker.domain.paths import EVIDENCE_OF, NO_FLOOR, Orders, Reason, Signal, Touches, held_code
from tracker.domain.policy import Policy

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_TABLE_SPAN = 1 << 26
"""Widest range of keys for which a lookup table (a byte a key) beats a binary search."""

_TABLE_PART = 16
"""A table of places (four bytes a key) may have so many cells for each value looked up."""

MOST_SIGNALS = 2_000
"""Of a buyer's signals, so many of the newest are looked at for an order: four times as many as a
path can have, since signals of one contact merge. Nobody has as many but robots."""

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

    def of(self, name: str, chosen: Ints) -> Ints:
        """A column of the signals, one value for each of the chosen pairs."""
        values: Ints = getattr(self.signals, name)[self.touch[chosen]]
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
    at the order, and not before the order's floor. Of a buyer's signals the newest MOST_SIGNALS are
    looked at. With `keep_all` those out of the window come along too, with the reason why they do
    not count (as many before and after the order).
    """
    keys = distinct(orders.path_key[orders.path_key != 0])
    kept = touches_of_buyers(keys, shared.owner_key)
    survivors = shared if kept.size == len(shared) else shared.take(kept)
    order, touch = _window_pairs(orders, survivors, keys, policy, keep_all)
    signals = survivors.joined(own)
    order = np.concatenate([order, own.owner_key])
    touch = np.concatenate([touch, np.arange(len(own), dtype=np.int64) + len(survivors)])
    reason = _window_reasons(orders, signals, order, touch, policy)
    if not keep_all:
        outside = (Reason.outside_window, Reason.not_yet_known, Reason.before_reset)
        order, touch, reason = _without(order, touch, reason, outside)
    rank_of = _ranks(policy)
    by = argsort_pairs(
        order,
        signals.at[touch],
        lambda some: (
            -rank_of[signals.signal[touch[some]]],
            signals.raw_id[touch[some]],
            signals.touch_kind[touch[some]],
        ),
    )
    order, touch, reason = order[by], touch[by], reason[by]
    signal = signals.signal[touch]
    return Pairs(
        signals=signals,
        n_orders=len(orders),
        order=order,
        touch=touch,
        is_own=touch >= len(survivors),
        reason=reason,
        evidence=_EVIDENCE[signal],
        rank=rank_of[signal],
        claim_at=signals.claim_at[touch],
        into=np.full(order.size, -1, np.int64),
    )


_EVIDENCE = np.array([0, *(int(EVIDENCE_OF[signal]) for signal in Signal)], np.int64)


def _ranks(policy: Policy) -> Ints:
    """Place in the precedence list by class code, 0 is the strongest; code 0 is behind all."""
    ranks = np.full(len(Signal) + 1, len(Signal), np.int64)
    for place, signal in enumerate(policy.precedence):
        ranks[signal.code] = place
    return ranks


def touches_of_buyers(keys: Ints, touch_keys: Ints) -> Ints:
    """Indices of the touches whose key is among `keys` (distinct, sorted).

    For who has the touches of everybody: of these, one in twenty or so is a buyer's.
    """
    if keys.size == 0 or touch_keys.size == 0:
        return np.zeros(0, np.int64)
    low, span = int(keys[0]), int(keys[-1]) - int(keys[0])
    if span < _TABLE_SPAN:
        if is_large(touch_keys.size):
            from tracker.domain.attribution.compiled_lookups import indices_of  # see is_large

            return indices_of(touch_keys, keys)
        table = np.zeros(span + 1, np.bool_)
        table[keys - low] = True
        return np.flatnonzero(is_among(table, low, touch_keys))
    place = np.minimum(np.searchsorted(keys, touch_keys), keys.size - 1)
    return np.flatnonzero(keys[place] == touch_keys)


def _places(keys: Ints, values: Ints) -> Ints:
    """Where each value stands in `keys` (distinct, sorted, not empty), all of which hold it."""
    low, span = int(keys[0]), int(keys[-1]) - int(keys[0])
    if span < _TABLE_SPAN and span < _TABLE_PART * values.size:
        table = np.zeros(span + 1, np.int32)
        table[keys - low] = np.arange(keys.size, dtype=np.int32)
        return table[values - low].astype(np.int64)
    return np.searchsorted(keys, values)


def _window_pairs(
    orders: Orders, touches: Touches, keys: Ints, policy: Policy, keep_all: bool
) -> tuple[Ints, Ints]:
    """Candidates: for each order the buyer's newest touches within the longest lookback; with
    `keep_all` as many before and after the order, however old.

    keys: those of all orders; every touch has one of them.
    """
    empty = np.zeros(0, np.int64)
    who = np.flatnonzero(orders.path_key)
    if who.size == 0 or len(touches) == 0:
        return empty, empty
    dense, of_order = _places(keys, touches.owner_key), _places(keys, orders.path_key[who])
    by = in_time_order(dense, touches)
    of_key = offsets_of(np.bincount(dense, minlength=keys.size).astype(np.int64))
    placed = orders.placed_at[who]
    since = placed - max(policy.lookback_us, int(touches.lookback.max()))
    if keep_all:
        since = np.full(placed.size, NO_FLOOR, np.int64)
    start, stop = windows_of(touches.at[by], of_key, of_order, since, placed)
    start = np.maximum(start, stop - MOST_SIGNALS)
    if keep_all:
        stop = np.minimum(of_key[of_order + 1], stop + MOST_SIGNALS)
    offsets = offsets_of(stop - start)
    counts = np.diff(offsets)
    within = np.arange(int(offsets[-1]), dtype=np.int64) - np.repeat(offsets[:-1], counts)
    return np.repeat(who, counts), by[np.repeat(start, counts) + within]


def in_time_order(owner: Ints, touches: Touches) -> Ints:
    """Indices that sort touches by owner (>= 0) and time; equal times by their natural key."""
    return argsort_pairs(
        owner, touches.at, lambda some: (touches.raw_id[some], touches.touch_kind[some])
    )


def windows_of(
    at: Ints, of_owner: Ints, owner: Ints, since: Ints, until: Ints
) -> tuple[Ints, Ints]:
    """Where since <= at <= until begins and ends among an owner's touches; an element a window.

    at: rising within each owner's touches, which are of_owner[owner] .. of_owner[owner + 1] - 1.
    """
    if is_large(at.size):
        from tracker.domain.attribution.compiled_lookups import windows  # see is_large

        return windows(at, of_owner, owner, since, until)
    begin, end = of_owner[owner], of_owner[owner + 1]
    start = bisect_segments(at, begin, end, since, after_equal=False)
    return start, bisect_segments(at, start, end, until, after_equal=True)


def _without(
    order: Ints, touch: Ints, reason: Ints, reasons: tuple[Reason, ...]
) -> tuple[Ints, Ints, Ints]:
    """The pairs that have none of these reasons."""
    if not reason.any():
        return order, touch, reason
    kept = ~np.isin(reason, reasons)
    return order[kept], touch[kept], reason[kept]


def _window_reasons(
    orders: Orders, signals: Touches, order: Ints, touch: Ints, policy: Policy
) -> Ints:
    """Why a pair cannot qualify by itself; 0 for the others. Being barred comes first."""
    reason = np.zeros(order.size, np.int64)
    if touch.size == 0:
        return reason
    placed, at = orders.placed_at[order], signals.at[touch]
    if (orders.not_before != NO_FLOOR).any():
        floor = orders.not_before[order]
        reason[(floor != NO_FLOOR) & (at < floor)] = Reason.before_reset
    if int(signals.known_from.max()) > int(orders.placed_at.min()):
        reason[signals.known_from[touch] > placed] = Reason.not_yet_known
    window: Ints | int = policy.lookback_us
    if signals.lookback.any():
        own_window = signals.lookback[touch]
        window = np.where(own_window > 0, own_window, window)
    reason[(at > placed) | (at < placed - window)] = Reason.outside_window
    if orders.held.size:
        is_held = np.isin(held_code(order, signals.influencer[touch]), orders.held)
        reason[is_held & (reason == 0)] = Reason.self_purchase
    if signals.barred.any():
        barred = signals.barred[touch]
        reason = np.where(barred > 0, barred, reason)
    return reason
