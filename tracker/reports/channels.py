"""Channels side by side: what each brought, what it cost, and what its platforms claim."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from tracker.domain.channels import Channel, Kind, kind_of
from tracker.domain.money import MoneyError, convert
from tracker.models import CostDay, Spend
from tracker.reports.context import read_context
from tracker.reports.facts import BEFORE, NOW, channel_code, read_figures
from tracker.reports.figures import Figures
from tracker.reports.rows import ChannelReport, ChannelRow, total_row
from tracker.reports.sorting import sort_rows
from tracker.reports.state import ReportState


@dataclass(frozen=True, slots=True)
class _Claim:
    """What platforms say, in the base currency."""

    gmv_minor: int
    spend_minor: int
    orders: int | None


def channel_report(session: Session, state: ReportState) -> ChannelReport:
    """All channels with something in the period or in the compared one.

    A channel that counts under two kinds (affiliate, audio) has a row for each. The rows add up to
    the total, which is the overview's under the same state.
    """
    context = read_context(session, state)
    by = ("channel_code", "kind_code")
    figures = read_figures(session, state, by, context.before_period)
    moved = _moved_spend(session, state)
    claims = _platform_claims(session, state)
    keys = {(code, kind) for _slot, code, kind in figures} | {
        (code, _media_kind(code)) for code in {*moved, *claims}
    }
    compared = context.before_period is not None
    rows = [
        _row(
            figures.get((NOW, code, kind), Figures()),
            figures.get((BEFORE, code, kind), Figures()) if compared else None,
            code,
            kind,
            moved,
            claims,
        )
        for code, kind in sorted(keys)
    ]
    ordered = sort_rows(rows, state.sort, usual_order)
    return ChannelReport(context, tuple(ordered), total_row(rows, context))


def _row(
    now: Figures,
    before: Figures | None,
    code: int,
    kind_code: int,
    moved: Mapping[int, int],
    claims: Mapping[int, _Claim],
) -> ChannelRow:
    is_media = kind_code == _media_kind(code)  # the row that the channel's spend is in
    claim = claims.get(code) if is_media else None
    return ChannelRow(
        figures=now,
        before=before,
        channel=Channel.from_code(code) if code else None,
        kind=Kind.from_code(kind_code) if kind_code else None,
        moved_spend_minor=moved.get(code, 0) if is_media else 0,
        platform_gmv_minor=claim.gmv_minor if claim else None,
        platform_spend_minor=claim.spend_minor if claim else None,
        platform_orders=claim.orders if claim else None,
    )


def usual_order(row: ChannelRow) -> tuple[bool, int, str]:
    """Most net revenue first; unattributed last whatever it has."""
    return (row.channel is None, -row.figures.net_revenue_minor, str(row.channel))


def _moved_spend(session: Session, state: ReportState) -> dict[int, int]:
    """Spend mapped to influencers, by the channel of the media that it left."""
    statement = (
        select(CostDay.media_channel_code, cast(func.sum(CostDay.spend_minor), BigInteger))
        .where(
            CostDay.workspace_id == state.workspace_id,
            CostDay.day.between(state.start, state.end),
            CostDay.media_channel_code > 0,
        )
        .group_by(CostDay.media_channel_code)
    )
    if state.shop_ids:
        statement = statement.where(CostDay.shop_id.in_(state.shop_ids))
    if state.campaign_id:
        statement = statement.where(CostDay.campaign_id == state.campaign_id)
    if state.influencer_id:
        statement = statement.where(CostDay.influencer_id == state.influencer_id)
    return {
        int(code): int(spend)
        for code, spend in session.execute(statement)
        if _is_asked(int(code), state)
    }


def _media_kind(code: int) -> int:
    """Code of the kind that spend on a channel has when no influencer is behind it."""
    if not code:
        return 0
    kind = kind_of(Channel.from_code(code), has_influencer=False, has_paid_medium=True)
    return kind.code if kind else 0


def _is_asked(code: int, state: ReportState) -> bool:
    if state.kind and Kind(state.kind).code != _media_kind(code):
        return False
    return not state.channel or channel_code(state.channel) == code


def _platform_claims(session: Session, state: ReportState) -> dict[int, _Claim]:
    """GMV, spend and orders of spend rows in which a platform names its GMV, by channel."""
    gmv, orders, amount = Spend.platform_gmv_minor, Spend.platform_orders, Spend.amount_minor
    statement = (
        select(
            Spend.channel_code,
            Spend.currency,
            Spend.fx_e8,
            cast(func.sum(gmv), BigInteger),
            cast(func.sum(amount), BigInteger),
            cast(func.sum(orders), BigInteger),
        )
        .where(
            Spend.workspace_id == state.workspace_id,
            Spend.spent_on.between(state.start, state.end),
            Spend.is_detail.is_(False),
            gmv.is_not(None),
        )
        .group_by(Spend.channel_code, Spend.currency, Spend.fx_e8)
    )
    if state.shop_ids:
        statement = statement.where(Spend.shop_id.in_(state.shop_ids))
    if state.campaign_id:
        statement = statement.where(Spend.campaign_id == state.campaign_id)
    if state.influencer_id:
        statement = statement.where(Spend.influencer_id == state.influencer_id)
    parts: dict[int, list[_Claim]] = defaultdict(list)
    for code, currency, rate, gmv_sum, spend_sum, order_sum in session.execute(statement):
        if not _is_asked(int(code), state):
            continue
        try:
            gmv_base, spend_base = (
                convert(int(minor), currency, state.base_currency, rate)
                for minor in (gmv_sum, spend_sum)
            )
        except MoneyError:  # a platform's claim without a rate is left out, like any unknown
            continue
        parts[int(code)].append(_Claim(gmv_base, spend_base, order_sum))
    return {code: _added(claims) for code, claims in parts.items()}


def _added(claims: Sequence[_Claim]) -> _Claim:
    orders = [claim.orders for claim in claims if claim.orders is not None]
    return _Claim(
        sum(claim.gmv_minor for claim in claims),
        sum(claim.spend_minor for claim in claims),
        sum(orders) if orders else None,
    )
