"""Deals: what was agreed with an influencer for one post or campaign, and what it costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.money import is_currency
from tracker.domain.records import DealRecord, LoadResult, Outcome, Reason, Refused
from tracker.models import Deal, Workspace
from tracker.services import dirty, fx
from tracker.services.bulk import Merge, among, one_loader_at_a_time, table_of
from tracker.services.campaigns import campaign_ids
from tracker.services.people import People

_SAID = (
    "influencer_id", "campaign_id", "title", "currency", "fx_e8", "fee_minor", "goods_given_minor",
    "platform_fee_minor", "commission_ppm", "posted_on", "ends_on", "spread_days",
)  # fmt: skip


def load_deals(session: Session, workspace: Workspace, records: Sequence[DealRecord]) -> LoadResult:
    """Load deals; one that is known by its `ref` is changed.

    Refused: `unknown_influencer`, `unknown_currency`, `no_exchange_rate` (on the post's day),
    `period_ends_early`.
    """
    one_loader_at_a_time(session, "deals", workspace.id)
    rates, people = fx.base_rates(session, workspace), People(session, workspace.id)
    campaigns = campaign_ids(session, workspace.id, (record.campaign for record in records))
    merge = Merge(("ref",), _SAID, _known(session, workspace.id, {r.ref for r in records}))
    now = datetime.now(UTC)
    days: dict[str, set[date]] = defaultdict(set)
    outcomes: list[Outcome | Refused] = []
    for record in records:
        row = _row(record, people, rates)
        if isinstance(row, Refused):
            outcomes.append(row)
            continue
        row |= {"workspace_id": workspace.id, "created_at": now}
        row["campaign_id"] = campaigns.get(record.campaign, 0)
        before = merge.before(row)
        outcome = merge.put(row)
        outcomes.append(outcome)
        if outcome is not Outcome.UNCHANGED:
            days[record.ref].add(record.posted_on)
            if before is not None:
                days[record.ref].add(before[_SAID.index("posted_on")])
    upsert(session, table_of(Deal), merge.rows, ["workspace_id", "ref"], _SAID)
    _mark_dirty(session, workspace, days)
    return LoadResult(tuple(outcomes))


def _row(record: DealRecord, people: People, rates: fx.RateBook) -> dict[str, Any] | Refused:
    influencer_id = people.find(record.influencer)
    if influencer_id is None:
        return Refused(Reason.UNKNOWN_INFLUENCER, record.influencer[:100])
    if not is_currency(record.currency):
        return Refused(Reason.UNKNOWN_CURRENCY, record.currency[:20])
    rate = rates.rate(record.currency, record.posted_on)
    if rate is None:
        return Refused(Reason.NO_EXCHANGE_RATE, f"{record.currency} {record.posted_on}")
    if record.ends_on is not None and record.ends_on < record.posted_on:
        return Refused(Reason.PERIOD_ENDS_EARLY, str(record.ends_on))
    return {
        "ref": record.ref,
        "influencer_id": influencer_id,
        "title": record.title,
        "currency": record.currency,
        "fx_e8": rate,
        "fee_minor": record.fee_minor,
        "goods_given_minor": record.goods_given_minor,
        "platform_fee_minor": record.platform_fee_minor,
        "commission_ppm": record.commission_ppm,
        "posted_on": record.posted_on,
        "ends_on": record.ends_on,
        "spread_days": max(1, record.spread_days),
    }


def _mark_dirty(session: Session, workspace: Workspace, days: dict[str, set[date]]) -> None:
    """The days of posts now and before, with the deals they belong to."""
    found = session.execute(
        select(Deal.ref, Deal.id).where(
            Deal.workspace_id == workspace.id, among(session, Deal.ref, days)
        )
    )
    dirty.deals_changed(
        session, workspace, [(row_id, day) for ref, row_id in found for day in days[ref]]
    )


def _known(
    session: Session, workspace_id: int, refs: Iterable[str]
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    columns = [Deal.__table__.c[name] for name in ("ref", *_SAID)]
    rows = session.execute(
        select(*columns).where(Deal.workspace_id == workspace_id, among(session, Deal.ref, refs))
    )
    return {(row[0],): tuple(row[1:]) for row in rows}
