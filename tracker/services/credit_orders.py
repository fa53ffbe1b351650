"""Reading what the engine needs to know about orders: partitions, buyers, refunds, goods costs.

Everything comes as arrays, by a handful of statements for any number of partitions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from tracker.db import read_int_columns
from tracker.domain.attribution.ledger import Entries, cumulative_net
from tracker.domain.identity import (
    DECIDED,
    VERDICTS,
    Claims,
    LinkEvidence,
    Verdict,
    buyers_visitors,
    judge,
)
from tracker.domain.money import convert
from tracker.domain.paths import NO_FLOOR
from tracker.domain.policy import BuyerScope, Policy
from tracker.models import (
    GoodsCost,
    Order,
    OrderDecision,
    OrderLine,
    OrderVisitor,
    Refund,
    Workspace,
)
from tracker.models.facts import CUSTOMER_KINDS
from tracker.services.bulk import among

Ints = NDArray[np.int64]

Partition = tuple[int, date]
"""Shop and order day: what is computed as a whole."""

IS_CONVERSION = and_(Order.status == "paid", Order.paid_minor > 0)
"""An order without payment, or of amount 0, is no conversion (SEMANTICS 2.1)."""


@dataclass(frozen=True, slots=True)
class OrderRows:
    """Orders of some partitions, by row id. Arrays of equal length.

    path_key: customer id where orders of a customer share touches, else minus the order id.
    not_before: see `tracker.domain.paths.Orders`. customer_kind: a value of CUSTOMER_KINDS.
    net: in the base currency, before refunds.
    """

    id: Ints
    shop_id: Ints
    customer_id: Ints
    path_key: Ints
    placed_at: Ints
    ordered_on: Ints
    net: Ints
    not_before: Ints
    customer_kind: Ints

    def __len__(self) -> int:
        return int(self.id.size)


def in_partitions(partitions: Sequence[Partition]) -> ColumnElement[bool]:
    """The condition on `order` for these partitions."""
    days: dict[int, list[date]] = {}
    for shop_id, day in partitions:
        days.setdefault(shop_id, []).append(day)
    return or_(
        *(and_(Order.shop_id == shop, Order.ordered_on.in_(some)) for shop, some in days.items())
    )


def read_orders(session: Session, chosen: ColumnElement[bool], policy: Policy) -> OrderRows:
    """The conversions among the chosen orders."""
    found = read_int_columns(
        session,
        select(
            Order.id,
            Order.shop_id,
            Order.customer_id,
            Order.placed_at,
            Order.ordered_on,
            Order.net_base_minor,
        )
        .where(chosen, IS_CONVERSION)
        .order_by(Order.id),
    )
    shared = (found["customer_id"] > 0) & (policy.buyer_scope is BuyerScope.customer)
    previous, is_known = _previous_orders(session, found)
    floor = np.where(is_known, previous + 1, NO_FLOOR)
    return OrderRows(
        id=found["id"],
        shop_id=found["shop_id"],
        customer_id=found["customer_id"],
        path_key=np.where(shared, found["customer_id"], -found["id"]),
        placed_at=found["placed_at"],
        ordered_on=found["ordered_on"],
        net=found["net_base_minor"],
        not_before=floor if policy.reset_at_order else np.full(previous.size, NO_FLOOR, np.int64),
        customer_kind=np.where(
            found["customer_id"] == 0,
            CUSTOMER_KINDS["unknown"],
            np.where(is_known, CUSTOMER_KINDS["returning"], CUSTOMER_KINDS["new"]),
        ),
    )


def _previous_orders(
    session: Session, orders: Mapping[str, Ints]
) -> tuple[Ints, NDArray[np.bool_]]:
    """Instant of the customer's conversion before each order, and whether there is one.

    Orders of one instant follow each other by row id, which is the order they came in.
    """
    customers = np.unique(orders["customer_id"])
    customers = customers[customers > 0]
    rows = read_int_columns(
        session,
        select(Order.customer_id, Order.placed_at, Order.id).where(
            among(session, Order.customer_id, customers.tolist()), IS_CONVERSION
        ),
    )
    by = np.lexsort((rows["id"], rows["placed_at"], rows["customer_id"]))
    customer, placed, ids = (rows[name][by] for name in ("customer_id", "placed_at", "id"))
    has_previous = np.zeros(ids.size, np.bool_)
    has_previous[1:] = customer[1:] == customer[:-1]
    before = np.zeros(ids.size, np.int64)
    before[1:] = placed[:-1]
    by_id = np.argsort(ids)
    place = np.searchsorted(ids[by_id], orders["id"])
    place = np.minimum(place, max(ids.size - 1, 0))
    if ids.size == 0:
        return np.zeros(orders["id"].size, np.int64), np.zeros(orders["id"].size, np.bool_)
    row = by_id[place]
    known = (ids[row] == orders["id"]) & has_previous[row]
    return before[row], known


def read_links(
    session: Session, orders: OrderRows, chosen: ColumnElement[bool], policy: Policy
) -> tuple[Ints, Ints, Ints]:
    """Who the buyers are: (path key, visitor, known from), distinct.

    Weighs all statements about the orders and, where a customer's orders share touches, about every
    order of those customers (SEMANTICS 3.1).
    """
    customers = orders.customer_id[orders.path_key > 0]
    of_customers = among(session, Order.customer_id, np.unique(customers).tolist())
    alone = (
        chosen if policy.buyer_scope is BuyerScope.order else and_(chosen, Order.customer_id == 0)
    )
    parts = [_read_claims(session, condition) for condition in (of_customers, alone)]
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    verdict = judge(
        Claims(
            order=rows["id"],
            visitor=rows["visitor_id"],
            evidence=rows["evidence"],
            at=rows["at"],
            placed_at=rows["placed_at"],
            token_ok=rows["token_ok"].astype(np.bool_),
        )
    )
    linked = verdict == VERDICTS.index(Verdict.linked)
    shared = (rows["customer_id"] > 0) & (policy.buyer_scope is BuyerScope.customer)
    path_key = np.where(shared, rows["customer_id"], -rows["id"])
    return buyers_visitors(path_key[linked], rows["visitor_id"][linked], rows["placed_at"][linked])


def _read_claims(session: Session, condition: ColumnElement[bool]) -> dict[str, Ints]:
    by_evidence = case({str(kind): kind.rank for kind in LinkEvidence}, value=OrderVisitor.evidence)
    # A person may have said who bought; without that the outer join finds no row.
    rank = case((OrderDecision.visitor_id == OrderVisitor.visitor_id, DECIDED), else_=by_evidence)
    said = and_(
        OrderDecision.shop_id == Order.shop_id,
        OrderDecision.order_ref == Order.ref,
        OrderDecision.question == "visitor",
        OrderDecision.keeps_rule.is_(False),
    )
    token_ok = case(
        (or_(Order.token_hash == "", Order.token_hash == OrderVisitor.token_hash), 1), else_=0
    )
    return read_int_columns(
        session,
        select(
            Order.id,
            Order.customer_id,
            Order.placed_at,
            OrderVisitor.visitor_id,
            rank.label("evidence"),
            OrderVisitor.at,
            token_ok.label("token_ok"),
        )
        .join(
            OrderVisitor,
            and_(OrderVisitor.shop_id == Order.shop_id, OrderVisitor.order_ref == Order.ref),
        )
        .outerjoin(OrderDecision, said)
        .where(condition),
    )


@dataclass(frozen=True, slots=True)
class Bookings:
    """Ledger entries of orders: `entries` for the kernel, and the day on which each is booked."""

    entries: Entries
    booked_on: Ints


def read_bookings(
    session: Session, workspace: Workspace, orders: OrderRows, chosen: ColumnElement[bool]
) -> Bookings:
    """The sale and the refunds of every order, in time order, in the base currency.

    A refund converts at the order's rate: the cumulative net is converted, not each refund, so
    that a full refund leaves exactly nothing.
    """
    refunds = read_int_columns(
        session,
        select(Order.id, Refund.amount_minor, Refund.refunded_on)
        .join(Refund, and_(Refund.shop_id == Order.shop_id, Refund.order_ref == Order.ref))
        .where(chosen, IS_CONVERSION)
        .order_by(Order.id, Refund.refunded_at, Refund.id),
    )
    order = np.searchsorted(orders.id, refunds["id"])
    native = orders.net.copy()
    foreign = _foreign_orders(session, workspace, chosen)
    for order_id, (net, _, _) in foreign.items():
        native[np.searchsorted(orders.id, order_id)] = net
    entries = cumulative_net(native, order, refunds["amount_minor"])
    left = entries.net.copy()
    if foreign:
        for row in np.flatnonzero(np.isin(orders.id[entries.order], list(foreign))):
            _, currency, rate = foreign[int(orders.id[entries.order[row]])]
            left[row] = convert(int(left[row]), currency, workspace.base_currency, rate)
    day = np.concatenate([orders.ordered_on, refunds["refunded_on"]])
    place = np.concatenate([np.arange(len(orders), dtype=np.int64), order])
    return Bookings(Entries(entries.order, left), day[np.argsort(place, kind="stable")])


def _foreign_orders(
    session: Session, workspace: Workspace, chosen: ColumnElement[bool]
) -> dict[int, tuple[int, str, int]]:
    """Refunded orders in another currency: row id -> net before refunds, currency, rate."""
    has_refund = (
        select(literal(1))
        .where(Refund.shop_id == Order.shop_id, Refund.order_ref == Order.ref)
        .exists()
    )
    rows = session.execute(
        select(
            Order.id,
            Order.paid_minor - Order.freight_minor - Order.tax_minor,
            Order.currency,
            Order.fx_e8,
        ).where(chosen, IS_CONVERSION, Order.currency != workspace.base_currency, has_refund)
    )
    return {order_id: (net, currency, rate) for order_id, net, currency, rate in rows}


def read_goods_costs(
    session: Session, orders: OrderRows, chosen: ColumnElement[bool]
) -> tuple[Ints, Ints]:
    """Goods cost of each order in the base currency, and 1 where it is not fully known.

    The cost of a line is its quantity times the unit cost that held on the order's day. Where a
    line has none, or an order has no lines, the order counts with what is known and is flagged.
    """
    cost, unknown = np.zeros(len(orders), np.int64), np.ones(len(orders), np.int64)
    shops = np.unique(orders.shop_id).tolist()
    any_cost = select(GoodsCost.sku).where(GoodsCost.shop_id.in_(shops)).limit(1)
    if not shops or session.scalar(any_cost) is None:
        return cost, unknown
    unit = (
        select(GoodsCost.unit_cost_minor)
        .where(
            GoodsCost.shop_id == Order.shop_id,
            GoodsCost.sku == OrderLine.sku,
            GoodsCost.valid_from <= Order.ordered_on,
        )
        .order_by(GoodsCost.valid_from.desc())
        .limit(1)
        .correlate(Order, OrderLine)
        .scalar_subquery()
    )
    lines = (
        select(Order.id.label("id"), OrderLine.quantity.label("quantity"), unit.label("unit"))
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(chosen, IS_CONVERSION)
        .subquery()
    )
    found = read_int_columns(
        session,
        select(
            lines.c.id,
            func.coalesce(func.sum(lines.c.quantity * lines.c.unit), 0).label("cost"),
            func.sum(case((lines.c.unit.is_(None), 1), else_=0)).label("unknown"),
        ).group_by(lines.c.id),
    )
    place = np.searchsorted(orders.id, found["id"])
    cost[place] = found["cost"]
    unknown[place] = found["unknown"] > 0
    return cost, unknown
