"""Campaigns: found by utm_campaign, made when a file names a new one, edited by hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.domain.text import normalise
from tracker.models import Campaign, FormerName, Workspace
from tracker.services import dirty
from tracker.services.bulk import among, table_of
from tracker.services.errors import RefusedError

MAX_LOOKBACK_DAYS = 180


def campaign_ids(session: Session, workspace_id: int, values: Iterable[str]) -> dict[str, int]:
    """Campaigns by the values as given; a value not seen before makes a discovered campaign.

    Blank values are left out.
    """
    normal = {value: normalise(value) for value in set(values)}
    wanted = {value for value in normal.values() if value}
    if not wanted:
        return {}
    ids = known_campaigns(session, workspace_id, wanted)
    new = sorted(wanted - ids.keys())
    if new:
        now = datetime.now(UTC)
        rows = [
            {"workspace_id": workspace_id, "utm_campaign": value, "name": value,
             "is_discovered": True, "created_at": now}
            for value in new
        ]  # fmt: skip
        insert_new(session, table_of(Campaign), rows, key=["workspace_id", "utm_campaign"])
        ids |= known_campaigns(session, workspace_id, new)
    return {value: ids[short] for value, short in normal.items() if short in ids}


def known_campaigns(session: Session, workspace_id: int, values: Collection[str]) -> dict[str, int]:
    """Campaigns by values of utm_campaign (normalised) that they have now or had before a rename;
    what is no campaign's is left out."""
    ids: dict[str, int] = dict(
        session.execute(
            select(Campaign.utm_campaign, Campaign.id).where(
                Campaign.workspace_id == workspace_id,
                among(session, Campaign.utm_campaign, sorted(values)),
            )
        ).all()
    )
    others = sorted(set(values) - ids.keys())
    if others:
        former = session.execute(
            select(FormerName.value, FormerName.campaign_id).where(
                FormerName.workspace_id == workspace_id, among(session, FormerName.value, others)
            )
        ).all()
        ids |= dict(former)
    return ids


def save_campaign(
    session: Session,
    workspace: Workspace,
    *,
    utm_campaign: str,
    name: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
    budget_minor: int | None = None,
    lookback_days: int | None = None,
    target_net_minor: int | None = None,
    target_orders: int | None = None,
    target_roi_ppm: int | None = None,
) -> Campaign:
    """Create a campaign, or change the one that has (or had) that utm_campaign value; it counts as
    confirmed. None: not set.

    Raises RefusedError: value_missing (utm_campaign, name), period_ends_early (ends_on),
    negative_amount (budget_minor, target_net_minor, target_orders), out_of_range (lookback_days,
    1 to 180).
    """
    value = normalise(utm_campaign)
    if not value:
        raise RefusedError("value_missing", "utm_campaign")
    if not name.strip():
        raise RefusedError("value_missing", "name")
    if starts_on and ends_on and ends_on < starts_on:
        raise RefusedError("period_ends_early", "ends_on")
    for field, amount in (
        ("budget_minor", budget_minor),
        ("target_net_minor", target_net_minor),
        ("target_orders", target_orders),
    ):
        if amount is not None and amount < 0:
            raise RefusedError("negative_amount", field)
    if lookback_days is not None and not 1 <= lookback_days <= MAX_LOOKBACK_DAYS:
        raise RefusedError("out_of_range", "lookback_days")
    row_id = campaign_ids(session, workspace.id, [value])[value]
    campaign = session.get_one(Campaign, row_id)
    campaign.name = name.strip()
    campaign.starts_on, campaign.ends_on = starts_on, ends_on
    campaign.budget_minor = budget_minor
    campaign.target_net_minor, campaign.target_orders = target_net_minor, target_orders
    campaign.target_roi_ppm = target_roi_ppm
    window_before, campaign.lookback_days = campaign.lookback_days, lookback_days
    campaign.is_discovered = False
    session.flush()
    if window_before != lookback_days:
        dirty.campaign_window_changed(session, campaign.id)
    return campaign
