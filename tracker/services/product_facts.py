"""Products by day and by who is credited with them, made from the ledger when it is swapped.

Under the one model that the brand settles by. The rows of an order add up to its ledger exactly;
how an amount is shared among lines is said in `tracker.domain.line_shares`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Table, and_, case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.db import insert_new, read_int_columns
from tracker.domain.attribution.allocate import offsets_of
from tracker.domain.line_shares import MAX_LINES, Entries, Lines, share_lines
from tracker.domain.policy import DEFAULT_MODEL
from tracker.models import Credit, Order, OrderLine, Product, ProductDay
from tracker.models.product import NO_PRODUCT
from tracker.services.bulk import table_of
from tracker.services.coupon_facts import Partition, of_partitions
from tracker.services.credit_rows import group_rows
from tracker.services.int_rows import insert_int_rows

Ints = NDArray[np.int64]
Columns = dict[str, Ints]

KEYS = (
    "shop_id", "ordered_on", "booked_on", "product_id", "channel_code", "kind_code", "campaign_id",
    "influencer_id",
)  # fmt: skip
SUMS = ("pieces_micro", "orders_micro", "net_revenue_minor", "refund_minor")

_HAS_NAME = or_(OrderLine.sku != "", OrderLine.title != "")
_TITLE_KEY = case((OrderLine.sku != "", ""), else_=OrderLine.title)


def replace_product_days(session: Session, policy_id: int, partitions: Sequence[Partition]) -> int:
    """Sum the ledger of partitions, which is in place, by product anew; gives the rows written.

    Products that the orders name and nobody named before are made.
    """
    target = table_of(ProductDay)
    session.execute(delete(target).where(of_partitions(target, policy_id, partitions)))
    ledger = _read_ledger(session, policy_id, partitions)
    if not ledger["order_id"].size:
        return 0
    ensure_products(session, partitions)
    orders, place = np.unique(ledger["order_id"], return_inverse=True)
    baskets = _read_baskets(session, partitions, orders)
    columns = _summed(ledger, place, baskets)
    columns["policy_id"] = np.full(columns["shop_id"].size, policy_id, np.int64)
    return insert_int_rows(session, target, columns)


# --- products -------------------------------------------------------------------------------------


def ensure_products(session: Session, partitions: Sequence[Partition]) -> None:
    """Make the products that orders of these partitions name, and call them as the newest does."""
    lines = (
        select(
            Order.shop_id,
            OrderLine.sku,
            _TITLE_KEY.label("title_key"),
            OrderLine.title,
            func.max(Order.ordered_on).label("day"),
        )
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(_orders_of(partitions), _HAS_NAME)
        .group_by(Order.shop_id, OrderLine.sku, _TITLE_KEY, OrderLine.title)
        .subquery()
    )
    found = session.execute(
        select(*lines.c, Product.id, Product.title, Product.titled_on).outerjoin(
            Product,
            and_(
                Product.shop_id == lines.c.shop_id,
                Product.sku == lines.c.sku,
                Product.title_key == lines.c.title_key,
            ),
        )
    ).all()
    newest: dict[tuple[int, str, str], Any] = {}
    for row in sorted(found, key=lambda row: (row.day, row[3])):
        newest[row.shop_id, row.sku, row.title_key] = row
    rows = [
        {"shop_id": key[0], "sku": key[1], "title_key": key[2], "title": row[3],
         "titled_on": row.day}
        for key, row in sorted(newest.items()) if row.id is None
    ]  # fmt: skip
    insert_new(session, table_of(Product), rows, key=["shop_id", "sku", "title_key"])
    for row in newest.values():
        if row.id is not None and row[3] and row[3] != row[6] and row.day >= row.titled_on:
            session.execute(
                update(Product)
                .where(Product.id == row.id)
                .values(title=row[3], titled_on=row.day)
                .execution_options(synchronize_session=False)
            )


def _orders_of(partitions: Sequence[Partition]) -> ColumnElement[bool]:
    days: dict[int, list[date]] = {}
    for shop_id, day in partitions:
        days.setdefault(shop_id, []).append(day)
    return or_(
        *(and_(Order.shop_id == shop, Order.ordered_on.in_(some)) for shop, some in days.items())
    )


# --- orders ---------------------------------------------------------------------------------------


def _read_ledger(session: Session, policy_id: int, partitions: Sequence[Partition]) -> Columns:
    """Ledger rows under the model in which something is booked, by order, touchpoint and entry."""
    credit: Table = table_of(Credit)
    net, weight = credit.c[f"net_{DEFAULT_MODEL}"], credit.c[f"weight_{DEFAULT_MODEL}"]
    rows = read_int_columns(
        session,
        select(
            credit.c.order_id,
            credit.c.position,
            credit.c.entry,
            *(credit.c[name] for name in KEYS if name != "product_id"),
            net.label("net"),
            weight.label("weight"),
        ).where(of_partitions(credit, policy_id, partitions), or_(net != 0, weight != 0)),
    )
    by = np.lexsort((rows["entry"], rows["position"], rows["order_id"]))
    return {name: values[by] for name, values in rows.items()}


@dataclass(frozen=True, slots=True)
class _Baskets:
    """What orders hold, as CSR arrays: one element a product."""

    offsets: Ints
    product: Ints
    pieces: Ints
    amount: Ints
    refunded: Ints


def _read_baskets(session: Session, partitions: Sequence[Partition], orders: Ints) -> _Baskets:
    """The products of these orders (row ids, rising). An order without lines holds one that nobody
    named; what an order has beyond MAX_LINES products counts as unnamed too."""
    rows = read_int_columns(
        session,
        select(
            OrderLine.order_id,
            func.coalesce(Product.id, NO_PRODUCT).label("product"),
            OrderLine.quantity.label("pieces"),
            OrderLine.amount_minor.label("amount"),
            func.coalesce(OrderLine.refunded_minor, 0).label("refunded"),
        )
        .join(Order, Order.id == OrderLine.order_id)
        .outerjoin(
            Product,
            and_(
                Product.shop_id == Order.shop_id,
                Product.sku == OrderLine.sku,
                Product.title_key == _TITLE_KEY,
                _HAS_NAME,
            ),
        )
        .where(_orders_of(partitions)),
    )
    place = np.searchsorted(orders, rows["order_id"])
    is_known = (place < orders.size) & (
        orders[np.minimum(place, orders.size - 1)] == rows["order_id"]
    )
    rows = {name: values[is_known] for name, values in rows.items()}
    empty = np.setdiff1d(orders, rows["order_id"])
    nothing = np.zeros(empty.size, np.int64)
    order = np.concatenate([np.searchsorted(orders, rows["order_id"]),
                            np.searchsorted(orders, empty)])  # fmt: skip
    product = np.concatenate([rows["product"], nothing])
    _, first, group = _by_order_and_product(order, product)
    over = np.flatnonzero(np.bincount(order[first]) > MAX_LINES)
    if over.size:
        rank = np.arange(first.size) - np.searchsorted(order[first], order[first])
        is_rest = (rank >= MAX_LINES - 1)[group] & np.isin(order, over)
        product = np.where(is_rest, NO_PRODUCT, product)
        _, first, group = _by_order_and_product(order, product)
    sums = {
        name: _added(np.concatenate([rows[name], nothing]), group, first.size)
        for name in ("pieces", "amount", "refunded")
    }
    offsets = offsets_of(np.bincount(order[first], minlength=orders.size).astype(np.int64))
    return _Baskets(offsets=offsets, product=product[first], **sums)


def _by_order_and_product(order: Ints, product: Ints) -> tuple[Ints, Ints, Ints]:
    """np.unique of the pairs, by order first."""
    keys, first, group = np.unique((order << 32) + product, return_index=True, return_inverse=True)
    return keys, first.astype(np.int64), group.astype(np.int64)


def _added(values: Ints, group: Ints, size: int) -> Ints:
    totals = np.zeros(size, np.int64)
    np.add.at(totals, group, values)
    return totals


def _summed(ledger: Columns, place: Ints, baskets: _Baskets) -> Columns:
    """Rows of `product_day` (without the policy) of ledger rows; place: the order of each."""
    shares = share_lines(
        Lines(baskets.offsets, baskets.amount, baskets.refunded),
        Entries(place, ledger["position"], ledger["entry"], ledger["net"]),
    )
    row, line = shares.entry, shares.line
    is_sale = ledger["entry"][row] == 0
    weight = np.where(is_sale, ledger["weight"][row], 0)
    measures = np.stack(
        [
            weight * baskets.pieces[line],
            weight,
            shares.net,
            np.where(is_sale, 0, -shares.net),
        ]
    )
    keys = {name: ledger[name][row] for name in KEYS if name != "product_id"}
    keys["product_id"] = baskets.product[line]
    group, first = group_rows([keys[name] for name in KEYS])
    sums = np.zeros((len(SUMS), first.size), np.int64)
    for i, measure in enumerate(measures):
        np.add.at(sums[i], group, measure)
    some = np.flatnonzero(sums.any(axis=0))
    columns = {name: keys[name][first[some]] for name in KEYS}
    return columns | {name: sums[i][some] for i, name in enumerate(SUMS)}
