"""Affiliate rows: a platform's own statement that an influencer sold an order (SEMANTICS 3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.money import is_currency
from tracker.domain.records import AffiliateRecord, LoadResult, Outcome, Reason, Refused
from tracker.models import AffiliateRow, Order, Shop, Workspace
from tracker.services import dirty, fx
from tracker.services.affiliate_refunds import refund_days
from tracker.services.bulk import Merge, among, one_loader_at_a_time, table_of
from tracker.services.changes import note_touch
from tracker.services.found_people import Finder, Named

_KEY = ("platform", "order_ref", "influencer_id")
_SAID = ("clicked_at", "status", "commission_minor", "currency", "fx_e8", "booked_on")


@dataclass(frozen=True, slots=True)
class _World:
    """What rows are made with."""

    shop: Shop
    base: str
    zone: ZoneInfo
    people: Finder
    rates: fx.RateBook
    ordered_on: dict[str, date]


def load_affiliate_rows(
    session: Session, shop: Shop, records: Sequence[AffiliateRecord], *, batch_id: int = 0
) -> LoadResult:
    """Load affiliate rows of one shop; their orders need not be there yet.

    Who is named with an account on a platform and is unknown becomes an influencer; the result's
    notices say so. A void row is kept, and has neither credit nor commission.

    Refused: `unknown_influencer` (or a name that several have), `no_date` (order not known, and
    the row has neither order nor click time), `unknown_currency`, `no_exchange_rate`.
    """
    one_loader_at_a_time(session, "affiliate rows", shop.id)
    workspace = session.get_one(Workspace, shop.workspace_id)
    refs = {record.order_ref for record in records}
    world = _World(
        shop, workspace.base_currency, ZoneInfo(shop.time_zone),
        Finder(session, workspace, map(_named, records)),
        fx.base_rates(session, workspace), _order_days(session, shop.id, refs),
    )  # fmt: skip
    merge = Merge(_KEY, _SAID, _known(session, shop.id, refs))
    earlier_days: set[date] = set()
    outcomes: list[Outcome | Refused] = []
    for record in records:
        row = _row(world, record)
        if isinstance(row, Refused):
            outcomes.append(row)
            continue
        row |= {"shop_id": shop.id, "batch_id": batch_id}
        before = merge.before(row)
        outcomes.append(merge.put(row))
        if before is not None:
            earlier_days.add(before[_SAID.index("booked_on")])
    upsert(session, table_of(AffiliateRow), merge.rows, ["shop_id", *_KEY])
    dirty.affiliates_changed(
        session,
        shop,
        {row["order_ref"] for row in merge.rows},
        earlier_days
        | {row["booked_on"] for row in merge.rows}
        | refund_days(session, shop, {row["order_ref"] for row in merge.rows}),
    )
    return LoadResult(tuple(outcomes), tuple(world.people.notices))


def _named(record: AffiliateRecord) -> Named:
    return Named(record.influencer, record.handle_platform, record.influencer_name)


def _row(world: _World, record: AffiliateRecord) -> dict[str, Any] | Refused:
    influencer_id = world.people.find(_named(record))
    if influencer_id is None:
        return Refused(Reason.UNKNOWN_INFLUENCER, record.influencer[:100])
    at = record.ordered_at or record.clicked_at
    booked_on = world.ordered_on.get(record.order_ref) or (
        at.astimezone(world.zone).date() if at else None
    )
    if booked_on is None:
        return Refused(Reason.NO_DATE, record.order_ref[:100])
    currency = record.currency or world.shop.currency
    if record.commission_minor is None:
        currency = world.base  # no money in the row, so no rate is needed
    if not is_currency(currency):
        return Refused(Reason.UNKNOWN_CURRENCY, currency[:20])
    rate = world.rates.rate(currency, booked_on)
    if rate is None:
        return Refused(Reason.NO_EXCHANGE_RATE, f"{currency} {booked_on}")
    return {
        "platform": record.platform,
        "order_ref": record.order_ref,
        "influencer_id": influencer_id,
        "clicked_at": record.clicked_at,
        "status": record.status,
        "commission_minor": record.commission_minor,
        "currency": currency,
        "fx_e8": rate,
        "booked_on": booked_on,
    }


def _known(
    session: Session, shop_id: int, order_refs: Iterable[str]
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    columns = [AffiliateRow.__table__.c[name] for name in (*_KEY, *_SAID)]
    rows = session.execute(
        select(*columns).where(
            AffiliateRow.shop_id == shop_id, among(session, AffiliateRow.order_ref, order_refs)
        )
    )
    return {tuple(row[: len(_KEY)]): tuple(row[len(_KEY) :]) for row in rows}


def _order_days(session: Session, shop_id: int, refs: Iterable[str]) -> dict[str, date]:
    rows = session.execute(
        select(Order.ref, Order.ordered_on).where(
            Order.shop_id == shop_id, among(session, Order.ref, refs)
        )
    )
    return dict(rows.all())


def rebook(session: Session, shop: Shop, workspace: Workspace, ordered_on: dict[str, date]) -> None:
    """Book the commissions of orders on the orders' days, now that these are known.

    An affiliate file may come before the order file; until then its own dates stand in. A day
    without an exchange rate leaves the row as it is.
    """
    rows = session.execute(
        select(
            AffiliateRow.id, AffiliateRow.order_ref, AffiliateRow.booked_on, AffiliateRow.currency
        ).where(AffiliateRow.shop_id == shop.id, among(session, AffiliateRow.order_ref, ordered_on))
    ).all()
    if not rows:
        return
    rates = fx.base_rates(session, workspace)
    moved: list[dict[str, Any]] = []
    days: set[date] = set()
    for row_id, ref, before, currency in rows:
        day = ordered_on[ref]
        rate = rates.rate(currency, day)
        if day != before and rate is not None:
            moved.append({"id": row_id, "booked_on": day, "fx_e8": rate})
            days |= {before, day}
    if moved:
        note_touch(session, "affiliate_row", [one["id"] for one in moved], ("booked_on", "fx_e8"))
        session.execute(update(AffiliateRow), moved)
        dirty.affiliates_changed(session, shop, {ref for _, ref, _, _ in rows}, days)
