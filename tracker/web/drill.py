"""From a figure to what is behind it, with every filter kept: kind, channel, campaign, influencer,
order. Tables and cards ask here, so that a row leads to the same place wherever it is shown."""

from __future__ import annotations

from typing import Any

from tracker.domain.channels import Channel, Kind
from tracker.reports.movers import Source
from tracker.reports.rows import CampaignRow, ChannelRow, InfluencerRow, KindRow
from tracker.reports.state import UNATTRIBUTED, ReportState
from tracker.web.bar import get_state, state_url

OF_PEOPLE = (str(Channel.KOL), str(Channel.AFFILIATE))
"""Channels behind which influencers stand."""


def filters_of(row: Any) -> dict[str, Any] | None:
    """The changes of the state that leave this row alone; None: no filter says it (what is of no
    campaign, an influencer that nobody knows)."""
    if isinstance(row, KindRow):
        return {"kind": str(row.kind or "")}
    if isinstance(row, InfluencerRow) or getattr(row, "by", "") == "influencer":
        return _of_influencer(row.influencer_id)
    if isinstance(row, CampaignRow) or getattr(row, "by", "") == "campaign":
        return {"campaign_id": row.campaign_id} if row.campaign_id else None
    if isinstance(row, ChannelRow | Source):
        return {"channel": str(row.channel or UNATTRIBUTED), "kind": str(row.kind or "")}
    return {}


def _of_influencer(influencer_id: int) -> dict[str, Any] | None:
    if not influencer_id:
        return None
    return {"influencer_id": influencer_id, "kind": str(Kind.KOL)}


def behind(row: Any, endpoint: str = "orders.index") -> str:
    """The address of the rows behind a figure: orders, or costs (`costs.index`); "": there is none
    that says exactly this. row: a row of a report, or its total."""
    filters = filters_of(row)
    if filters is None:
        return ""
    return state_url(endpoint, _plain().changed(**filters))


def deeper(row: Any) -> str:
    """The address of the next level below a row: what has not been chosen yet, else its orders; "":
    a row that no filter says."""
    filters = filters_of(row)
    if filters is None:
        return ""
    state = _plain().changed(**filters)
    if "influencer_id" in filters:
        return state_url("influencers.show", _plain(), route_influencer_id=filters["influencer_id"])
    return state_url(_below(row, state), state)


def _below(row: Any, state: ReportState) -> str:
    if isinstance(row, KindRow):
        return "channels.index"
    if state.channel == UNATTRIBUTED:
        return "orders.index"
    if isinstance(row, CampaignRow) or getattr(row, "by", "") == "campaign":
        if not state.channel and state.kind != Kind.KOL:
            return "channels.index"
    elif not state.campaign_id:
        return "campaigns.index"
    return "influencers.index" if _is_of_people(state) else "orders.index"


def _is_of_people(state: ReportState) -> bool:
    return state.kind == Kind.KOL or (not state.kind and state.channel in OF_PEOPLE)


def _plain() -> ReportState:
    """The request's state without what belongs to one table: sorting, search, page,
    columns, agency, whom to compare."""
    return get_state().changed(sort="", search="", columns=(), status="", agency="", who=())
