"""From signals to the qualified path: conflicts, merges, the limit, and the policy's precedence.

Each step looks at the pairs that still qualify and writes the reason of those that it takes out, so
that nothing is lost and `explain` can say why (SEMANTICS 3.2 to 3.4). No step mixes two orders.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.expansion import Pairs
from tracker.domain.paths import Conflict, Reason, Signal, TouchKind
from tracker.domain.policy import Policy

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def qualify(pairs: Pairs, policy: Policy) -> Ints:
    """Run all steps in place; gives the Conflict bits of every order."""
    flags = np.zeros(pairs.n_orders, np.int64)
    flags[pairs.order[pairs.reason == Reason.self_purchase]] |= Conflict.self_purchase
    _obey(pairs)
    _settle_coupons(pairs, flags)
    _flag_affiliates(pairs, flags)
    _merge_contacts(pairs)
    _merge_delivered_marks(pairs)
    _merge_owners(pairs)
    _limit(pairs, policy.max_touchpoints)
    _prefer(pairs, policy)
    return flags


def _obey(pairs: Pairs) -> None:
    """Where a person has said whose order it is, nothing of anybody else counts.

    Before all else, so that the chosen owner's code is not first beaten by a newer one; whatever
    the policy's precedence says of customer locks.
    """
    decided = _active(pairs, pairs.column("touch_kind") == TouchKind.decision)
    if decided.size == 0:
        return
    influencer = pairs.column("influencer")
    owner = np.zeros(pairs.n_orders, np.int64)
    owner[pairs.order[decided]] = influencer[decided]
    theirs = owner[pairs.order]
    pairs.reason[pairs.active & (theirs > 0) & (influencer != theirs)] = Reason.decided_otherwise


def _settle_coupons(pairs: Pairs, flags: Ints) -> None:
    """Coupons of two owners on one order: the newest ownership wins, the order is flagged."""
    found = _active(pairs, pairs.column("signal") == Signal.coupon.code)
    winner = _newest(pairs, found)
    influencer = pairs.column("influencer")
    lost = found[influencer[found] != influencer[winner[pairs.order[found]]]]
    pairs.reason[lost] = Reason.older_ownership
    flags[pairs.order[lost]] |= Conflict.coupons


def _flag_affiliates(pairs: Pairs, flags: Ints) -> None:
    """Affiliate rows of two owners for one order are flagged; precedence decides later."""
    found = _active(pairs, pairs.column("signal") == Signal.affiliate.code)
    winner = _newest(pairs, found)
    influencer = pairs.column("influencer")
    other = found[influencer[found] != influencer[winner[pairs.order[found]]]]
    flags[pairs.order[other]] |= Conflict.affiliates


def _newest(pairs: Pairs, found: Ints) -> Ints:
    """Per order, of the found pairs the one with the newest claim (then time, then raw id)."""
    at, raw = pairs.column("at"), pairs.column("raw_id")
    by = np.lexsort((raw[found], at[found], pairs.claim_at[found], pairs.order[found]))
    winner = np.zeros(pairs.n_orders, np.int64)
    # A later write to one cell stays: the last of each order is the newest.
    ordered = found[by]
    last = np.flatnonzero(np.append(np.diff(pairs.order[ordered]) != 0, True)[: ordered.size])
    winner[pairs.order[ordered[last]]] = ordered[last]
    return winner


def _merge_contacts(pairs: Pairs) -> None:
    """A click, the visit that it opened and the mark delivered with the order are one contact."""
    contact = pairs.column("contact")
    found = _active(pairs, contact != 0)
    at, raw = pairs.column("at"), pairs.column("raw_id")
    by = np.lexsort(
        (raw[found], at[found], pairs.is_own[found], contact[found], pairs.order[found])
    )
    anything = np.ones(pairs.order.size, np.bool_)
    _merge(pairs, found[by], contact, anything, into=anything)


def _merge_delivered_marks(pairs: Pairs) -> None:
    """A mark delivered with the order is the newest visit that carries the same mark."""
    delivered = pairs.is_own & (pairs.column("touch_kind") == TouchKind.order_mark)
    delivered &= pairs.active
    mark = pairs.column("mark")
    here = _in_orders_of(pairs, delivered)
    found = _active(pairs, (mark != 0) & here & (delivered | ~pairs.is_own))
    at, raw = pairs.column("at"), pairs.column("raw_id")
    by = np.lexsort((-raw[found], -at[found], pairs.is_own[found], mark[found], pairs.order[found]))
    _merge(pairs, found[by], mark, delivered, into=~pairs.is_own)


def _merge_owners(pairs: Pairs) -> None:
    """Link, code and affiliate row of one influencer are one touchpoint, at the click's time.

    The click is the newest visit or click of that influencer, else the delivered mark; without any,
    the earliest of the other signals stands for all.
    """
    influencer, signal = pairs.column("influencer"), pairs.column("signal")
    is_kol = signal == Signal.kol.code
    claims = pairs.is_own & np.isin(
        signal, [Signal.lock.code, Signal.affiliate.code, Signal.coupon.code, Signal.kol.code]
    )
    claims &= pairs.active & (influencer > 0)
    here = _in_orders_of(pairs, claims)
    found = _active(pairs, here & (influencer > 0) & (claims | is_kol))
    level = np.where(is_kol, np.where(pairs.is_own, 1, 0), 2)[found]
    at, raw = pairs.column("at")[found], pairs.column("raw_id")[found]
    nearness = np.where(level == 2, at, -at)
    tie = np.where(level == 2, raw, -raw)
    by = np.lexsort((tie, nearness, level, influencer[found], pairs.order[found]))
    _merge(pairs, found[by], influencer, claims, into=np.ones(pairs.order.size, np.bool_))


def _merge(pairs: Pairs, ordered: Ints, group: Ints, goers: Bools, into: Bools) -> None:
    """Merge the goers of one order and group into the first of them, if that is among `into`.

    ordered: pairs sorted by order, group, preference. The survivor keeps its own time and takes
    over evidence, the strongest class and the newest claim of what goes into it.
    """
    if ordered.size == 0:
        return
    order_of, group_of = pairs.order[ordered], group[ordered]
    starts = np.append(True, (np.diff(order_of) != 0) | (np.diff(group_of) != 0))
    survivor = ordered[np.flatnonzero(starts)[np.cumsum(starts) - 1]]
    goes = ~starts & goers[ordered] & into[survivor]
    gone, target = ordered[goes], survivor[goes]
    pairs.reason[gone] = Reason.merged
    pairs.into[gone] = target
    np.bitwise_or.at(pairs.evidence, target, pairs.evidence[gone])
    np.minimum.at(pairs.rank, target, pairs.rank[gone])
    np.maximum.at(pairs.claim_at, target, pairs.claim_at[gone])


def _limit(pairs: Pairs, keep: int) -> None:
    """Only the newest `keep` touchpoints of an order stay."""
    found = _active(pairs, np.ones(pairs.order.size, np.bool_))
    counts = np.bincount(pairs.order[found], minlength=pairs.n_orders)
    if counts.size == 0 or int(counts.max()) <= keep:
        return
    ends = np.cumsum(counts)
    from_end = ends[pairs.order[found]] - np.arange(found.size)
    pairs.reason[found[from_end > keep]] = Reason.over_limit


def _prefer(pairs: Pairs, policy: Policy) -> None:
    """An exclusive class that is the strongest present gives the path to its owner.

    The owner is an influencer; where the strongest signal names none, its class stands for it.
    """
    found = _active(pairs, np.ones(pairs.order.size, np.bool_))
    strongest = np.full(pairs.n_orders, len(policy.precedence), np.int64)
    np.minimum.at(strongest, pairs.order[found], pairs.rank[found])
    is_exclusive = np.array([s in policy.exclusive for s in policy.precedence] + [False])
    contested = is_exclusive[strongest]
    top = found[
        contested[pairs.order[found]] & (pairs.rank[found] == strongest[pairs.order[found]])
    ]
    winner = _newest(pairs, top)
    influencer = pairs.column("influencer")
    theirs = influencer[winner[pairs.order]]
    same = (influencer == theirs) & ((theirs > 0) | (pairs.rank == strongest[pairs.order]))
    lost = pairs.active & contested[pairs.order] & ~same
    pairs.reason[lost] = Reason.other_owner


def _active(pairs: Pairs, mask: Bools) -> Ints:
    return np.flatnonzero(mask & pairs.active)


def _in_orders_of(pairs: Pairs, mask: Bools) -> Bools:
    """The pairs of the orders that have a pair in the mask."""
    has = np.zeros(pairs.n_orders, np.bool_)
    has[pairs.order[mask]] = True
    return has[pairs.order]
