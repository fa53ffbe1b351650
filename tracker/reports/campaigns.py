"""Campaigns side by side: what each brought and what it cost."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import Campaign
from tracker.reports.context import read_context
from tracker.reports.facts import BEFORE, NOW, read_figures
from tracker.reports.figures import Figures
from tracker.reports.rows import CampaignReport, CampaignRow, Context, total_row
from tracker.reports.sorting import sort_rows
from tracker.reports.state import ReportState


def campaign_report(session: Session, state: ReportState) -> CampaignReport:
    """All campaigns with something in the period or the compared one, and (unless filtered) those
    that run in the period; whatever is of no campaign is the row with id 0, last. Without a search
    the rows add up to the overview's total."""
    context = read_context(session, state)
    found = campaign_rows(session, state, context)
    ordered = sort_rows(found, state.sort, usual_order)
    return CampaignReport(context, tuple(ordered), total_row(found, context))


def campaign_rows(session: Session, state: ReportState, context: Context) -> list[CampaignRow]:
    """The rows of the report, in no order; two statements."""
    compared = context.before_period is not None
    figures = read_figures(session, state, ("campaign_id",), context.before_period)
    campaigns = {
        c.id: c
        for c in session.scalars(
            select(Campaign).where(Campaign.workspace_id == state.workspace_id)
        )
    }
    ids = {key[1] for key in figures}
    if not state.is_narrowed:
        ids |= {c.id for c in campaigns.values() if _runs(c, state)}
    rows = [
        _row(
            number,
            campaigns.get(number),
            figures.get((NOW, number), Figures()),
            figures.get((BEFORE, number), Figures()) if compared else None,
        )
        for number in ids
    ]
    return [row for row in rows if _is_found(row, state.search)]


def usual_order(row: CampaignRow) -> tuple[bool, int, int, str]:
    """Most net revenue first, then most cost; what is of no campaign last."""
    figures = row.figures
    return (row.campaign_id == 0, -figures.net_revenue_minor, -figures.cost_minor, row.utm_campaign)


def _runs(campaign: Campaign, state: ReportState) -> bool:
    """Whether a campaign with dates runs in the period."""
    if campaign.starts_on is None or campaign.is_discovered:
        return False
    return campaign.starts_on <= state.end and (
        campaign.ends_on is None or campaign.ends_on >= state.start
    )


def _row(
    number: int, campaign: Campaign | None, now: Figures, before: Figures | None
) -> CampaignRow:
    return CampaignRow(
        figures=now,
        before=before,
        campaign_id=number,
        utm_campaign=campaign.utm_campaign if campaign else "",
        name=campaign.name if campaign else "",
        starts_on=campaign.starts_on if campaign else None,
        ends_on=campaign.ends_on if campaign else None,
        budget_minor=campaign.budget_minor if campaign else None,
        is_discovered=bool(campaign and campaign.is_discovered),
    )


def _is_found(row: CampaignRow, search: str) -> bool:
    return search.casefold() in f"{row.name} {row.utm_campaign}".casefold()
