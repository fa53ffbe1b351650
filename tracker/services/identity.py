"""The conflict queue: orders about which two statements disagree (SEMANTICS 3.1, 3.4).

Nothing is stored for it: a conflict is a property of the raw facts, found in two steps. One query
finds the few orders that more than one visitor, owned code or affiliate row speaks for; the engine
then says which of these really conflict.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union
from sqlalchemy.orm import Session

from tracker.domain.identity import Claim, LinkEvidence, Verdict, judge_one
from tracker.domain.paths import Conflict
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
from tracker.models.base import to_micros
from tracker.services.attribution import compute
from tracker.services.bulk import among
from tracker.services.credit_orders import IS_CONVERSION
from tracker.services.policies import content_of, ensure_policy


@dataclass(frozen=True, slots=True)
class ConflictingOrder:
    """An order that a person should look at; `kinds` are of coupons, affiliates, visitors."""

    order_id: int
    ref: str
    shop_id: int
    placed_at: datetime
    kinds: tuple[str, ...]


def conflicting_orders(
    session: Session, workspace: Workspace, first: date, last: date, *, limit: int = 200
) -> list[ConflictingOrder]:
    """Conflicts among the orders of some days (both included), newest first, at most `limit`."""
    shops = select(Shop.id).where(Shop.workspace_id == workspace.id)
    period = and_(
        Order.shop_id.in_(shops), Order.ordered_on >= first, Order.ordered_on <= last, IS_CONVERSION
    )
    doubtful = union(_by_visitors(period), _by_affiliates(period), _by_coupons(period)).subquery()
    orders = session.scalars(
        select(Order)
        .where(Order.id.in_(select(doubtful.c.id)))
        .order_by(Order.placed_at.desc(), Order.id)
    ).all()
    flags = _engine_flags(session, workspace, [order.id for order in orders])
    found = []
    for order in orders:
        bits = flags.get(order.id, 0)
        kinds = [str(conflict.name) for conflict in Conflict if bits & conflict]
        if _visitors_conflict(session, order):
            kinds.append("visitors")
        if kinds:
            found.append(
                ConflictingOrder(order.id, order.ref, order.shop_id, order.placed_at, tuple(kinds))
            )
        if len(found) == limit:
            break
    return found


def _by_visitors(period: ColumnElement[bool]) -> Select[int]:
    return (
        select(Order.id)
        .join(
            OrderVisitor,
            and_(OrderVisitor.shop_id == Order.shop_id, OrderVisitor.order_ref == Order.ref),
        )
        .where(period, OrderVisitor.evidence != LinkEvidence.click)
        .group_by(Order.id)
        .having(func.count(OrderVisitor.visitor_id.distinct()) > 1)
    )


def _by_affiliates(period: ColumnElement[bool]) -> Select[int]:
    return (
        select(Order.id)
        .join(
            AffiliateRow,
            and_(AffiliateRow.shop_id == Order.shop_id, AffiliateRow.order_ref == Order.ref),
        )
        .where(period)
        .group_by(Order.id)
        .having(func.count(AffiliateRow.influencer_id.distinct()) > 1)
    )


def _by_coupons(period: ColumnElement[bool]) -> Select[int]:
    owned = and_(
        CouponOwnership.coupon_id == Coupon.id,
        CouponOwnership.valid_from <= Order.placed_at,
        or_(CouponOwnership.valid_until.is_(None), CouponOwnership.valid_until > Order.placed_at),
    )
    return (
        select(Order.id)
        .join(OrderCoupon, OrderCoupon.order_id == Order.id)
        .join(Coupon, and_(Coupon.shop_id == Order.shop_id, Coupon.code == OrderCoupon.code))
        .join(CouponOwnership, owned)
        .where(period)
        .group_by(Order.id)
        .having(func.count(CouponOwnership.influencer_id.distinct()) > 1)
    )


def _engine_flags(session: Session, workspace: Workspace, order_ids: list[int]) -> dict[int, int]:
    """Conflict bits of orders, as the engine gives them."""
    if not order_ids:
        return {}
    policy = content_of(ensure_policy(session, workspace))
    computed = compute(session, workspace, policy, among(session, Order.id, order_ids))
    some = np.flatnonzero(computed.paths.conflicts)
    return dict(
        zip(computed.orders.id[some].tolist(), computed.paths.conflicts[some].tolist(), strict=True)
    )


def _visitors_conflict(session: Session, order: Order) -> bool:
    rows = session.scalars(
        select(OrderVisitor).where(
            OrderVisitor.shop_id == order.shop_id, OrderVisitor.order_ref == order.ref
        )
    )
    claims = [
        Claim(
            row.visitor_id,
            LinkEvidence(row.evidence),
            to_micros(row.at),
            order.token_hash in ("", row.token_hash),
        )
        for row in rows
    ]
    return Verdict.conflict in judge_one(to_micros(order.placed_at), claims)
