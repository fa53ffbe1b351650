"""The engine once more, one order at a time and as plainly as possible, to test the arrays with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from tracker.domain.attribution import expansion
from tracker.domain.attribution.weights import (
    reference_split,
    reference_units,
    reference_weights,
)
from tracker.domain.paths import (
    EVIDENCE_OF,
    NO_FLOOR,
    Orders,
    Reason,
    Signal,
    Touches,
    TouchKind,
    touches_of,
)
from tracker.domain.policy import MODELS, Policy

ONE = 1 << 40


@dataclass(frozen=True)
class S:
    """A signal; `owner` is a path key, or the number of an order for an order's own signal."""

    owner: int
    at: int
    signal: Signal
    raw_id: int
    influencer: int = 0
    mark: int = 0
    contact: int = 0
    known_from: int = 0
    lookback: int = 0
    claim_at: int | None = None
    barred: int = 0
    touch_kind: TouchKind = TouchKind.visit


@dataclass(frozen=True)
class O:  # noqa: E742
    path_key: int
    placed_at: int
    not_before: int = NO_FLOOR
    held: frozenset[int] = frozenset()
    """Influencers whose signals are held: they, or their agency, are the buyer."""


@dataclass
class T:
    """A signal on its way through the steps."""

    s: S
    is_own: bool
    rank: int
    claim_at: int
    evidence: int
    reason: Reason = Reason.qualified
    into: T | None = field(default=None, repr=False)


def arrays(signals: list[S]) -> Touches:
    def col(get):
        return np.array([get(s) for s in signals], np.int64)

    return touches_of(
        len(signals),
        owner_key=col(lambda s: s.owner),
        at=col(lambda s: s.at),
        known_from=col(lambda s: s.known_from),
        signal=col(lambda s: s.signal.code),
        influencer=col(lambda s: s.influencer),
        raw_id=col(lambda s: s.raw_id),
        mark=col(lambda s: s.mark),
        contact=col(lambda s: s.contact),
        lookback=col(lambda s: s.lookback),
        claim_at=col(lambda s: s.at if s.claim_at is None else s.claim_at),
        barred=col(lambda s: s.barred),
        touch_kind=col(lambda s: int(s.touch_kind)),
        is_direct=np.array([s.signal is Signal.direct for s in signals], np.bool_),
    )


def order_arrays(orders: list[O]) -> Orders:
    return Orders(
        np.array([o.path_key for o in orders], np.int64),
        np.array([o.placed_at for o in orders], np.int64),
        np.array([o.not_before for o in orders], np.int64),
        np.array(sorted(n << 32 | who for n, o in enumerate(orders) for who in o.held), np.int64),
    )


def path_of(number: int, order: O, shared: list[S], own: list[S], policy: Policy) -> list[T]:
    """All signals of one order with their reasons; the qualified ones are the path, in order."""
    rank = {signal: place for place, signal in enumerate(policy.precedence)}
    found = [s for s in shared if order.path_key != 0 and s.owner == order.path_key]
    found.sort(key=lambda s: (s.at, s.raw_id, s.touch_kind))
    found = [s for s in found if s.at <= order.placed_at][-expansion.MOST_SIGNALS :]
    mine = [s for s in own if s.owner == number]
    path = []
    for s in found + mine:
        window = s.lookback or policy.lookback_us
        inside = order.placed_at - window <= s.at <= order.placed_at
        if not s.barred and not (
            inside and s.known_from <= order.placed_at and s.at >= order.not_before
        ):
            continue
        claim = s.at if s.claim_at is None else s.claim_at
        t = T(s, s in mine, rank[s.signal], claim, int(EVIDENCE_OF[s.signal]))
        t.reason = Reason(s.barred)
        if not t.reason and s.influencer in order.held:
            t.reason = Reason.self_purchase
        path.append(t)
    path.sort(key=lambda t: (t.s.at, -t.rank, t.s.raw_id, t.s.touch_kind))
    for decided in [t for t in path if not t.reason and t.s.touch_kind == TouchKind.decision]:
        owner = decided.s.influencer
        for t in path:
            if not t.reason and (t.s.influencer != owner if owner else t.s.influencer):
                t.reason = Reason.decided_otherwise
        if not owner:
            decided.reason = Reason.decided_otherwise
    _coupons(path)
    _contacts(path)
    _marks(path)
    _owners(path)
    live = [t for t in path if not t.reason]
    for t in live[: max(0, len(live) - policy.max_touchpoints)]:
        t.reason = Reason.over_limit
    _prefer(path, policy)
    return path


