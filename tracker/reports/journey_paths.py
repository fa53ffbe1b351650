"""The paths of a period's orders, read from the ledger as arrays.

Orders are those placed in the period; their net revenue is after all refunds so far (the basis
`ordered`). A filter keeps the orders with such a touchpoint on their path, and keeps these paths
whole: half a path is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.db import read_int_columns
from tracker.domain.channels import Kind
from tracker.domain.journeys import Ints, sums_by
from tracker.models import Credit, Order, Shop
from tracker.models.facts import CUSTOMER_KINDS
from tracker.reports.facts import channel_code
from tracker.reports.state import ReportState
from tracker.services.credit_orders import IS_CONVERSION

INFLUENCER_UNIT = 256
"""A unit is a channel's code, or an influencer's id times this (codes are below it)."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Orders, numbered from 0, and their touchpoints, sorted by order and position.

    net: minor units after refunds; placed_at: microseconds; customer: of CUSTOMER_KINDS; length:
    touchpoints. owner: the order of each touchpoint, and then its channel, influencer (0: none) and
    instant. An order without any touchpoint has none here.
    """

    net: Ints
    placed_at: Ints
    customer: Ints
    length: Ints
    owner: Ints
    channel: Ints
    influencer: Ints
    touched_at: Ints

    def units(self, unit: str) -> Ints:
        """Each touchpoint's unit: its influencer where that is asked for and known, else its
        channel."""
        if unit == "influencer":
            has = self.influencer > 0
            found: Ints = np.where(has, self.influencer * INFLUENCER_UNIT, self.channel)
            return found
        return self.channel

    @property
    def delay(self) -> Ints:
        """Microseconds from the first touchpoint to the order; 0 for an order without any."""
        first = self.placed_at.copy()
        is_first = np.ones(self.owner.size, np.bool_)
        is_first[1:] = self.owner[1:] != self.owner[:-1]
        first[self.owner[is_first]] = self.touched_at[is_first]
        since: Ints = np.maximum(self.placed_at - first, 0)
        return since


def read_paths(session: Session, state: ReportState) -> Paths:
    """The paths of the state's period and shops. Three statements.

    Costs what the orders and touchpoints of the period cost to read, about a millisecond for 300.
    """
    ledger = _read_ledger(session, state)
    orders = read_int_columns(session, _orders(state))
    by = np.argsort(orders["id"])
    ids = orders["id"][by]
    # orders that have not been computed yet have no path, and are not said to be without one
    has_ledger = np.isin(ids, ledger["order_id"])
    ids, by = ids[has_ledger], by[has_ledger]
    known = np.isin(ledger["order_id"], ids)
    ledger = {name: values[known] for name, values in ledger.items()}
    owner = np.searchsorted(ids, ledger["order_id"])
    net = sums_by(owner, ledger["net"], ids.size)
    is_touch = (ledger["entry"] == 0) & (ledger["position"] > 0)
    owner, position = owner[is_touch], ledger["position"][is_touch]
    order = np.lexsort((position, owner))
    columns = {
        name: ledger[name][is_touch][order]
        for name in ("channel_code", "influencer_id", "touched_at")
    }
    return Paths(
        net=net,
        placed_at=orders["placed_at"][by],
        customer=orders["customer"][by],
        length=np.bincount(owner, minlength=ids.size).astype(np.int64),
        owner=owner[order],
        channel=columns["channel_code"],
        influencer=columns["influencer_id"],
        touched_at=columns["touched_at"],
    )


def newest_days(session: Session, state: ReportState, most: int) -> date:
    """The first day from which the period has at most so many orders (always its last day)."""
    statement = (
        select(Order.ordered_on, func.count())
        .where(Order.shop_id.in_(_shops(state)), Order.ordered_on.between(state.start, state.end))
        .group_by(Order.ordered_on)
        .order_by(Order.ordered_on.desc())
    )
    total, first = 0, state.end
    for day, count in session.execute(statement):
        total += count
        if total > most and day != state.end:
            return first
        first = day
    return state.start


def _read_ledger(session: Session, state: ReportState) -> dict[str, Ints]:
    where: list[ColumnElement[bool]] = [
        Credit.policy_id == state.policy_id,
        Credit.shop_id.in_(_shops(state)),
        Credit.ordered_on.between(state.start, state.end),
    ]
    if filters := _filters(state):
        chosen = select(Credit.order_id).where(*where, Credit.entry == 0, *filters)
        where.append(Credit.order_id.in_(chosen))
    return read_int_columns(
        session,
        select(
            Credit.order_id,
            Credit.entry,
            Credit.position,
            Credit.channel_code,
            Credit.influencer_id,
            Credit.touched_at,
            Credit.net_last.label("net"),  # every model's column sums to the order's net
        ).where(*where),
    )


def _filters(state: ReportState) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if state.kind:
        found.append(Credit.kind_code == Kind(state.kind).code)
    if state.channel:
        found.append(Credit.channel_code == channel_code(state.channel))
    if state.campaign_id:
        found.append(Credit.campaign_id == state.campaign_id)
    if state.influencer_id:
        found.append(Credit.influencer_id == state.influencer_id)
    return found


def _orders(state: ReportState) -> Any:
    """Orders of the period: id, instant, and whether the customer ordered before (SEMANTICS 2.4).

    An index leads from each order to those of its customer.
    """
    earlier = aliased(Order)
    has_earlier = (
        select(earlier.id)
        .where(
            earlier.customer_id == Order.customer_id,
            or_(
                earlier.placed_at < Order.placed_at,
                and_(earlier.placed_at == Order.placed_at, earlier.id < Order.id),
            ),
            earlier.status == "paid",
            earlier.paid_minor > 0,
        )
        .correlate(Order)
        .exists()
    )
    customer = case(
        (Order.customer_id == 0, CUSTOMER_KINDS["unknown"]),
        (has_earlier, CUSTOMER_KINDS["returning"]),
        else_=CUSTOMER_KINDS["new"],
    )
    return select(Order.id, Order.placed_at, cast(customer, BigInteger).label("customer")).where(
        Order.shop_id.in_(_shops(state)),
        Order.ordered_on.between(state.start, state.end),
        IS_CONVERSION,
    )


def _shops(state: ReportState) -> Any:
    shops = select(Shop.id).where(Shop.workspace_id == state.workspace_id)
    return shops.where(Shop.id.in_(state.shop_ids)) if state.shop_ids else shops
