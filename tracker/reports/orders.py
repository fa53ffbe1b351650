"""Orders with what they were credited to: a page at a time, or all of them for a file.

The only report that reads the ledger, and only for the orders that it shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from math import ceil
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from tracker.domain.channels import Channel, Kind
from tracker.models import Credit, Influencer, Order, OrderLine, Product, Refund, Shop
from tracker.reports.facts import channel_code
from tracker.reports.rows import CreditPart, OrderPage, OrderRow
from tracker.reports.state import ReportState

PAGE_ROWS = 50
CHUNK_ROWS = 1_000
"""Orders that a file is written from at a time."""

Rows = Sequence[Any]

_COLUMNS: tuple[Any, ...] = (
    Order.id,
    Order.shop_id,
    Order.ref,
    Order.placed_at,
    Order.ordered_on,
    Order.status,
    Order.currency,
    Order.paid_minor,
    Order.net_base_minor,
)


def order_page(session: Session, state: ReportState) -> OrderPage:
    """One page of the orders that match, newest first. Four statements (five with credits)."""
    matching = _matching(state).subquery()
    n_orders, net = session.execute(
        select(
            func.count(), cast(func.coalesce(func.sum(matching.c.net_base_minor), 0), BigInteger)
        )
    ).one()
    n_pages = max(1, ceil(n_orders / PAGE_ROWS))
    page = min(state.page, n_pages)
    found = session.execute(
        _newest_first(_matching(state)).limit(PAGE_ROWS).offset((page - 1) * PAGE_ROWS)
    ).all()
    return OrderPage(_with_credits(session, state, found), n_orders, int(net), page, n_pages)


def iter_orders(session: Session, state: ReportState) -> Iterator[OrderRow]:
    """All orders that match, newest first, read in chunks: memory stays flat and nothing is cut."""
    last: tuple[date, int] | None = None
    while True:
        statement = _newest_first(_matching(state)).limit(CHUNK_ROWS)
        if last is not None:
            day, number = last
            statement = statement.where(
                or_(Order.ordered_on < day, and_(Order.ordered_on == day, Order.id < number))
            )
        found = session.execute(statement).all()
        yield from _with_credits(session, state, found)
        if len(found) < CHUNK_ROWS:
            return
        last = found[-1].ordered_on, found[-1].id


def _newest_first(statement: Select[Any]) -> Select[Any]:
    return statement.order_by(Order.ordered_on.desc(), Order.id.desc())


def _matching(state: ReportState) -> Select[Any]:
    shops = select(Shop.id).where(Shop.workspace_id == state.workspace_id)
    if state.shop_ids:
        shops = shops.where(Shop.id.in_(state.shop_ids))
    where: list[ColumnElement[bool]] = [Order.shop_id.in_(shops)]
    if state.search:
        # an order that is looked for by its number is found whenever it was
        where.append(Order.ref.startswith(state.search, autoescape=True))
    else:
        where.append(Order.ordered_on.between(state.start, state.end))
    if state.status:
        where.append(Order.status == state.status)
    if state.product_id:
        where.append(has_product(state.product_id))
    if state.is_credited:
        where.append(_credited(state))
    return select(*_COLUMNS).where(*where)


def has_product(product_id: int) -> ColumnElement[bool]:
    """Whether an order has a line of a product."""
    is_it = and_(
        Product.id == product_id,
        Product.shop_id == Order.shop_id,
        Product.sku == OrderLine.sku,
        or_(Product.sku != "", Product.title_key == OrderLine.title),
    )
    lines = select(OrderLine.id).join(Product, is_it).where(OrderLine.order_id == Order.id)
    return lines.correlate(Order).exists()


def _weight(state: ReportState) -> Any:
    return getattr(Credit, f"weight_{state.model}")


def _net(state: ReportState) -> Any:
    return getattr(Credit, f"net_{state.model}")


def _credited(state: ReportState) -> ColumnElement[bool]:
    """Whether the report's model gives a part of the order to what is filtered for."""
    where: list[ColumnElement[bool]] = [
        Credit.policy_id == state.policy_id,
        Credit.shop_id == Order.shop_id,
        Credit.ordered_on == Order.ordered_on,
        Credit.order_id == Order.id,
        Credit.entry == 0,
        _weight(state) > 0,
    ]
    if state.kind:
        where.append(Credit.kind_code == Kind(state.kind).code)
    if state.channel:
        where.append(Credit.channel_code == channel_code(state.channel))
    if state.campaign_id:
        where.append(Credit.campaign_id == state.campaign_id)
    if state.influencer_id:
        where.append(Credit.influencer_id == state.influencer_id)
    if state.people is not None:
        where.append(Credit.influencer_id.in_(state.people))
    return select(Credit.order_id).where(*where).correlate(Order).exists()


def _with_credits(session: Session, state: ReportState, found: Rows) -> tuple[OrderRow, ...]:
    if not found:
        return ()
    parts = _credits(session, state, found)
    refunds = _refunds(session, found)
    return tuple(
        OrderRow(
            order_id=row.id,
            shop_id=row.shop_id,
            ref=row.ref,
            placed_at=row.placed_at,
            ordered_on=row.ordered_on,
            status=row.status,
            currency=row.currency,
            paid_minor=row.paid_minor,
            refund_minor=refunds.get((row.shop_id, row.ref), 0),
            net_minor=sum(part.net_minor for part in parts[row.id])
            if row.id in parts
            else row.net_base_minor,
            credits=tuple(parts.get(row.id, ())),
        )
        for row in found
    )


def _credits(session: Session, state: ReportState, found: Rows) -> dict[int, list[CreditPart]]:
    """Parts of each order under the model, sale and refunds together, largest first."""
    days = [row.ordered_on for row in found]
    statement = (
        select(
            Credit.order_id,
            Credit.channel_code,
            Credit.kind_code,
            Credit.influencer_id,
            func.coalesce(func.max(Influencer.name), ""),
            cast(func.sum(_weight(state)), BigInteger),
            cast(func.sum(_net(state)), BigInteger),
        )
        .outerjoin(Influencer, Influencer.id == Credit.influencer_id)
        .where(
            Credit.policy_id == state.policy_id,
            Credit.shop_id.in_({row.shop_id for row in found}),
            Credit.ordered_on.between(min(days), max(days)),
            Credit.order_id.in_([row.id for row in found]),
            or_(_weight(state) != 0, _net(state) != 0),
        )
        .group_by(Credit.order_id, Credit.channel_code, Credit.kind_code, Credit.influencer_id)
    )
    parts: dict[int, list[CreditPart]] = defaultdict(list)
    for order, channel, kind, influencer, name, weight, net in session.execute(statement):
        parts[order].append(
            CreditPart(
                Channel.from_code(channel) if channel else None,
                Kind.from_code(kind) if kind else None,
                influencer,
                name,
                int(weight),
                int(net),
            )
        )
    for listed in parts.values():
        listed.sort(key=lambda part: (-part.weight_micro, str(part.channel), part.influencer_id))
    return dict(parts)


def _refunds(session: Session, found: Rows) -> dict[tuple[int, str], int]:
    statement = (
        select(Refund.shop_id, Refund.order_ref, cast(func.sum(Refund.amount_minor), BigInteger))
        .where(
            Refund.shop_id.in_({row.shop_id for row in found}),
            Refund.order_ref.in_([row.ref for row in found]),
        )
        .group_by(Refund.shop_id, Refund.order_ref)
    )
    return {(shop, ref): int(amount) for shop, ref, amount in session.execute(statement)}