def _claim_key(t: T):
    return (t.claim_at, t.s.at, t.s.raw_id)


def _merge(t: T, into: T) -> None:
    t.reason, t.into = Reason.merged, into
    into.evidence |= t.evidence
    into.rank = min(into.rank, t.rank)
    into.claim_at = max(into.claim_at, t.claim_at)


def _coupons(path: list[T]) -> None:
    coupons = [t for t in path if not t.reason and t.s.signal is Signal.coupon]
    if coupons:
        best = max(coupons, key=_claim_key)
        for t in coupons:
            if t.s.influencer != best.s.influencer:
                t.reason = Reason.older_ownership


def _contacts(path: list[T]) -> None:
    for contact in {t.s.contact for t in path if t.s.contact}:
        group = [t for t in path if not t.reason and t.s.contact == contact]
        if group:
            first = min(group, key=lambda t: (t.is_own, t.s.at, t.s.raw_id))
            for t in group:
                if t is not first:
                    _merge(t, first)


def _marks(path: list[T]) -> None:
    for t in [t for t in path if t.is_own and t.s.touch_kind == TouchKind.order_mark]:
        same = [v for v in path if not v.reason and not v.is_own and v.s.mark == t.s.mark]
        if not t.reason and t.s.mark and same:
            _merge(t, max(same, key=lambda v: (v.s.at, v.s.raw_id)))


def _owners(path: list[T]) -> None:
    claimants = (Signal.lock, Signal.affiliate, Signal.coupon, Signal.kol)
    for who in {t.s.influencer for t in path if t.s.influencer}:
        live = [t for t in path if not t.reason and t.s.influencer == who]
        claims = [t for t in live if t.is_own and t.s.signal in claimants]
        clicks = [t for t in live if not t.is_own and t.s.signal is Signal.kol]
        delivered = [t for t in claims if t.s.signal is Signal.kol]
        newest = clicks or delivered
        if newest:
            target = max(newest, key=lambda t: (t.s.at, t.s.raw_id))
        elif claims:
            target = min(claims, key=lambda t: (t.s.at, t.s.raw_id))
        for t in claims:
            if t is not target:
                _merge(t, target)


def _prefer(path: list[T], policy: Policy) -> None:
    live = [t for t in path if not t.reason]
    if not live:
        return
    top = min(t.rank for t in live)
    if policy.precedence[top] not in policy.exclusive:
        return
    winner = max((t for t in live if t.rank == top), key=_claim_key).s.influencer
    for t in live:
        same = t.s.influencer == winner and (winner or t.rank == top)
        if not same:
            t.reason = Reason.other_owner


def weights_of(order: O, path: list[T], policy: Policy) -> list[list[int]]:
    """Integer weights, a row a model, of the qualified touchpoints (a stand-in: one)."""
    live = [t for t in path if not t.reason]
    ages = [order.placed_at - t.s.at for t in live] or [0]
    direct = [t.s.signal is Signal.direct for t in live] or [False]
    return [reference_units(reference_weights(m, ages, direct, policy)) for m in MODELS]


def split_by_units(amount: int, units: list[int]) -> list[int]:
    from fractions import Fraction

    return reference_split(amount, [Fraction(u, ONE) for u in units])


__all__ = ["O", "S", "T", "arrays", "order_arrays", "path_of", "replace", "weights_of"]
