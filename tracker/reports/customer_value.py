"""What the customers that influencers won are worth after 30, 60 and 90 days (LTV, SEMANTICS 4.3).

A customer is won by whoever the report's model credits their first order to; where it shares that
order, each gets that share of the customer and of all that the customer buys. So the values of
everybody who is credited add up to the net revenue of the orders, exactly. A value of N days is the
net revenue of all orders from the first one to before N days later, after all their refunds. Only
customers who were won at least N days ago count in it: the others' is not known yet.

Read from the ledger and the orders by their indexes: the cost is that of the customers won.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session, aliased

from tracker.domain.channels import Kind
from tracker.domain.metrics import MICRO, share_of
from tracker.domain.money import round_half_even
from tracker.domain.periods import DAY_US, day_start
from tracker.i18n import mark
from tracker.models import Credit, Order, Shop
from tracker.models.base import Day
from tracker.models.credit import MODELS
from tracker.reports.columns import Column, TableSpec, at
from tracker.reports.state import ReportState

AGES = (30, 60, 90)
"""Days after the first order."""

MONTHS = 12
"""Months of customers that are looked at, up to the end of the report's period."""


@dataclass(frozen=True, slots=True)
class Value:
    """What customers bought within `age_days` of their first order.

    customers_micro: those won long enough ago, in millionths. value_micro: their net revenue, in
    millionths of minor units. repeat_micro: those of them who bought again.
    """

    age_days: int
    customers_micro: int = 0
    value_micro: int = 0
    repeat_micro: int = 0

    def __add__(self, other: Value) -> Value:
        return Value(
            self.age_days,
            self.customers_micro + other.customers_micro,
            self.value_micro + other.value_micro,
            self.repeat_micro + other.repeat_micro,
        )

    @property
    def per_customer_minor(self) -> int | None:
        """Net revenue / customers; None: nobody was won long enough ago."""
        if self.customers_micro <= 0:
            return None
        return round_half_even(self.value_micro, self.customers_micro)

    @property
    def total_minor(self) -> int:
        """Net revenue of these customers, in minor units."""
        return round_half_even(self.value_micro, MICRO)

    @property
    def repeat_share(self) -> float | None:
        """Customers who bought again / customers."""
        return share_of(self.repeat_micro, self.customers_micro)


NOTHING = tuple(Value(age) for age in AGES)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers won in one month (`month` is its first day; None: in all of them together)."""

    month: date | None
    customers_micro: int = 0
    values: tuple[Value, ...] = NOTHING
    """One for each of AGES."""

    @property
    def customers(self) -> float:
        """Customers; a fraction where a model shares first orders."""
        return self.customers_micro / MICRO

    def value(self, age_days: int) -> Value:
        """The value at one of AGES."""
        return self.values[AGES.index(age_days)]

    def known_share(self, age_days: int) -> float | None:
        """The part of the customers who were won long enough ago; below 1 it is immature."""
        return share_of(self.value(age_days).customers_micro, self.customers_micro)

    def is_immature(self, age_days: int) -> bool:
        """Whether some of the customers are too young for a value of that age."""
        return self.value(age_days).customers_micro < self.customers_micro


@dataclass(frozen=True, slots=True)
class CustomerValue:
    """The months of one influencer, oldest first, and their sum. first, last: days in which the
    customers were won."""

    first: date
    last: date
    cohorts: tuple[Cohort, ...]
    total: Cohort


def customer_value(session: Session, state: ReportState, influencer_id: int) -> CustomerValue:
    """Months of the customers that an influencer won, up to the end of the state's period."""
    return customer_values(session, state, (influencer_id,))[influencer_id]


def customer_values(
    session: Session, state: ReportState, influencer_ids: Collection[int]
) -> dict[int, CustomerValue]:
    """The same for several influencers: every one of them has an entry. One statement.

    Days and months are those of the shops' zones. The period's start and its comparison do not
    count; shops, model and policy do.
    """
    first, last = _span(state)
    by_month: dict[int, dict[date, Cohort]] = defaultdict(dict)
    if influencer_ids:
        statement = _statement(str(state.model), of_some_shops=bool(state.shop_ids))
        for owner, day, customers, *sums in session.execute(
            statement, _asked(state, influencer_ids)
        ):
            month = day.replace(day=1)
            before = by_month[owner].get(month, Cohort(month))
            found = tuple(Value(age, *sums[3 * n : 3 * n + 3]) for n, age in enumerate(AGES))
            by_month[owner][month] = _sum((before, Cohort(month, customers, found)), month)
    return {
        owner: CustomerValue(
            first,
            last,
            tuple(months[month] for month in sorted(months)),
            _sum(months.values(), None),
        )
        for owner, months in ((owner, by_month[owner]) for owner in influencer_ids)
    }


