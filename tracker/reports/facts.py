"""Reading the daily facts: one statement for traffic, costs and credits of up to two periods.

The roll-ups by channel are read unless a campaign, an influencer or an order's day is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import add
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Table,
    case,
    cast,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from tracker.domain.channels import Channel, Kind
from tracker.domain.periods import Period
from tracker.models import (
    CostDay,
    CostDayChannel,
    CreditDay,
    CreditDayChannel,
    Shop,
    TrafficDay,
    TrafficDayChannel,
)
from tracker.models.credit import MODELS
from tracker.models.facts import CUSTOMER_KINDS
from tracker.reports.figures import FIELD_NAMES, Figures
from tracker.reports.state import UNATTRIBUTED, ReportState

NOW, BEFORE = 0, 1
"""Slots: the period asked for, and the one it is compared with."""

ALL_MODELS = range(1, 1 + len(MODELS))
"""Codes of the models, as facts store them."""

KEYS = ("day", "shop_id", "channel_code", "kind_code", "campaign_id", "influencer_id", "evidence")
_FINE = {"campaign_id", "influencer_id", "evidence"}
"""Keys that the roll-ups do not have."""

_TRAFFIC = {
    name: name
    for name in (
        "visits",
        "bounces",
        "page_views",
        "duration_seconds",
        "carts",
        "product_visits",
        "cart_visits",
        "order_visits",
        "clicks",
        "valid_clicks",
    )
}
_COST = {
    "spend_minor": "spend_minor",
    "fee_minor": "fee_minor",
    "goods_given_minor": "goods_given_minor",
    "platform_fee_minor": "platform_fee_minor",
    "commission_minor": "commission_minor",
    "impressions": "impressions",
    "paid_clicks": "clicks",
}
_CREDIT = {
    name: name
    for name in (
        "orders_micro",
        "net_revenue_minor",
        "refund_minor",
        "refunded_orders_micro",
        "goods_cost_minor",
        "orders_without_goods_cost_micro",
    )
}

Key = tuple[Any, ...]


def read_figures(
    session: Session,
    state: ReportState,
    by: Sequence[str] = (),
    before: Period | None = None,
) -> dict[Key, Figures]:
    """Sums of the period (and of the one compared with), under the state's filters.

    Args:
        by: some of KEYS. `evidence` splits credits only: traffic and costs have evidence 0.
        before: the period compared with; None: none.

    Returns:
        (slot, *keys) -> sums; slot is NOW or BEFORE, `day` a date, everything else an integer.
        What did not happen has no entry.
    """
    parts: list[Select[Any]] = []
    for slot, period in ((NOW, state.period), (BEFORE, before)):
        if period is not None:
            parts += [
                _traffic(state, by, slot, period),
                _cost(state, by, slot, period),
                _credit(state, by, slot, period),
            ]
    found: dict[Key, Sequence[int]] = {}
    width = 1 + len(by)
    for row in session.execute(union_all(*parts)):
        if None in row:  # the sum of no rows at all
            continue
        key, sums = tuple(row[:width]), row[width:]
        found[key] = tuple(map(add, found[key], sums)) if key in found else sums
    return {key: Figures(*sums) for key, sums in found.items()}


def read_nets(
    session: Session, state: ReportState, by: Sequence[str] = (), models: Iterable[int] = ALL_MODELS
) -> dict[Key, tuple[int, int]]:
    """Credits of the period under every model, whichever the state names.

    Args:
        by: some of KEYS.
        models: codes of the models to read; each costs the same.

    Returns:
        (model code, *keys) -> (net revenue, credited orders in millionths). A model that has not
        been computed for these days has no entry.
    """
    table: Any = (CreditDay if _reads_fine(state, by) else CreditDayChannel).__table__
    keys = [_credit_day(table, state) if key == "day" else table.c[key] for key in by]
    statement = (
        select(
            table.c.model_code, *keys, _sum(table.c.net_revenue_minor), _sum(table.c.orders_micro)
        )
        .where(
            # named one by one, so that the index on (policy, model, day) is used
            table.c.model_code.in_(models),
            *credit_conditions(table, state, state.period),
        )
        .group_by(table.c.model_code, *keys)
    )
    return {tuple(row[:-2]): (row[-2], row[-1]) for row in session.execute(statement)}


def _traffic(state: ReportState, by: Sequence[str], slot: int, period: Period) -> Select[Any]:
    fine = _needs_fine(state, by)
    table: Any = (TrafficDay if fine else TrafficDayChannel).__table__
    where = [
        *_filters(table, state),
        table.c.day.between(period.start, period.end),
        table.c.shop_id.in_(_shop_ids(state)),
    ]
    return _select(table, by, slot, _sums(table, _TRAFFIC), table.c.day, where)


def _cost(state: ReportState, by: Sequence[str], slot: int, period: Period) -> Select[Any]:
    fine = _needs_fine(state, by)
    table: Any = (CostDay if fine else CostDayChannel).__table__
    where = [
        table.c.workspace_id == state.workspace_id,
        *_filters(table, state),
        table.c.day.between(period.start, period.end),
    ]
    if state.shop_ids:
        where.append(table.c.shop_id.in_(state.shop_ids))
    return _select(table, by, slot, _sums(table, _COST), table.c.day, where)


def _credit(state: ReportState, by: Sequence[str], slot: int, period: Period) -> Select[Any]:
    table: Any = (CreditDay if _reads_fine(state, by) else CreditDayChannel).__table__
    where = [table.c.model_code == state.model_code, *credit_conditions(table, state, period)]
    sums = _sums(table, _CREDIT)
    for field, customer in (("new_orders_micro", "new"), ("returning_orders_micro", "returning")):
        is_such = table.c.customer_kind == CUSTOMER_KINDS[customer]
        sums[field] = _sum(case((is_such, table.c.orders_micro), else_=0))
    return _select(table, by, slot, sums, _credit_day(table, state), where)


def _reads_fine(state: ReportState, by: Sequence[str]) -> bool:
    return _needs_fine(state, by) or state.basis == "ordered"


def _credit_day(table: Any, state: ReportState) -> ColumnElement[Any]:
    column: ColumnElement[Any] = (
        table.c.ordered_on if state.basis == "ordered" else table.c.booked_on
    )
    return column


def credit_conditions(table: Any, state: ReportState, period: Period) -> list[ColumnElement[bool]]:
    """Conditions for a state's filters and a period on a table of credits (any model)."""
    return [
        table.c.policy_id == state.policy_id,
        *_filters(table, state),
        _credit_day(table, state).between(period.start, period.end),
        table.c.shop_id.in_(_shop_ids(state)),
    ]


