"""Marking days dirty: the only place that says which days an event makes stale (DESIGN 4).

Every service that writes raw facts calls the function named after what it did, in the same
transaction; the job finds the mark after the commit. Marking twice is harmless, and marking a day
too many costs one recomputation, so a function may be generous; it may never forget a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.models import (
    CommissionRow,
    CommissionRule,
    Coupon,
    CreditDay,
    Deal,
    DirtyDay,
    Mark,
    Order,
    OrderCoupon,
    OrderLine,
    OrderMark,
    Shop,
    Workspace,
)
from tracker.models.base import to_micros
from tracker.services import stale_days
from tracker.services.bulk import among, chunks, table_of
from tracker.services.stale_days import Key

TRAFFIC, COST, CREDIT = "traffic", "cost", "credit"

EFFECTS: dict[str, tuple[str, ...]] = {
    "orders_changed": (CREDIT,),
    "buyers_changed": (CREDIT,),
    "order_visitors_changed": (CREDIT,),
    "traffic_changed": (TRAFFIC,),
    "touches_changed": (CREDIT,),
    "marks_changed": (TRAFFIC, COST, CREDIT),
    "campaign_window_changed": (CREDIT,),
    "coupons_changed": (CREDIT,),
    "affiliates_changed": (COST, CREDIT),
    "goods_costs_changed": (CREDIT,),
    "costs_changed": (COST,),
    "deals_changed": (COST,),
    "credits_changed": (COST,),
    "commission_terms_changed": (COST,),
    "commissions_changed": (COST,),
    "policy_applied": (CREDIT,),
    "fits_made": (CREDIT,),
}
"""Event (the function of that name) -> the facts that it may make stale."""

_CHUNK = 20_000


def orders_changed(session: Session, shop: Shop, days: Iterable[date]) -> None:
    """Orders of these order days were written, or what hangs on them: refunds, lines, coupons,
    delivered marks, affiliate rows. Give the old day as well when an order moved to another one.
    """
    _mark(session, CREDIT, [(shop.workspace_id, shop.id, day) for day in days])


def buyers_changed(session: Session, workspace: Workspace, since: Mapping[int, datetime]) -> None:
    """Orders of these customers (row id -> instant of the order) were added, moved or changed.

    Later orders of the same buyer depend on them: new or returning, and whose visits they had.
    """
    for ids in chunks(sorted(since), _CHUNK):
        _mark(session, CREDIT, stale_days.days_of_buyers(session, {i: since[i] for i in ids}))


def order_visitors_changed(session: Session, shop: Shop, order_refs: Iterable[str]) -> None:
    """Statements about who placed these orders came in: their days, and the buyers' later ones.

    An order that is not there yet needs no mark: loading it will mark its day.
    """
    for refs in chunks(sorted(set(order_refs)), _CHUNK):
        found = session.execute(
            select(Order.customer_id, Order.ordered_on, Order.placed_at).where(
                Order.shop_id == shop.id, among(session, Order.ref, refs)
            )
        ).all()
        orders_changed(session, shop, {day for _, day, _ in found})
        since: dict[int, datetime] = {}
        for customer_id, _, placed_at in found:
            if customer_id:
                since[customer_id] = min(placed_at, since.get(customer_id, placed_at))
        _mark(session, CREDIT, stale_days.days_of_buyers(session, since))


def traffic_changed(session: Session, shop: Shop, days: Iterable[date]) -> None:
    """Hits or visits of these days (in the shop's zone) were written."""
    _mark(session, TRAFFIC, [(shop.workspace_id, shop.id, day) for day in days])


def touches_changed(session: Session, shop: Shop, since: Mapping[int, datetime]) -> None:
    """Visits, clicks or touches of visitors of a shop (row id -> first changed instant) changed.

    Stale are later orders of every buyer linked to such a visitor, in whichever shop. Visitors
    without orders, nearly all of them, cost one look-up.
    """
    for ids in chunks(sorted(since), _CHUNK):
        _mark(session, CREDIT, stale_days.days_of_visitors(session, {i: since[i] for i in ids}))


def marks_changed(session: Session, workspace: Workspace, mark_ids: Iterable[int]) -> None:
    """Marks were read anew (alias, rule, link, influencer name) with another result."""
    for ids in chunks(sorted(set(mark_ids)), _CHUNK):
        for shop in session.scalars(select(Shop).where(Shop.workspace_id == workspace.id)).all():
            visits, touches = stale_days.traffic_days_of_marks(session, shop, ids)
            traffic_changed(session, shop, visits | touches)
            costs_changed(session, workspace, touches)
        _mark_credits_of_marks(session, ids)


def campaign_window_changed(session: Session, campaign_id: int) -> None:
    """A campaign's own lookback window was set, changed or removed."""
    marks = session.scalars(select(Mark.id).where(Mark.campaign_id == campaign_id)).all()
    for ids in chunks(marks, _CHUNK):
        _mark_credits_of_marks(session, ids)


def coupons_changed(
    session: Session,
    coupon_ids: Iterable[int],
    since: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """Owner, leak or shop-wide flag of codes changed; stale are the orders that used them.

    since, until: only orders placed in [since, until) can be concerned; None: no such limit.
    """
    for ids in chunks(sorted(set(coupon_ids)), _CHUNK):
        users = (
            select(OrderCoupon.order_id)
            .join(Coupon, Coupon.code == OrderCoupon.code)
            .where(among(session, Coupon.id, ids), Coupon.shop_id == Order.shop_id)
            .correlate(Order)
        )
        conditions: list[ColumnElement[bool]] = [Order.id.in_(users)]
        if since is not None:
            conditions.append(Order.placed_at >= since)
        if until is not None:
            conditions.append(Order.placed_at < until)
        _mark(session, CREDIT, stale_days.order_days(session, *conditions))


def goods_costs_changed(session: Session, shop: Shop, skus: Iterable[str], since: date) -> None:
    """Unit costs of SKUs changed from a day on: orders of that day or later with such a line."""
    for some in chunks(sorted(set(skus)), _CHUNK):
        lines = select(OrderLine.order_id).where(among(session, OrderLine.sku, some))
        found = stale_days.order_days(
            session, Order.shop_id == shop.id, Order.ordered_on >= since, Order.id.in_(lines)
        )
        _mark(session, CREDIT, found)


def affiliates_changed(
    session: Session, shop: Shop, order_refs: Iterable[str], booked_days: Iterable[date] = ()
) -> None:
    """Affiliate rows of these orders were written: their credits, and commissions of their days.

    booked_days: days on which the rows' commissions are or were booked. Days on which a computed
    commission of such an order is booked are found here: an imported one takes its place.
    """
    days = set(booked_days)
    for refs in chunks(sorted(set(order_refs)), _CHUNK):
        orders = Order.shop_id == shop.id, among(session, Order.ref, refs)
        _mark(session, CREDIT, stale_days.order_days(session, *orders))
        days |= stale_days.booked_days(session, *orders)
    _mark(session, COST, [(shop.workspace_id, 0, day) for day in days])


def costs_changed(session: Session, workspace: Workspace, days: Iterable[date]) -> None:
    """Spend, costs of touches or imported commissions of these days were written.

    Give the days before the change as well when rows moved.
    """
    _mark(session, COST, [(workspace.id, 0, day) for day in days])


def deals_changed(
    session: Session, workspace: Workspace, changed: Iterable[tuple[int, date]]
) -> None:
    """Deals were written: row id and day of the post, as it is now and as it was before."""
    posted: dict[int, date] = {}
    for deal_id, day in changed:
        posted[deal_id] = min(day, posted.get(deal_id, day))
    if posted:
        costs_changed(session, workspace, posted.values())
        costs_changed(session, workspace, stale_days.cost_days_of_deals(session, workspace, posted))


def credits_changed(session: Session, workspace_id: int, days: Iterable[date]) -> None:
    """Credits booked on these days were computed: commissions follow, if anybody has one, or terms
    for it."""
    has_rate = select(Deal.id).where(Deal.workspace_id == workspace_id, Deal.commission_ppm > 0)
    has_rule = select(CommissionRule.id).where(CommissionRule.workspace_id == workspace_id)
    has_row = select(CommissionRow.id).where(CommissionRow.workspace_id == workspace_id)
    if any(session.scalar(query.limit(1)) is not None for query in (has_rate, has_rule, has_row)):
        _mark(session, COST, [(workspace_id, 0, day) for day in days])


def commission_terms_changed(
    session: Session, workspace: Workspace, influencer_ids: Iterable[int] | None = None
) -> None:
    """Rules of these influencers (None: what all commissions follow) are others than before."""
    days = stale_days.commission_days(session, workspace, influencer_ids)
    _mark(session, COST, [(workspace.id, 0, day) for day in days])


def commissions_changed(session: Session, workspace: Workspace, days: Iterable[date]) -> None:
    """Commission rows that are booked on these days were written."""
    _mark(session, COST, [(workspace.id, 0, day) for day in days])


def policy_applied(
    session: Session, workspace: Workspace, first: date | None = None, last: date | None = None
) -> None:
    """The policy of the workspace is another one, or a rebuild was asked for.

    Marks every order day from `first` to `last` (both included, None: open), and days that still
    carry credits though their orders are gone.
    """
    shops = select(Shop.id).where(Shop.workspace_id == workspace.id)
    days: set[Key] = set()
    for table in (Order, CreditDay):
        query = select(table.shop_id, table.ordered_on).where(table.shop_id.in_(shops)).distinct()
        if first is not None:
            query = query.where(table.ordered_on >= first)
        if last is not None:
            query = query.where(table.ordered_on <= last)
        days |= {(workspace.id, shop_id, day) for shop_id, day in session.execute(query)}
    _mark(session, CREDIT, days)


def fits_made(session: Session, workspace: Workspace, week_start: date) -> None:
    """The fits of an ISO week were stored: its orders are weighed by them from now on."""
    policy_applied(session, workspace, week_start, week_start + timedelta(days=6))


def _mark_credits_of_marks(session: Session, mark_ids: Sequence[int]) -> None:
    since = stale_days.visitors_with_marks(session, mark_ids)
    for ids in chunks(sorted(since), _CHUNK):
        _mark(session, CREDIT, stale_days.days_of_visitors(session, {i: since[i] for i in ids}))
    delivered = select(OrderMark.order_id).where(among(session, OrderMark.mark_id, mark_ids))
    _mark(session, CREDIT, stale_days.order_days(session, Order.id.in_(delivered)))


def _mark(session: Session, scope: str, keys: Iterable[Key]) -> None:
    """Insert or raise the version. Sorted, so that two markers never wait for each other.

    A new row's fence starts at the present in microseconds: rows are deleted when done, and a job
    that slept through that must not find its old fence on the row that came after.
    """
    now = datetime.now(UTC)
    rows: list[dict[str, Any]] = [
        {
            "scope": scope,
            "workspace_id": workspace_id,
            "shop_id": shop_id,
            "day": day,
            "version": 1,
            "fence": to_micros(now),
            "leased_until": None,
            "marked_at": now,
        }
        for workspace_id, shop_id, day in sorted(set(keys))
    ]
    if not rows:
        return
    table = table_of(DirtyDay)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement: Any = (sqlite.insert if is_sqlite else postgresql.insert)(table)
    statement = statement.on_conflict_do_update(
        index_elements=["scope", "workspace_id", "shop_id", "day"],
        set_={"version": table.c.version + 1, "marked_at": now},
    )
    session.connection().execute(statement, rows)
