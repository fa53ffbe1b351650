"""The first page: natural, paid and KOL side by side, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from tracker.domain.channels import Kind
from tracker.reports.context import read_context
from tracker.reports.daily import daily_series, series
from tracker.reports.facts import BEFORE, NOW, Key, read_figures
from tracker.reports.figures import Figures, total
from tracker.reports.influencers import influencer_rows, usual_order
from tracker.reports.leaks import Leak, find_leaks
from tracker.reports.movers import Movers, channel_sources, find_movers, sources_of_people
from tracker.reports.questions import open_questions
from tracker.reports.rows import (
    Context,
    DailySeries,
    KindRow,
    Overview,
    Row,
)
from tracker.reports.state import UNATTRIBUTED, ReportState
from tracker.reports.top_people import MANY, TopPeople, count_people, top_people

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
    people = _people(session, state, context, leaks)
    kol = _card(kinds[Kind.KOL], state, context, Kind.KOL)
    return FirstPage(
        context=context,
        total=_card(figures, state, context, None),
        natural=_card(kinds[Kind.NATURAL], state, context, Kind.NATURAL),
        paid=_card(kinds[Kind.PAID], state, context, Kind.PAID),
        kol=kol,
        unattributed=_card(unattributed, state, context, None),
        not_measurable=total(
            row
            for (slot, _day, _kind, shop), row in unattributed.items()
            if slot == NOW and shop in shops_without_script
        ),
        days=_days(figures, state, context),
        influencers=people.first,
        influencers_total=Row(kol.figures, kol.before),
        n_influencers=people.n,
        questions=open_questions(session, state, context, leaks),
        movers=people.movers,
    )


def _people(
    session: Session, state: ReportState, context: Context, leaks: Sequence[Leak]
) -> TopPeople:
    """The first influencers, and what moved most of all channels and influencers."""
    plain = state.changed(search="", agency="", of="net_revenue", by="source")
    by_channel = ("channel_code", "kind_code")
    figures = read_figures(session, plain, by_channel, context.before_period)
    channels = channel_sources(figures, context, Kind.KOL)
    n = count_people(session, plain)
    is_open = plain.people is None and not plain.influencer_id and plain.kind in ("", Kind.KOL)
    if n >= MANY and is_open:
        found = top_people(session, plain, context, leaks, channels, TOP)
        if found is not None:
            return found
    rows = influencer_rows(session, plain, context, leaks)
    first = tuple(sorted(rows, key=usual_order)[:TOP])
    movers = find_movers([*channels, *sources_of_people(rows)], plain, context)
    return TopPeople(first, sum(1 for row in rows if row.influencer_id), movers)


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
