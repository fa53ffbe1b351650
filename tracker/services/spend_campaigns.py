"""Spend whose file names no campaign: somebody says which one it is, and later files follow."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.models import Campaign, Spend, SpendCampaign, Workspace
from tracker.services import dirty
from tracker.services.bulk import table_of
from tracker.services.errors import RefusedError

Place = tuple[str, str, str]
"""Platform, account, the platform's campaign id or name."""


def chosen_campaigns(session: Session, workspace_id: int) -> dict[Place, int]:
    """Which campaign was chosen for which spend."""
    rows = session.execute(
        select(
            SpendCampaign.platform,
            SpendCampaign.account,
            SpendCampaign.campaign_ref,
            SpendCampaign.campaign_id,
        ).where(SpendCampaign.workspace_id == workspace_id)
    )
    return {(platform, account, ref): campaign for platform, account, ref, campaign in rows}


def choose_campaign(session: Session, workspace: Workspace, place: Place, campaign_id: int) -> int:
    """Give all spend of a place to a campaign, what came without one and what will come.

    Spend whose file names a campaign keeps it, as does spend that is mapped to an influencer.
    Choosing again moves what was moved before.

    Returns:
        rows of spend that belong to another campaign now.

    Raises RefusedError: not_found (campaign, place).
    """
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or campaign.workspace_id != workspace.id:
        raise RefusedError("not_found", "campaign")
    before = chosen_campaigns(session, workspace.id).get(place, 0)
    platform, account, ref = place
    rows = session.execute(
        select(Spend.id, Spend.spent_on).where(
            Spend.workspace_id == workspace.id,
            Spend.platform == platform,
            Spend.account == account,
            Spend.campaign_ref == ref,
            Spend.campaign_id.in_({0, before}),
            Spend.influencer_id == 0,
        )
    ).all()
    if not rows and not before:
        raise RefusedError("not_found", "place")
    key = {"platform": platform, "account": account, "campaign_ref": ref}
    decided = {"campaign_id": campaign_id, "decided_at": datetime.now(UTC)}
    upsert(
        session, table_of(SpendCampaign), [{"workspace_id": workspace.id, **key, **decided}],
        ["workspace_id", *key], list(decided),
    )  # fmt: skip
    if rows and before != campaign_id:
        session.execute(
            update(Spend), [{"id": row_id, "campaign_id": campaign_id} for row_id, _ in rows]
        )
        dirty.costs_changed(session, workspace, {day for _, day in rows})
    return len(rows)