def _span(state: ReportState) -> tuple[date, date]:
    last = min(state.end, state.today)
    months = last.year * 12 + last.month - MONTHS
    return date(months // 12, months % 12 + 1, 1), last


def _sum(cohorts: Collection[Cohort], month: date | None) -> Cohort:
    values = list(NOTHING)
    for cohort in cohorts:
        values = [a + b for a, b in zip(values, cohort.values, strict=True)]
    return Cohort(month, sum(cohort.customers_micro for cohort in cohorts), tuple(values))


# --- the statement --------------------------------------------------------------------------------


@lru_cache(maxsize=2 * len(MODELS))
def _statement(model: str, *, of_some_shops: bool) -> Select[Any]:
    """(influencer, day, customers, then customers, value and repeats for each age).

    Made once: putting it together costs as much as answering it. Its parameters: see `_asked`.
    """
    each = _customers(model, _won(model, of_some_shops=of_some_shops), of_some_shops=of_some_shops)
    sums: list[ColumnElement[Any]] = []
    for age in AGES:
        is_known = each.c.placed_at <= bindparam(f"known_{age}", type_=BigInteger)
        sums += [
            _sum_where(is_known, each.c.weight),
            _sum_where(is_known, each.c.weight * each.c[f"net_{age}"]),
            _sum_where(and_(is_known, each.c[f"again_{age}"] == 1), each.c.weight),
        ]
    return select(
        each.c.influencer_id, each.c.won_on, _whole(func.sum(each.c.weight)), *sums
    ).group_by(each.c.influencer_id, each.c.won_on)


def _asked(state: ReportState, influencer_ids: Collection[int]) -> dict[str, Any]:
    """The parameters of the statement. known_<age>: the newest first order that is so old today;
    only whole days count, what is won today is no day old."""
    first, last = _span(state)
    today = day_start(state.today, ZoneInfo(state.time_zone))
    return {
        "workspace": state.workspace_id,
        "policy": state.policy_id,
        "people": list(influencer_ids),
        "first": first,
        "last": last,
        **({"shops": list(state.shop_ids)} if state.shop_ids else {}),
        **{f"known_{age}": today - age * DAY_US for age in AGES},
    }


def _won(model: str, *, of_some_shops: bool) -> Subquery:
    """First orders of customers that are credited to the influencers, with their shares.

    New is who has no conversion before, as the ledger has it: orders of one instant follow each
    other by row id.
    """
    weight = getattr(Credit, f"weight_{model}")
    earlier = aliased(Order)
    is_earlier = or_(
        earlier.placed_at < Order.placed_at,
        and_(earlier.placed_at == Order.placed_at, earlier.id < Order.id),
    )
    return (
        select(
            Credit.influencer_id,
            Order.customer_id,
            Order.id.label("first_id"),
            Order.ordered_on.label("won_on"),
            type_coerce(Order.placed_at, BigInteger).label("placed_at"),
            func.sum(weight).label("weight"),
        )
        .join(Order, Order.id == Credit.order_id)
        .where(
            Credit.policy_id == bindparam("policy"),
            Credit.influencer_id.in_(bindparam("people", expanding=True)),
            Credit.kind_code == Kind.KOL.code,
            Credit.entry == 0,
            Credit.booked_on.between(bindparam("first", type_=Day), bindparam("last", type_=Day)),
            weight > 0,
            _of_shops(Order, of_some_shops=of_some_shops),
            Order.customer_id > 0,
            _is_conversion(Order),
            ~select(earlier.id)
            .where(earlier.customer_id == Order.customer_id, _is_conversion(earlier), is_earlier)
            .exists(),
        )
        .group_by(
            Credit.influencer_id, Order.customer_id, Order.id, Order.ordered_on, Order.placed_at
        )
        .subquery("won")
    )


def _customers(model: str, won: Subquery, *, of_some_shops: bool) -> Subquery:
    """Each customer won: net revenue at each age, and whether they bought again by then."""
    order, credit = aliased(Order), aliased(Credit)
    age = type_coerce(order.placed_at, BigInteger) - won.c.placed_at
    # an order whose day is still to be computed has no ledger rows yet
    net = func.coalesce(getattr(credit, f"net_{model}"), order.net_base_minor)
    is_other = order.id != won.c.first_id
    sums: list[ColumnElement[Any]] = []
    for days in AGES:
        is_young = age < days * DAY_US
        sums += [
            func.sum(case((is_young, net), else_=0)).label(f"net_{days}"),
            func.max(case((and_(is_young, is_other), 1), else_=0)).label(f"again_{days}"),
        ]
    return (
        select(won.c.influencer_id, won.c.won_on, won.c.placed_at, won.c.weight, *sums)
        .join(order, order.customer_id == won.c.customer_id)
        .outerjoin(
            credit,
            and_(
                credit.policy_id == bindparam("policy"),
                credit.shop_id == order.shop_id,
                credit.ordered_on == order.ordered_on,
                credit.order_id == order.id,
            ),
        )
        .where(
            _is_conversion(order),
            _of_shops(order, of_some_shops=of_some_shops),
            type_coerce(order.placed_at, BigInteger) >= won.c.placed_at,
            age < max(AGES) * DAY_US,
        )
        .group_by(
            won.c.influencer_id, won.c.customer_id, won.c.won_on, won.c.placed_at, won.c.weight
        )
        .subquery("each")
    )


def _is_conversion(order: Any) -> ColumnElement[bool]:
    """SEMANTICS 2.1: paid, and of more than nothing."""
    return and_(order.status == "paid", order.paid_minor > 0)


def _of_shops(order: Any, *, of_some_shops: bool) -> ColumnElement[bool]:
    shops = select(Shop.id).where(Shop.workspace_id == bindparam("workspace"))
    if of_some_shops:
        shops = shops.where(Shop.id.in_(bindparam("shops", expanding=True)))
    condition: ColumnElement[bool] = order.shop_id.in_(shops)
    return condition


def _sum_where(condition: ColumnElement[bool], value: ColumnElement[Any]) -> ColumnElement[Any]:
    return _whole(func.sum(case((condition, value), else_=0)))


def _whole(value: ColumnElement[Any]) -> ColumnElement[Any]:
    # PostgreSQL sums 64-bit integers to a numeric; whole numbers are wanted back
    return cast(value, BigInteger)


# --- as a file ------------------------------------------------------------------------------------


def _rows(session: Session, state: ReportState) -> Sequence[Cohort]:
    if not state.influencer_id:
        return ()
    return customer_value(session, state, state.influencer_id).cohorts


def _columns(n: int, headings: tuple[str, str, str]) -> tuple[Column, ...]:
    """Columns of the n-th age: customers old enough, their net revenue, and that of one."""
    age = AGES[n]

    def value(read: Callable[[Value], Any]) -> Callable[[Cohort], Any]:
        return lambda cohort: read(cohort.values[n])

    return (
        Column(f"customers_{age}", headings[0], "orders", value(at("customers_micro"))),
        Column(f"net_revenue_{age}", headings[1], "money", value(at("total_minor"))),
        Column(f"value_{age}", headings[2], "money", value(at("per_customer_minor"))),
    )


CUSTOMERS = TableSpec(
    "customers",
    (
        Column("month", mark("Month"), "date", at("month")),
        Column("customers_won", mark("Customers won"), "orders", at("customers_micro")),
        *_columns(0, (mark("Customers of 30 days or more"), mark("Net revenue of 30 days"),
                      mark("Customer value, 30 days"))),
        *_columns(1, (mark("Customers of 60 days or more"), mark("Net revenue of 60 days"),
                      mark("Customer value, 60 days"))),
        *_columns(2, (mark("Customers of 90 days or more"), mark("Net revenue of 90 days"),
                      mark("Customer value, 90 days"))),
        Column("repeat_share", mark("Bought again within 90 days"), "ratio",
               lambda cohort: cohort.value(90).repeat_share),
    ),
    _rows,
)  # fmt: skip
"""Months of the customers won by the influencer that the state filters for."""
