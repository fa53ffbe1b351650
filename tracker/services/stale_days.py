"""Which days depend on a raw fact: the look-ups behind `tracker.services.dirty`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from tracker.domain.periods import day_numbers
from tracker.models import (
    CommissionRow,
    CostDay,
    Credit,
    Deal,
    Order,
    OrderVisitor,
    Shop,
    Touch,
    Visit,
    Workspace,
)
from tracker.models.base import from_day_number, to_micros
from tracker.services.bulk import among

Key = tuple[int, int, date]
"""Workspace, shop (0 for costs), day."""


def order_days(session: Session, *conditions: ColumnElement[bool]) -> set[Key]:
    """Days of the orders that meet the conditions."""
    found = session.execute(
        select(Shop.workspace_id, Order.shop_id, Order.ordered_on)
        .join(Shop, Shop.id == Order.shop_id)
        .where(*conditions)
        .distinct()
    )
    return {(workspace, shop, day) for workspace, shop, day in found}


def days_of_buyers(session: Session, since: Mapping[int, datetime]) -> set[Key]:
    """Days of the orders that customers (row id -> instant) placed at that instant or later."""
    found = session.execute(
        select(
            Order.customer_id, Shop.workspace_id, Order.shop_id, Order.ordered_on, Order.placed_at
        )
        .join(Shop, Shop.id == Order.shop_id)
        .where(among(session, Order.customer_id, list(since)))
    )
    return {
        (workspace, shop, day)
        for customer, workspace, shop, day, placed_at in found
        if placed_at >= since[customer]
    }


def days_of_visitors(session: Session, since: Mapping[int, datetime]) -> set[Key]:
    """Days of the orders that may count touches which visitors had at an instant or later.

    These are orders that a visitor is linked to, and all orders of the same customers.
    """
    linked = session.execute(
        select(
            OrderVisitor.visitor_id,
            Shop.workspace_id,
            Order.shop_id,
            Order.ordered_on,
            Order.placed_at,
            Order.customer_id,
        )
        .join(
            Order,
            (Order.shop_id == OrderVisitor.shop_id) & (Order.ref == OrderVisitor.order_ref),
        )
        .join(Shop, Shop.id == Order.shop_id)
        .where(among(session, OrderVisitor.visitor_id, list(since)))
    )
    days: set[Key] = set()
    buyers: dict[int, datetime] = {}
    for visitor, workspace, shop, day, placed_at, customer in linked:
        if placed_at >= since[visitor]:
            days.add((workspace, shop, day))
        if customer:
            buyers[customer] = min(since[visitor], buyers.get(customer, since[visitor]))
    return days | days_of_buyers(session, buyers)


def visitors_with_marks(session: Session, mark_ids: Sequence[int]) -> dict[int, datetime]:
    """Visitors whose visits or touches carry one of these marks, with the first such instant."""
    since: dict[int, datetime] = {}
    for table, at in ((Visit, Visit.started_at), (Touch, Touch.at)):
        found = session.execute(
            select(table.visitor_id, func.min(at))
            .where(among(session, table.mark_id, mark_ids))
            .group_by(table.visitor_id)
        )
        for visitor, first in found:
            since[visitor] = min(first, since.get(visitor, first))
    return since


def traffic_days_of_marks(
    session: Session, shop: Shop, mark_ids: Sequence[int]
) -> tuple[set[date], set[date]]:
    """Days of a shop on which visits, and days on which touches, carry one of these marks."""
    zone = ZoneInfo(shop.time_zone)
    found = []
    for table, at in ((Visit, Visit.started_at), (Touch, Touch.at)):
        instants = session.scalars(
            select(at).where(table.shop_id == shop.id, among(session, table.mark_id, mark_ids))
        )
        numbers = day_numbers(np.array([to_micros(i) for i in instants], np.int64), zone)
        found.append({from_day_number(int(number)) for number in np.unique(numbers)})
    return found[0], found[1]


def booked_days(session: Session, *conditions: ColumnElement[bool]) -> set[date]:
    """Days on which credits of influencers are booked for the orders that meet the conditions."""
    found = session.scalars(
        select(Credit.booked_on)
        .join(Order, (Order.id == Credit.order_id))
        .where(
            *conditions,
            Credit.shop_id == Order.shop_id,
            Credit.ordered_on == Order.ordered_on,
            Credit.influencer_id > 0,
        )
        .distinct()
    )
    return set(found)


def cost_days_of_deals(
    session: Session, workspace: Workspace, posted: Mapping[int, date]
) -> set[date]:
    """Days whose costs these deals decide, or decided before they were changed.

    posted: row id -> first day of the post, now and before. The days over which their fees are
    spread now, the days since on which an influencer's costs are booked already (the terms
    before), and the days on which orders placed since earn commission.
    """
    first = min(posted.values())
    deals = select(Deal.posted_on, Deal.spread_days).where(among(session, Deal.id, list(posted)))
    booked = select(CostDay.day).where(
        CostDay.workspace_id == workspace.id,
        CostDay.day >= first,
        CostDay.influencer_id > 0,
        or_(
            CostDay.fee_minor != 0,
            CostDay.goods_given_minor != 0,
            CostDay.platform_fee_minor != 0,
            CostDay.commission_minor != 0,
        ),
    )
    credited = select(Credit.booked_on).where(
        Credit.policy_id == workspace.policy_id,
        Credit.influencer_id > 0,
        Credit.ordered_on >= first,
    )
    days = {
        posted_on + timedelta(days=n)
        for posted_on, spread_days in session.execute(deals)
        for n in range(spread_days)
    }
    days |= set(session.scalars(booked.distinct()))
    return days | set(session.scalars(credited.distinct()))


def commission_days(
    session: Session, workspace: Workspace, influencer_ids: Iterable[int] | None
) -> set[date]:
    """Days on which influencers (None: all) have credits, or commissions that were computed."""
    credited = select(Credit.booked_on).where(
        Credit.policy_id == workspace.policy_id, Credit.influencer_id > 0
    )
    booked = select(CommissionRow.booked_on).where(CommissionRow.workspace_id == workspace.id)
    if influencer_ids is not None:
        some = sorted(set(influencer_ids))
        credited = credited.where(Credit.influencer_id.in_(some))
        booked = booked.where(CommissionRow.influencer_id.in_(some))
    return {day for query in (credited, booked) for day in session.scalars(query.distinct())}
