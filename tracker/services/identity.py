"""The conflict queue: orders about which two statements disagree (SEMANTICS 3.1, 3.4).

Nothing is stored for it: a conflict is a property of the raw facts, found in two steps. One query
finds the few orders that more than one visitor, owned code or affiliate row speaks for; the engine
then says which of these really conflict.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select, union
from sqlalchemy.orm import Mapped, Session

from tracker.domain.identity import LinkEvidence, Verdict
from tracker.domain.paths import Conflict, Reason, Signal
from tracker.models import (
    AffiliateRow,
    Coupon,
    CouponOwnership,
    Order,
    OrderCoupon,
    OrderVisitor,
    Shop,
    Workspace,
)
from tracker.services.attribution import compute
from tracker.services.bulk import among
from tracker.services.credit_decisions import own_purchases
from tracker.services.credit_orders import IS_CONVERSION
from tracker.services.decisions import claims_of, decisions_of
from tracker.services.policies import content_of, ensure_policy


@dataclass(frozen=True, slots=True)
class ConflictingOrder:
    """An order that a person should look at; `kinds` are of coupons, affiliates, self_purchase,
    visitors. What was decided is left out."""

    order_id: int
    ref: str
    shop_id: int
    placed_at: datetime
    kinds: tuple[str, ...]
    rule_owner: int = 0
    """The influencer to whom the rule gives the order; 0: nobody."""
    owners: tuple[int, ...] = ()
    """Influencers whom codes or affiliate rows name."""
    held: tuple[int, ...] = ()
    """Influencers whose signals are held."""
    visitors: tuple[tuple[int, str], ...] = ()
    """Visitor and verdict of every statement that counts or is in conflict."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the engine says of an order."""

    bits: int
    rule_owner: int
    owners: tuple[int, ...]
    held: tuple[int, ...]


_NOTHING = _Seen(0, 0, (), ())
QUESTION_OF = {
    Conflict.coupons: "owner",
    Conflict.affiliates: "owner",
    Conflict.self_purchase: "self_purchase",
}
"""Which decision settles which conflict; visitors: visitor."""


BATCH = 200
"""Doubtful orders that the engine looks at together: of thousands, a page needs the newest."""


def conflicting_orders(
    session: Session, workspace: Workspace, first: date, last: date, *, limit: int = 200
) -> list[ConflictingOrder]:
    """Open conflicts among the orders of some days (both included), newest first, at most `limit`.

    A self-purchase that somebody has released, and whatever has been decided, is not among them.
    """
    shops = select(Shop.id).where(Shop.workspace_id == workspace.id)
    period = and_(
        Order.shop_id.in_(shops), Order.ordered_on >= first, Order.ordered_on <= last, IS_CONVERSION
    )
    doubtful = union(
        _by_visitors(shops, period),
        _by_affiliates(shops, period),
        _by_coupons(period),
        _by_self_purchase(period, workspace.id),
    ).subquery()
    order_ids = session.scalars(
        select(Order.id)
        .where(Order.id.in_(select(doubtful.c.id)))
        .order_by(Order.placed_at.desc(), Order.id)
    ).all()
    found: list[ConflictingOrder] = []
    for start in range(0, len(order_ids), BATCH):
        found += _conflicts(session, workspace, order_ids[start : start + BATCH])
        if len(found) >= limit:
            break
    return found[:limit]


def _conflicts(
    session: Session, workspace: Workspace, order_ids: Sequence[int]
) -> Iterator[ConflictingOrder]:
    """Those of some doubtful orders that really are in conflict, in the order given."""
    orders = {
        order.id: order
        for order in session.scalars(select(Order).where(among(session, Order.id, order_ids)))
    }
    chosen = [orders[order_id] for order_id in order_ids]
    seen = _engine_says(session, workspace, order_ids)
    claims, decisions = claims_of(session, chosen), decisions_of(session, chosen)
    for order in chosen:
        decided = {row.question for row in decisions.get(order.id, ())}
        one = _conflict(order, seen.get(order.id, _NOTHING), claims[order.id], decided)
        if one.kinds:
            yield one


