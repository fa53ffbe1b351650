"""The first page: natural, paid and KOL side by side, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from tracker.domain.channels import Kind
from tracker.reports.context import read_context
from tracker.reports.daily import daily_series, series
from tracker.reports.facts import BEFORE, NOW, Key, read_figures
from tracker.reports.figures import Figures, total
from tracker.reports.influencers import influencer_rows, usual_order
from tracker.reports.leaks import find_leaks
from tracker.reports.movers import Movers, all_sources, find_movers
from tracker.reports.questions import open_questions
from tracker.reports.rows import Context, DailySeries, KindRow, Overview, total_row
from tracker.reports.state import UNATTRIBUTED, ReportState

TOP = 6
"""Influencers shown on the first page."""

_KIND = 2
"""Place of the kind in the keys (slot, day, kind, shop)."""


@dataclass(frozen=True, slots=True)
class FirstPage(Overview):
    """The overview, and what moved net revenue most: channels and influencers."""

    movers: Movers


def overview(session: Session, state: ReportState) -> FirstPage:
    """Everything on the first page, for one state."""
    context = read_context(session, state)
    by = ("day", "kind_code", "shop_id")
    figures = read_figures(session, state, by, context.before_period)
    kinds = {kind: _of_kind(figures, kind.code) for kind in Kind}
    unattributed = {key: _credits_only(row) for key, row in _of_kind(figures, 0).items()}
    shops_without_script = {s.shop_id for s in context.shops if not s.has_script}
    leaks = find_leaks(session, state)
    influencers = influencer_rows(session, state.changed(search=""), context, leaks)
    by_channel = ("channel_code", "kind_code")
    channels = read_figures(session, state, by_channel, context.before_period)
    sources = all_sources(channels, influencers, context)
    return FirstPage(
        context=context,
        total=_card(figures, state, context, None),
        natural=_card(kinds[Kind.NATURAL], state, context, Kind.NATURAL),
        paid=_card(kinds[Kind.PAID], state, context, Kind.PAID),
        kol=_card(kinds[Kind.KOL], state, context, Kind.KOL),
        unattributed=_card(unattributed, state, context, None),
        not_measurable=total(
            row
            for (slot, _day, _kind, shop), row in unattributed.items()
            if slot == NOW and shop in shops_without_script
        ),
        days=_days(figures, state, context),
        influencers=tuple(sorted(influencers, key=usual_order)[:TOP]),
        influencers_total=total_row(influencers, context),
        n_influencers=sum(1 for row in influencers if row.influencer_id),
        questions=open_questions(session, state, context, leaks),
        movers=find_movers(sources, state.changed(of="net_revenue", by="source"), context),
    )


def overview_days(session: Session, state: ReportState) -> DailySeries:
    """The first page's chart alone: days by kind, cost, what is compared."""
    context = read_context(session, state)
    figures = read_figures(session, state, ("day", "kind_code"), context.before_period)
    return _days(figures, state, context)


def _days(figures: Mapping[Key, Figures], state: ReportState, context: Context) -> DailySeries:
    bars = [(str(kind), _of_kind(figures, kind.code)) for kind in Kind]
    return daily_series(figures, state, context, [*bars, (UNATTRIBUTED, _of_kind(figures, 0))])


def _of_kind(figures: Mapping[Key, Figures], code: int) -> dict[Key, Figures]:
    return {key: row for key, row in figures.items() if key[_KIND] == code}


def _credits_only(row: Figures) -> Figures:
    """Without traffic: visits of no kind are internal returns, not visits of unknown origin."""
    return replace(
        row,
        visits=0,
        bounces=0,
        page_views=0,
        duration_seconds=0,
        carts=0,
        clicks=0,
        valid_clicks=0,
    )


def _card(
    figures: Mapping[Key, Figures], state: ReportState, context: Context, kind: Kind | None
) -> KindRow:
    now = total(row for key, row in figures.items() if key[0] == NOW)
    before = total(row for key, row in figures.items() if key[0] == BEFORE)
    return KindRow(
        figures=now,
        before=None if context.before_period is None else before,
        kind=kind,
        daily_net_minor=series(figures, NOW, state.period, "net_revenue_minor"),
    )
