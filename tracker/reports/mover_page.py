"""A page of contributions: of thousands of influencers, only those on it are read in full."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tracker.domain.channels import Kind
from tracker.reports.context import read_context
from tracker.reports.facts import read_figures
from tracker.reports.influencers import influencer_rows
from tracker.reports.movers import MoverReport, Source, channel_sources, mover_report
from tracker.reports.state import ReportState
from tracker.reports.top_people import (
    MANY,
    Nets,
    count_people,
    movers_of_many,
    read_people_nets,
)


def mover_page(session: Session, state: ReportState, page_rows: int) -> MoverReport:
    """The report with the rows of the state's page in full; beyond it, influencers of a workspace
    with many have their change alone, and the whole has no drivers.

    Another order, ROI, or another division is read whole: each needs every figure of every row.
    """
    is_plain = not state.is_narrowed and state.people is None
    is_told_by_net = (state.of, state.by, state.sort) == ("net_revenue", "source", "")
    if not (is_plain and is_told_by_net) or count_people(session, state) < MANY:
        return mover_report(session, state)
    plain = state.changed(search="", agency="", page=state.page)
    context = read_context(session, plain)
    if context.before_period is None:
        return mover_report(session, state)
    by = ("channel_code", "kind_code")
    figures = read_figures(session, plain, by, context.before_period)
    channels = channel_sources(figures, context, Kind.KOL)
    nets = read_people_nets(session, plain, context.before_period)
    shown = _on_page(nets, [abs(_change(row)) for row in channels], state.page, page_rows)
    rows = influencer_rows(session, plain.changed(people=shown), context, with_evidence=False)
    return MoverReport(context, movers_of_many(plain, context, channels, rows, nets))


def _change(row: Source) -> int:
    """Change of net revenue of a source."""
    before = row.before.net_revenue_minor if row.before else 0
    return row.figures.net_revenue_minor - before


def _on_page(nets: Nets, others: list[int], page: int, page_rows: int) -> frozenset[int]:
    """Influencers whose contribution is as large as those on a page; of equal ones all."""
    changes = {i: abs(now - before) for i, (now, before) in nets.items()}
    ordered = sorted([*others, *changes.values()], reverse=True)
    part = ordered[(page - 1) * page_rows : page * page_rows] or ordered[-page_rows:]
    if not part:
        return frozenset()
    return frozenset(i for i, change in changes.items() if part[-1] <= change <= part[0])
