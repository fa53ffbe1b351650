"""What commissions are computed from: orders with their ledger, and affiliate statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import BigInteger, ColumnElement, and_, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracker.domain.commissions import Terms, month_of
from tracker.domain.money import convert
from tracker.models import (
    AffiliateRefund,
    AffiliateRow,
    CommissionRow,
    Credit,
    Order,
    Shop,
    Workspace,
)
from tracker.services.bulk import among
from tracker.services.credit_orders import IS_CONVERSION

OrderKey = tuple[int, str]
"""Shop and the platform's order id: rows of files may come before their order."""


@dataclass(slots=True)
class OrderFacts:
    """One order: when, by whom, and its ledger under the policy that reports show.

    days, nets: booking day and net of the whole order after each entry; credited: influencer ->
    what they had after each entry; weights: influencer -> their share of it in millionths.
    is_new: the buyer's first order; None: no buyer is known.
    """

    order_id: int
    ordered_on: date
    is_new: bool | None = None
    days: list[date] = field(default_factory=list)
    nets: list[int] = field(default_factory=list)
    credited: dict[int, list[int]] = field(default_factory=dict)
    weights: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stated:
    """A commission that a platform states: sold, or given back (negative), in base currency."""

    influencer_id: int
    part: str
    booked_on: date
    amount_minor: int
    is_settled: bool
    is_commission: bool
    """False: it only says that something was given back."""


# --- which orders a day is about ------------------------------------------------------------------


def orders_of_day(
    session: Session, workspace: Workspace, people: Collection[int], day: date
) -> set[OrderKey]:
    """Orders for which anything of a commission is, or was, booked on a day.

    people: who has terms. A refund of an order that was settled for somebody else is found by the
    sale's row: the day of the sale is computed again with every refund.
    """
    shops = select(Shop.id).where(Shop.workspace_id == workspace.id)
    queries = [
        select(CommissionRow.shop_id, CommissionRow.order_ref).where(
            CommissionRow.workspace_id == workspace.id, CommissionRow.booked_on == day
        ),
        select(AffiliateRow.shop_id, AffiliateRow.order_ref).where(
            AffiliateRow.shop_id.in_(shops), AffiliateRow.booked_on == day
        ),
        select(AffiliateRefund.shop_id, AffiliateRefund.order_ref).where(
            AffiliateRefund.shop_id.in_(shops), AffiliateRefund.booked_on == day
        ),
    ]
    if people:
        queries.append(
            select(Order.shop_id, Order.ref)
            .join(Credit, Credit.order_id == Order.id)
            .where(
                Credit.policy_id == workspace.policy_id,
                Credit.influencer_id.in_(people),
                Credit.booked_on == day,
            )
        )
    return {(shop, ref) for query in queries for shop, ref in session.execute(query.distinct())}


def orders_of_months(
    session: Session, workspace: Workspace, months: Iterable[tuple[int, date]]
) -> set[OrderKey]:
    """All orders of some months of an influencer: (influencer, any day of the month)."""
    found: set[OrderKey] = set()
    for influencer_id, first, after in sorted({(who, *month_of(day)) for who, day in months}):
        credited = (
            select(Order.shop_id, Order.ref)
            .join(Credit, Credit.order_id == Order.id)
            .where(
                Credit.policy_id == workspace.policy_id,
                Credit.influencer_id == influencer_id,
                Credit.booked_on >= first,
                Credit.booked_on < after,
                Credit.entry == 0,
            )
        )
        kept = select(CommissionRow.shop_id, CommissionRow.order_ref).where(
            CommissionRow.workspace_id == workspace.id,
            CommissionRow.influencer_id == influencer_id,
            CommissionRow.ordered_on >= first,
            CommissionRow.ordered_on < after,
        )
        for query in (credited, kept):
            found |= {(shop, ref) for shop, ref in session.execute(query.distinct())}
    return found


# --- what is known of them ------------------------------------------------------------------------


def _refs(
    session: Session,
    shop: InstrumentedAttribute[int],
    ref: InstrumentedAttribute[str],
    keys: Iterable[OrderKey],
) -> Iterator[ColumnElement[bool]]:
    """One condition a shop: rows of these orders."""
    refs: dict[int, list[str]] = defaultdict(list)
    for shop_id, order_ref in sorted(keys):
        refs[shop_id].append(order_ref)
    for shop_id, some in refs.items():
        yield and_(shop == shop_id, among(session, ref, some))


def read_orders(
    session: Session,
    workspace: Workspace,
    keys: Collection[OrderKey],
    model: str,
    terms: Sequence[Terms],
) -> dict[OrderKey, OrderFacts]:
    """The orders that are there, with their ledger under the current policy."""
    found: dict[OrderKey, OrderFacts] = {}
    by_id: dict[int, OrderFacts] = {}
    buyers: dict[int, int] = {}
    for condition in _refs(session, Order.shop_id, Order.ref, keys):
        for row in session.execute(
            select(Order.shop_id, Order.ref, Order.id, Order.ordered_on, Order.customer_id).where(
                condition
            )
        ):
            facts = OrderFacts(order_id=row.id, ordered_on=row.ordered_on)
            found[row.shop_id, row.ref] = by_id[row.id] = facts
            if row.customer_id:
                buyers[row.id] = row.customer_id
    _read_ledger(session, workspace, {shop_id for shop_id, _ in found}, by_id, model)
    if any(one.rule.new_only for one in terms):
        firsts = _first_orders(session, set(buyers.values()))
        for order_id, customer_id in buyers.items():
            by_id[order_id].is_new = firsts.get(customer_id) == order_id
    return found


