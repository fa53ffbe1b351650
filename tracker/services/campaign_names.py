"""Renaming a campaign: visits, spend and links that carry the old value stay the campaign's."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.domain.text import normalise
from tracker.models import Campaign, FormerName, Workspace
from tracker.services.campaigns import known_campaigns
from tracker.services.errors import RefusedError
from tracker.services.marks import names_changed


def rename_campaign(
    session: Session, workspace: Workspace, campaign: Campaign, utm_campaign: str
) -> None:
    """Give a campaign another value of utm_campaign. The one it had still leads to it: no figure
    of the past moves, and what comes in late under the old value is counted with the new one.

    Raises RefusedError: value_missing, campaign_known (utm_campaign): another campaign has or had
    this value.
    """
    value = normalise(utm_campaign)
    if not value:
        raise RefusedError("value_missing", "utm_campaign")
    if value == campaign.utm_campaign:
        return
    owner = known_campaigns(session, workspace.id, [value]).get(value)
    if owner not in (None, campaign.id):
        raise RefusedError("campaign_known", "utm_campaign")
    session.execute(
        delete(FormerName).where(FormerName.workspace_id == workspace.id, FormerName.value == value)
    )
    session.add(
        FormerName(
            workspace_id=workspace.id,
            value=campaign.utm_campaign,
            campaign_id=campaign.id,
            renamed_at=datetime.now(UTC),
        )
    )
    campaign.utm_campaign = value
    session.flush()
    # marks that carry the new value already, and were too many to be a campaign, are one now
    names_changed(session, workspace)


def former_names(session: Session, campaign_id: int) -> list[str]:
    """The values that a campaign had, newest first."""
    rows = session.scalars(
        select(FormerName.value)
        .where(FormerName.campaign_id == campaign_id)
        .order_by(FormerName.renamed_at.desc(), FormerName.value)
    )
    return list(rows)
