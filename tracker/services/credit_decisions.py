"""Reading what people have said about orders and buyers, as the kernel wants it.

Decisions about an order's owner and customer locks are signals of the order; whose signals are held
as purchases of their own is a property of the order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, and_, or_, select, union
from sqlalchemy.orm import Session

from tracker.db import read_int_columns
from tracker.domain.channels import Channel, Kind
from tracker.domain.paths import Signal, Touches, TouchKind, held_code, touches_of
from tracker.models import (
    AgencyBuyer,
    Customer,
    CustomerLock,
    Influencer,
    Order,
    OrderDecision,
)
from tracker.services.credit_orders import IS_CONVERSION, OrderRows

Ints = NDArray[np.int64]

OF_ORDER = and_(OrderDecision.shop_id == Order.shop_id, OrderDecision.order_ref == Order.ref)
"""The decisions about an order."""


def read_decisions(session: Session, orders: OrderRows, chosen: ColumnElement[bool]) -> Touches:
    """Owners by decision (influencer 0: nobody's) and by customer lock; `owner_key` is the place of
    the order."""
    decided = read_int_columns(
        session,
        select(
            Order.id,
            OrderDecision.id.label("row_id"),
            OrderDecision.influencer_id,
            Order.placed_at.label("claim_at"),
        )
        .join(OrderDecision, OF_ORDER)
        .where(
            chosen,
            IS_CONVERSION,
            OrderDecision.question == "owner",
            OrderDecision.keeps_rule.is_(False),
        ),
    )
    locked = read_int_columns(
        session,
        select(
            Order.id,
            CustomerLock.id.label("row_id"),
            CustomerLock.influencer_id,
            CustomerLock.valid_from.label("claim_at"),
        )
        .join(CustomerLock, CustomerLock.customer_id == Order.customer_id)
        .where(
            chosen,
            IS_CONVERSION,
            CustomerLock.valid_from <= Order.placed_at,
            or_(CustomerLock.valid_until.is_(None), CustomerLock.valid_until > Order.placed_at),
        ),
    )
    return _signals(orders, decided, TouchKind.decision).joined(
        _signals(orders, locked, TouchKind.lock)
    )


def _signals(orders: OrderRows, rows: dict[str, Ints], kind: TouchKind) -> Touches:
    order = np.searchsorted(orders.id, rows["id"])
    return touches_of(
        order.size,
        owner_key=order,
        at=orders.placed_at[order],
        signal=Signal.lock.code,
        channel=Channel.KOL.code,
        traffic_kind=Kind.KOL.code,
        influencer=rows["influencer_id"],
        touch_kind=int(kind),
        raw_id=rows["row_id"],
        claim_at=rows["claim_at"],
    )


def read_held(
    session: Session, workspace_id: int, orders: OrderRows, chosen: ColumnElement[bool]
) -> Ints:
    """Whose signals are held in which order (see `tracker.domain.paths.held_code`), sorted.

    An order is its influencer's own when its customer key is the influencer's or the agency's. A
    person may have released it, or have given it to that very influencer.
    """
    own = read_int_columns(session, own_purchases(workspace_id))
    order, place = _matches(orders.customer_id, own["customer_id"])
    if order.size == 0:
        return np.zeros(0, np.int64)
    held = held_code(order, own["influencer_id"][place])
    decided = read_int_columns(
        session,
        select(Order.id, OrderDecision.influencer_id)
        .join(OrderDecision, OF_ORDER)
        .where(
            chosen,
            IS_CONVERSION,
            OrderDecision.keeps_rule.is_(False),
            or_(
                OrderDecision.question == "self_purchase",
                and_(OrderDecision.question == "owner", OrderDecision.influencer_id > 0),
            ),
        ),
    )
    place = np.searchsorted(orders.id, decided["id"])
    everybody = decided["influencer_id"] == 0
    released = np.isin(order, place[everybody])
    released |= np.isin(held, held_code(place, decided["influencer_id"]))
    return np.unique(held[~released])


def own_purchases(workspace_id: int) -> Select[int, int]:
    """Customers who are an influencer, or an influencer's agency: (customer_id, influencer_id)."""
    in_workspace = and_(
        Customer.workspace_id == workspace_id, Influencer.workspace_id == workspace_id
    )
    persons = select(Customer.id.label("customer_id"), Influencer.id.label("influencer_id")).where(
        in_workspace, Customer.customer_key == Influencer.customer_key
    )
    agencies = select(Customer.id, Influencer.id).where(
        in_workspace,
        AgencyBuyer.workspace_id == workspace_id,
        AgencyBuyer.customer_key == Customer.customer_key,
        AgencyBuyer.agency == Influencer.agency,
        AgencyBuyer.agency != "",
    )
    both = union(persons, agencies).subquery()
    return select(both.c.customer_id, both.c.influencer_id)


def _matches(values: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """All (place in values, place in wanted) with equal positive values."""
    by = np.argsort(wanted, kind="stable")
    start = np.searchsorted(wanted[by], values, side="left")
    stop = np.searchsorted(wanted[by], values, side="right")
    counts = np.where(values > 0, stop - start, 0)
    place = np.repeat(np.arange(values.size, dtype=np.int64), counts)
    within = np.arange(place.size) - np.repeat(np.cumsum(counts) - counts, counts)
    return place, by[np.repeat(start, counts) + within]
