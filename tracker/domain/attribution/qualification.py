"""From signals to the qualified path: conflicts, merges, the limit, and the policy's precedence.

Each step looks at the pairs that still qualify and writes the reason of those that it takes out, so
that nothing is lost and `explain` can say why (SEMANTICS 3.2 to 3.4). No step mixes two orders.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.arrays import repeated_pairs
from tracker.domain.attribution.expansion import Pairs
from tracker.domain.paths import Conflict, Reason, Signal, TouchKind
from tracker.domain.policy import Policy

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def qualify(pairs: Pairs, policy: Policy) -> Ints:
    """Run all steps in place; gives the Conflict bits of every order."""
    flags = np.zeros(pairs.n_orders, np.int64)
    flags[pairs.order[pairs.reason == Reason.self_purchase]] |= Conflict.self_purchase
    own = np.flatnonzero(pairs.is_own)
    _obey(pairs, own)
    _settle_coupons(pairs, own, flags)
    _flag_affiliates(pairs, own, flags)
    _merge_contacts(pairs)
    _merge_delivered_marks(pairs, own)
    _merge_owners(pairs, own)
    _limit(pairs, policy.max_touchpoints)
    _prefer(pairs, policy)
    return flags


def _obey(pairs: Pairs, own: Ints) -> None:
    """Where a person has said whose order it is, nothing of anybody else counts; where they said
    that it is no influencer's, nothing of any influencer does.

    Before all else, so that the chosen owner's code is not first beaten by a newer one; whatever
    the policy's precedence says of customer locks.
    """
    decided = _active(pairs, own[pairs.of("touch_kind", own) == TouchKind.decision])
    if decided.size == 0:
        return
    owner = np.full(pairs.n_orders, _UNDECIDED, np.int64)
    owner[pairs.order[decided]] = pairs.of("influencer", decided)
    theirs = owner[pairs.order]
    influencer = pairs.column("influencer")
    of_others = np.where(theirs > 0, influencer != theirs, (theirs == 0) & (influencer > 0))
    pairs.reason[pairs.active & of_others] = Reason.decided_otherwise
    # that it is nobody's is no contact that could stand in the path
    pairs.reason[decided[pairs.of("influencer", decided) == 0]] = Reason.decided_otherwise


_UNDECIDED = -1


def _settle_coupons(pairs: Pairs, own: Ints, flags: Ints) -> None:
    """Coupons of two owners on one order: the newest ownership wins, the order is flagged."""
    lost = _not_of_newest(pairs, own, Signal.coupon)
    pairs.reason[lost] = Reason.older_ownership
    flags[pairs.order[lost]] |= Conflict.coupons


def _flag_affiliates(pairs: Pairs, own: Ints, flags: Ints) -> None:
    """Affiliate rows of two owners for one order are flagged; precedence decides later."""
    flags[pairs.order[_not_of_newest(pairs, own, Signal.affiliate)]] |= Conflict.affiliates


def _not_of_newest(pairs: Pairs, own: Ints, signal: Signal) -> Ints:
    """Of the signals of a class, those of other owners than the newest one of their order."""
    found = _active(pairs, own[pairs.of("signal", own) == signal.code])
    if found.size == 0:
        return found
    winner = _newest(pairs, found)[pairs.order[found]]
    others: Ints = found[pairs.of("influencer", found) != pairs.of("influencer", winner)]
    return others


def _newest(pairs: Pairs, found: Ints) -> Ints:
    """Per order, of the found pairs the one with the newest claim (then time, then raw id)."""
    by = np.lexsort(
        (
            pairs.of("raw_id", found),
            pairs.of("at", found),
            pairs.claim_at[found],
            pairs.order[found],
        )
    )
    winner = np.zeros(pairs.n_orders, np.int64)
    # A later write to one cell stays: the last of each order is the newest.
    ordered = found[by]
    last = np.flatnonzero(np.append(np.diff(pairs.order[ordered]) != 0, True)[: ordered.size])
    winner[pairs.order[ordered[last]]] = ordered[last]
    return winner


def _merge_contacts(pairs: Pairs) -> None:
    """A click, the visit that it opened and the mark delivered with the order are one contact."""
    if not pairs.signals.contact.any():
        return
    contact = pairs.column("contact")
    found = np.flatnonzero((contact != 0) & pairs.active)
    # Most contacts stand alone: only the others need their order of preference.
    found = found[repeated_pairs(pairs.order[found], contact[found])]
    by = np.lexsort(
        (
            pairs.of("raw_id", found),
            pairs.of("at", found),
            pairs.is_own[found],
            contact[found],
            pairs.order[found],
        )
    )
    anything = np.ones(found.size, np.bool_)
    _merge(pairs, found[by], contact[found[by]], anything, anything)


def _merge_delivered_marks(pairs: Pairs, own: Ints) -> None:
    """A mark delivered with the order is the newest visit that carries the same mark."""
    delivered = _active(pairs, own[pairs.of("touch_kind", own) == TouchKind.order_mark])
    if delivered.size == 0:
        return
    goes = _mask(pairs, delivered)
    here = _in_orders_of(pairs, delivered)
    here = here[(pairs.of("mark", here) != 0) & (goes[here] | ~pairs.is_own[here])]
    mark = pairs.of("mark", here)
    by = np.lexsort(
        (
            -pairs.of("raw_id", here),
            -pairs.of("at", here),
            pairs.is_own[here],
            mark,
            pairs.order[here],
        )
    )
    ordered = here[by]
    _merge(pairs, ordered, mark[by], goes[ordered], ~pairs.is_own[ordered])


def _merge_owners(pairs: Pairs, own: Ints) -> None:
    """Link, code and affiliate row of one influencer are one touchpoint, at the click's time.

    The click is the newest visit or click of that influencer, else the delivered mark; without any,
    the earliest of the other signals stands for all.
    """
    is_claim = np.isin(pairs.of("signal", own), _CLAIMS) & (pairs.of("influencer", own) > 0)
    claims = _active(pairs, own[is_claim])
    if claims.size == 0:
        return
    goes = _mask(pairs, claims)
    here = _in_orders_of(pairs, claims)
    is_kol = pairs.of("signal", here) == Signal.kol.code
    chosen = (pairs.of("influencer", here) > 0) & (goes[here] | is_kol)
    here, is_kol = here[chosen], is_kol[chosen]
    influencer = pairs.of("influencer", here)
    level = np.where(is_kol, np.where(pairs.is_own[here], 1, 0), 2)
    at, raw = pairs.of("at", here), pairs.of("raw_id", here)
    nearness = np.where(level == 2, at, -at)
    tie = np.where(level == 2, raw, -raw)
    by = np.lexsort((tie, nearness, level, influencer, pairs.order[here]))
    _merge(pairs, here[by], influencer[by], goes[here[by]], np.ones(here.size, np.bool_))


_CLAIMS = (Signal.lock.code, Signal.affiliate.code, Signal.coupon.code, Signal.kol.code)
"""Classes of the signals of one order that name its influencer."""


def _merge(pairs: Pairs, ordered: Ints, group: Ints, goes: Bools, into: Bools) -> None:
    """Merge what goes into the first of its order and group, if that is one to merge into.

    ordered: pairs sorted by order, group, preference; the other arguments have a value for each.
    The survivor keeps its own time and takes over evidence, the strongest class and the newest
    claim of what goes into it.
    """
    if ordered.size == 0:
        return
    order_of = pairs.order[ordered]
    starts = np.append(True, (np.diff(order_of) != 0) | (np.diff(group) != 0))
    first = np.flatnonzero(starts)[np.cumsum(starts) - 1]
    merges = ~starts & goes & into[first]
    gone, target = ordered[merges], ordered[first[merges]]
    pairs.reason[gone] = Reason.merged
    pairs.into[gone] = target
    np.bitwise_or.at(pairs.evidence, target, pairs.evidence[gone])
    np.minimum.at(pairs.rank, target, pairs.rank[gone])
    np.maximum.at(pairs.claim_at, target, pairs.claim_at[gone])


def _limit(pairs: Pairs, keep: int) -> None:
    """Only the newest `keep` touchpoints of an order stay."""
    counts = np.bincount(pairs.order, minlength=pairs.n_orders)
    if int(counts.max(initial=0)) <= keep:
        return
    found = np.flatnonzero(pairs.active)
    ends = np.cumsum(np.bincount(pairs.order[found], minlength=pairs.n_orders))
    from_end = ends[pairs.order[found]] - np.arange(found.size)
    pairs.reason[found[from_end > keep]] = Reason.over_limit


def _prefer(pairs: Pairs, policy: Policy) -> None:
    """An exclusive class that is the strongest present gives the path to its owner.

    The owner is an influencer; where the strongest signal names none, its class stands for it.
    """
    is_exclusive = np.array([s in policy.exclusive for s in policy.precedence] + [False])
    claims = is_exclusive[pairs.rank] & pairs.active
    if not claims.any():
        return
    found = _in_orders_of(pairs, np.flatnonzero(claims))
    strongest = np.full(pairs.n_orders, len(policy.precedence), np.int64)
    np.minimum.at(strongest, pairs.order[found], pairs.rank[found])
    found = found[is_exclusive[strongest[pairs.order[found]]]]
    strongest_here = strongest[pairs.order[found]]
    winner = _newest(pairs, found[pairs.rank[found] == strongest_here])[pairs.order[found]]
    influencer, theirs = pairs.of("influencer", found), pairs.of("influencer", winner)
    same = (influencer == theirs) & ((theirs > 0) | (pairs.rank[found] == strongest_here))
    pairs.reason[found[~same]] = Reason.other_owner


def _active(pairs: Pairs, chosen: Ints) -> Ints:
    """Those of the chosen pairs that still qualify."""
    active: Ints = chosen[pairs.reason[chosen] == 0]
    return active


def _mask(pairs: Pairs, chosen: Ints) -> Bools:
    mask = np.zeros(pairs.order.size, np.bool_)
    mask[chosen] = True
    return mask


def _in_orders_of(pairs: Pairs, chosen: Ints) -> Ints:
    """The pairs that still qualify, of the orders of the chosen ones."""
    has = np.zeros(pairs.n_orders, np.bool_)
    has[pairs.order[chosen]] = True
    return np.flatnonzero(has[pairs.order] & pairs.active)
