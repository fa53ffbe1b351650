"""Figures that platforms report of themselves: kept as they say it, a later file replaces them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.channels import Channel
from tracker.domain.money import is_currency
from tracker.domain.platform_records import PlatformFigureRecord
from tracker.domain.records import LoadResult, Outcome, Reason, Refused
from tracker.models import PlatformFigure, Workspace
from tracker.models.base import to_day_number
from tracker.models.platform_figure import METRICS
from tracker.services import fx, spend_layers
from tracker.services.bulk import Merge, among, one_loader_at_a_time, table_of

_KEY = (
    "shop_id", "platform", "report", "account", "subject", "subject_ref", "layer", "starts_on",
    "ends_on", "scope", "basis", "kind",
)  # fmt: skip
_SAID = (
    "subject_name", "channel_code", "influencer", "influencer_name", "handle_platform", "currency",
    "fx_e8", *METRICS,
)  # fmt: skip
_MONEY = ("gmv_minor", "refund_minor", "spend_minor")
_CHANNELS = frozenset(str(channel) for channel in Channel)


def load_platform_figures(
    session: Session,
    workspace: Workspace,
    records: Sequence[PlatformFigureRecord],
    *,
    shop_id: int = 0,
    batch_id: int = 0,
) -> LoadResult:
    """Load figures; one of a known subject, period and basis is replaced.

    No day becomes dirty: no figure of ours depends on them.

    Args:
        shop_id: the shop they are about; 0: not of one shop.

    Refused: `unknown_currency`, `no_exchange_rate` (of the last day; only where there is money),
    `unknown_channel`, `period_ends_early`.
    """
    one_loader_at_a_time(session, "platform figures", workspace.id)
    rates = fx.base_rates(session, workspace)
    merge = Merge(_KEY, _SAID, _known(session, workspace.id, records))
    outcomes: list[Outcome | Refused] = []
    for record in records:
        row = _row(record, rates, workspace.base_currency)
        if isinstance(row, Refused):
            outcomes.append(row)
        else:
            row |= {"workspace_id": workspace.id, "shop_id": shop_id, "batch_id": batch_id}
            outcomes.append(merge.put(row))
    rows = [{**row, "is_detail": False} for row in merge.rows]
    said = (*_SAID, "batch_id")
    upsert(session, table_of(PlatformFigure), rows, ["workspace_id", *_KEY], said)
    days: set[date] = {row["ends_on"] for row in rows if row["layer"]}
    spend_layers.settle(session, workspace.id, days)
    return LoadResult(tuple(outcomes))


def _row(record: PlatformFigureRecord, rates: fx.RateBook, base: str) -> dict[str, Any] | Refused:
    if record.ends_on < record.starts_on:
        return Refused(Reason.PERIOD_ENDS_EARLY, f"{record.starts_on} {record.ends_on}")
    if record.channel and record.channel not in _CHANNELS:
        return Refused(Reason.UNKNOWN_CHANNEL, record.channel[:100])
    has_money = any(getattr(record, name) is not None for name in _MONEY)
    currency = record.currency if has_money else base
    if not is_currency(currency):
        return Refused(Reason.UNKNOWN_CURRENCY, currency[:20])
    rate = rates.rate(currency, record.ends_on)
    if rate is None:
        return Refused(Reason.NO_EXCHANGE_RATE, f"{currency} {record.ends_on}")
    same = (
        "platform", "report", "account", "subject", "subject_ref", "subject_name", "layer",
        "starts_on", "ends_on", "scope", "basis", "kind", "influencer", "influencer_name",
        "handle_platform", *METRICS,
    )  # fmt: skip
    return {name: getattr(record, name) for name in same} | {
        "channel_code": Channel(record.channel).code if record.channel else 0,
        "currency": currency,
        "fx_e8": rate,
    }


def _known(
    session: Session, workspace_id: int, records: Sequence[PlatformFigureRecord]
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    days = {to_day_number(record.ends_on) for record in records}
    columns = [PlatformFigure.__table__.c[name] for name in (*_KEY, *_SAID)]
    rows = session.execute(
        select(*columns).where(
            PlatformFigure.workspace_id == workspace_id,
            among(session, PlatformFigure.ends_on, days),
        )
    )
    return {tuple(row[: len(_KEY)]): tuple(row[len(_KEY) :]) for row in rows}