def _conflict(
    order: Order, seen: _Seen, claims: list[tuple[OrderVisitor, Verdict]], decided: set[str]
) -> ConflictingOrder:
    kinds = [
        str(conflict.name)
        for conflict in Conflict
        if seen.bits & conflict and QUESTION_OF[conflict] not in decided
    ]
    counting = [
        (row.visitor_id, str(verdict))
        for row, verdict in claims
        if verdict in {Verdict.linked, Verdict.conflict}
    ]
    if "visitor" not in decided and Verdict.conflict in {verdict for _, verdict in claims}:
        kinds.append("visitors")
    return ConflictingOrder(
        order.id, order.ref, order.shop_id, order.placed_at, tuple(kinds),
        seen.rule_owner, seen.owners, seen.held, tuple(dict.fromkeys(counting)),
    )  # fmt: skip


# The candidates are sought from the side of what is said, which is few, and not from the orders.


def _by_visitors(shops: Select[int], period: ColumnElement[bool]) -> Select[int]:
    stated = _several(
        OrderVisitor.shop_id,
        OrderVisitor.order_ref,
        OrderVisitor.visitor_id,
        OrderVisitor.shop_id.in_(shops) & (OrderVisitor.evidence != LinkEvidence.click),
    )
    return _orders_of(stated, period)


def _by_affiliates(shops: Select[int], period: ColumnElement[bool]) -> Select[int]:
    stated = _several(
        AffiliateRow.shop_id,
        AffiliateRow.order_ref,
        AffiliateRow.influencer_id,
        AffiliateRow.shop_id.in_(shops) & (AffiliateRow.status != "void"),
    )
    return _orders_of(stated, period)


def _several(
    shop_id: Mapped[int], order_ref: Mapped[str], who: Mapped[int], where: ColumnElement[bool]
) -> Subquery:
    """Orders, by shop and number, for which more than one speaks."""
    return (
        select(shop_id.label("shop_id"), order_ref.label("order_ref"))
        .where(where)
        .group_by(shop_id, order_ref)
        .having(func.min(who) != func.max(who))
        .subquery()
    )


def _orders_of(stated: Subquery, period: ColumnElement[bool]) -> Select[int]:
    named = and_(Order.shop_id == stated.c.shop_id, Order.ref == stated.c.order_ref)
    return select(Order.id).join(stated, named).where(period)


def _by_coupons(period: ColumnElement[bool]) -> Select[int]:
    owned = and_(
        CouponOwnership.coupon_id == Coupon.id,
        CouponOwnership.valid_from <= Order.placed_at,
        or_(CouponOwnership.valid_until.is_(None), CouponOwnership.valid_until > Order.placed_at),
    )
    several = (
        select(OrderCoupon.order_id).group_by(OrderCoupon.order_id).having(func.count() > 1)
    )  # an index gives this in order; few orders carry two codes
    return (
        select(Order.id)
        .join(OrderCoupon, OrderCoupon.order_id == Order.id)
        .join(Coupon, and_(Coupon.shop_id == Order.shop_id, Coupon.code == OrderCoupon.code))
        .join(CouponOwnership, owned)
        .where(period, Order.id.in_(several))
        .group_by(Order.id)
        .having(func.count(CouponOwnership.influencer_id.distinct()) > 1)
    )


def _by_self_purchase(period: ColumnElement[bool], workspace_id: int) -> Select[int]:
    own = own_purchases(workspace_id).subquery()
    return select(Order.id).where(period, Order.customer_id.in_(select(own.c.customer_id)))


def _engine_says(
    session: Session, workspace: Workspace, order_ids: Sequence[int]
) -> dict[int, _Seen]:
    """Conflicts of orders as the engine gives them, with those whom they are between."""
    policy = content_of(ensure_policy(session, workspace))
    computed = compute(
        session, workspace, policy, among(session, Order.id, order_ids), keep_all=True
    )
    paths, pairs = computed.paths, computed.paths.pairs
    signal, influencer = pairs.column("signal"), pairs.column("influencer")
    claims = np.isin(signal, [Signal.coupon.code, Signal.affiliate.code]) & (influencer > 0)
    claims &= pairs.column("barred") == 0
    is_held = pairs.reason == Reason.self_purchase
    found = {}
    for place in np.flatnonzero(paths.conflicts).tolist():
        here = pairs.order == place
        path = paths.of_touch("influencer")[paths.offsets[place] : paths.offsets[place + 1]]
        named = path[path > 0]
        found[int(computed.orders.id[place])] = _Seen(
            int(paths.conflicts[place]),
            int(named[-1]) if named.size else 0,
            tuple(np.unique(influencer[here & claims]).tolist()),
            tuple(np.unique(influencer[here & is_held]).tolist()),
        )
    return found
