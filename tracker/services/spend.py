"""Media spend (消耗) per account, campaign and day: a later file replaces what a day said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.channels import Channel
from tracker.domain.money import is_currency
from tracker.domain.records import LoadResult, Outcome, Reason, Refused, SpendRecord
from tracker.models import Spend, Workspace
from tracker.models.base import to_day_number
from tracker.services import dirty, fx, spend_layers
from tracker.services.bulk import Merge, among, one_loader_at_a_time, table_of
from tracker.services.campaigns import campaign_ids
from tracker.services.people import People
from tracker.services.spend_campaigns import chosen_campaigns

_CHANNELS = frozenset(str(channel) for channel in Channel)
_KEY = ("platform", "account", "campaign_ref", "spent_on", "layer")
_SAID = (
    "shop_id", "channel_code", "campaign_id", "influencer_id", "currency", "fx_e8", "amount_minor",
    "impressions", "clicks", "platform_gmv_minor", "platform_orders",
)  # fmt: skip


def load_spend(
    session: Session,
    workspace: Workspace,
    records: Sequence[SpendRecord],
    *,
    shop_id: int = 0,
    batch_id: int = 0,
) -> LoadResult:
    """Load spend; a (platform, account, campaign, day) that is known is replaced.

    Of several levels of report about one account and day one counts, the others are kept as detail
    (`spend_layers`); the result's notices say so.

    Args:
        shop_id: the shop it was spent for; 0: not of one shop.

    Refused: `unknown_currency`, `no_exchange_rate`, `unknown_influencer`, `unknown_channel`.
    """
    one_loader_at_a_time(session, "spend", workspace.id)
    rates, people = fx.base_rates(session, workspace), People(session, workspace.id)
    campaigns = campaign_ids(session, workspace.id, (record.campaign for record in records))
    chosen = chosen_campaigns(session, workspace.id)
    merge = Merge(_KEY, _SAID, _known(session, workspace.id, records))
    outcomes: list[Outcome | Refused] = []
    for record in records:
        rate = rates.rate(record.currency, record.spent_on)
        influencer = people.find(record.influencer) if record.influencer else 0
        if not is_currency(record.currency):
            outcomes.append(Refused(Reason.UNKNOWN_CURRENCY, record.currency[:20]))
        elif rate is None:
            detail = f"{record.currency} {record.spent_on}"
            outcomes.append(Refused(Reason.NO_EXCHANGE_RATE, detail))
        elif influencer is None:
            outcomes.append(Refused(Reason.UNKNOWN_INFLUENCER, record.influencer[:100]))
        elif record.channel not in _CHANNELS:
            outcomes.append(Refused(Reason.UNKNOWN_CHANNEL, record.channel[:100]))
        else:
            place = (record.platform, record.account, record.campaign_ref)
            campaign = campaigns.get(record.campaign) or chosen.get(place, 0)
            row = _row(record, campaign, influencer, rate)
            row |= {"workspace_id": workspace.id, "shop_id": shop_id, "batch_id": batch_id}
            outcomes.append(merge.put(row))
    rows = [{**row, "is_detail": False} for row in merge.rows]
    upsert(session, table_of(Spend), rows, ["workspace_id", *_KEY], (*_SAID, "batch_id"))
    days = {row["spent_on"] for row in rows}
    told = {record.spent_on for record in records}
    platforms = {record.platform for record in records}
    notices = spend_layers.settle(session, workspace.id, told, platforms)
    dirty.costs_changed(session, workspace, sorted(days))
    return LoadResult(tuple(outcomes), tuple(notices))


def _row(record: SpendRecord, campaign_id: int, influencer_id: int, rate: int) -> dict[str, Any]:
    return {
        "platform": record.platform,
        "account": record.account,
        "campaign_ref": record.campaign_ref,
        "spent_on": record.spent_on,
        "layer": record.layer,
        "channel_code": Channel(record.channel).code,
        "campaign_id": campaign_id,
        "influencer_id": influencer_id,
        "currency": record.currency,
        "fx_e8": rate,
        "amount_minor": record.amount_minor,
        "impressions": record.impressions,
        "clicks": record.clicks,
        "platform_gmv_minor": record.platform_gmv_minor,
        "platform_orders": record.platform_orders,
    }


def _known(
    session: Session, workspace_id: int, records: Sequence[SpendRecord]
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    days = {to_day_number(record.spent_on) for record in records}
    columns = [Spend.__table__.c[name] for name in (*_KEY, *_SAID)]
    rows = session.execute(
        select(*columns).where(
            Spend.workspace_id == workspace_id, among(session, Spend.spent_on, days)
        )
    )
    return {tuple(row[: len(_KEY)]): tuple(row[len(_KEY) :]) for row in rows}