def _needs_fine(state: ReportState, by: Sequence[str]) -> bool:
    asked = state.campaign_id or state.influencer_id or state.people is not None
    return bool(asked or _FINE.intersection(by))


def _shop_ids(state: ReportState) -> Select[Any]:
    """The workspace's shops, or those of them that were asked for: nobody sees another's."""
    shops = select(Shop.id).where(Shop.workspace_id == state.workspace_id)
    return shops.where(Shop.id.in_(state.shop_ids)) if state.shop_ids else shops


def _filters(table: Table, state: ReportState) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if state.kind:
        found.append(table.c.kind_code == Kind(state.kind).code)
    if state.channel:
        found.append(table.c.channel_code == channel_code(state.channel))
    if state.campaign_id:
        found.append(table.c.campaign_id == state.campaign_id)
    if state.influencer_id:
        found.append(table.c.influencer_id == state.influencer_id)
    if state.people is not None:
        found.append(table.c.influencer_id.in_(state.people))
    return found


def channel_code(name: str) -> int:
    """Code of a channel's name; 0 of "unattributed". Raises ValueError for others."""
    return 0 if name == UNATTRIBUTED else Channel(name).code


def _sum(expression: ColumnElement[Any]) -> ColumnElement[Any]:
    # PostgreSQL sums 64-bit integers to a numeric; whole numbers are wanted back
    return cast(func.sum(expression), BigInteger)


def _sums(table: Table, fields: Mapping[str, str]) -> dict[str, ColumnElement[Any]]:
    return {field: _sum(table.c[column]) for field, column in fields.items()}


def _select(
    table: Table,
    by: Sequence[str],
    slot: int,
    sums: Mapping[str, ColumnElement[Any]],
    day: ColumnElement[Any],
    where: Sequence[ColumnElement[bool]],
) -> Select[Any]:
    zero: ColumnElement[Any] = literal_column("0")
    keys = [day if key == "day" else table.c.get(key) for key in by]
    return (
        select(
            literal_column(str(slot)).label("slot"),
            *(
                (zero if column is None else column).label(key)
                for key, column in zip(by, keys, strict=True)
            ),
            *(sums.get(field, zero).label(field) for field in FIELD_NAMES),
        )
        .where(*where)
        .group_by(*(column for column in keys if column is not None))
    )