def _read_ledger(
    session: Session,
    workspace: Workspace,
    shop_ids: Collection[int],
    orders: dict[int, OrderFacts],
    model: str,
) -> None:
    net: ColumnElement[int] = getattr(Credit, f"net_{model}")
    weight: ColumnElement[int] = getattr(Credit, f"weight_{model}")
    keys = (Credit.order_id, Credit.entry, Credit.booked_on, Credit.influencer_id)
    rows = session.execute(
        select(
            *keys,
            cast(func.sum(net), BigInteger).label("net"),
            cast(func.sum(weight), BigInteger).label("weight"),
        )
        .join(
            Order,
            and_(
                Order.id == Credit.order_id,
                Order.shop_id == Credit.shop_id,
                Order.ordered_on == Credit.ordered_on,
            ),
        )
        .where(
            Credit.policy_id == workspace.policy_id,
            # the partitions by name: without statistics SQLite would read the whole ledger
            Credit.shop_id.in_(shop_ids),
            Credit.ordered_on.in_({facts.ordered_on for facts in orders.values()}),
            among(session, Order.id, list(orders)),
        )
        .group_by(*keys)
        .order_by(Credit.order_id, Credit.entry)
    )
    steps: dict[int, dict[int, dict[int, int]]] = defaultdict(dict)
    for row in rows:
        facts = orders[row.order_id]
        entries = steps[row.order_id]
        if row.entry not in entries:
            entries[row.entry] = {}
            facts.days.append(row.booked_on)
        entries[row.entry][row.influencer_id] = row.net
        if row.entry == 0:
            facts.weights[row.influencer_id] = row.weight
    for order_id, entries in steps.items():
        _accumulate(orders[order_id], list(entries.values()))


def _accumulate(facts: OrderFacts, entries: list[dict[int, int]]) -> None:
    people = {influencer_id for entry in entries for influencer_id in entry}
    sums = dict.fromkeys(people, 0)
    facts.credited = {influencer_id: [] for influencer_id in people if influencer_id}
    for entry in entries:
        for influencer_id in people:
            sums[influencer_id] += entry.get(influencer_id, 0)
            if influencer_id:
                facts.credited[influencer_id].append(sums[influencer_id])
        facts.nets.append(sum(sums.values()))


def _first_orders(session: Session, customers: set[int]) -> dict[int, int]:
    """Customer -> their first conversion in the workspace (SEMANTICS 2.4)."""
    rows = session.execute(
        select(Order.customer_id, Order.id)
        .where(among(session, Order.customer_id, sorted(customers)), IS_CONVERSION)
        .order_by(Order.customer_id, Order.placed_at.desc(), Order.id.desc())
    )
    return dict(rows.all())  # the last one wins, and is the first order


def read_stated(
    session: Session, workspace: Workspace, keys: Collection[OrderKey]
) -> dict[OrderKey, list[Stated]]:
    """Commissions that affiliate files state for orders, and what they say was given back.

    What belongs to an order with affiliate rows of two influencers goes to the first of them; a
    refund without any waits for its row. A void row has no commission and none to give back.
    """
    found: dict[OrderKey, list[Stated]] = defaultdict(list)
    owners: dict[tuple[int, str, str], AffiliateRow] = {}
    base = workspace.base_currency
    for condition in _refs(session, AffiliateRow.shop_id, AffiliateRow.order_ref, keys):
        sold = select(AffiliateRow).where(condition, AffiliateRow.status != "void")
        for row in session.scalars(sold.order_by(AffiliateRow.id)):
            owners.setdefault((row.shop_id, row.order_ref, row.platform), row)
            if row.commission_minor is not None:
                found[row.shop_id, row.order_ref].append(
                    Stated(
                        influencer_id=row.influencer_id,
                        part=row.platform,
                        booked_on=row.booked_on,
                        amount_minor=convert(row.commission_minor, row.currency, base, row.fx_e8),
                        is_settled=row.status == "settled",
                        is_commission=True,
                    )
                )
    for condition in _refs(session, AffiliateRefund.shop_id, AffiliateRefund.order_ref, keys):
        for back in session.scalars(select(AffiliateRefund).where(condition)):
            owner = owners.get((back.shop_id, back.order_ref, back.platform))
            if owner is not None:
                amount = convert(back.commission_minor, back.currency, base, back.fx_e8)
                found[back.shop_id, back.order_ref].append(
                    Stated(
                        influencer_id=owner.influencer_id,
                        part=f"{back.platform}/{back.ref}",
                        booked_on=back.booked_on,
                        amount_minor=-amount,
                        is_settled=owner.status == "settled",
                        is_commission=False,
                    )
                )
    return found


def read_rows(session: Session, keys: Collection[OrderKey]) -> dict[OrderKey, list[CommissionRow]]:
    """The commission rows that orders have, by influencer, part and step."""
    found: dict[OrderKey, list[CommissionRow]] = defaultdict(list)
    order = (CommissionRow.influencer_id, CommissionRow.source, CommissionRow.part)
    for condition in _refs(session, CommissionRow.shop_id, CommissionRow.order_ref, keys):
        query = select(CommissionRow).where(condition).order_by(*order, CommissionRow.step)
        fresh = query.execution_options(populate_existing=True)  # bulk writes pass the session by
        for row in session.scalars(fresh):
            found[row.shop_id, row.order_ref].append(row)
    return found
