"""One page of a list of thousands of influencers: their order from one sum, and in full only those
that the page shows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.domain.channels import Kind
from tracker.reports.context import read_context
from tracker.reports.facts import BEFORE, NOW, read_figures
from tracker.reports.figures import Figures
from tracker.reports.influencer_list import EXTRAS, with_extras
from tracker.reports.influencers import influencer_rows, usual_order
from tracker.reports.leaks import find_leaks
from tracker.reports.rows import InfluencerReport, Row
from tracker.reports.state import ReportState
from tracker.reports.top_people import MANY, Nets, count_people, read_people_nets

BY_NET = ("", "-net_revenue_minor")
"""Orders that one sum tells: the usual one, and the column of net revenue falling."""


@dataclass(frozen=True, slots=True)
class InfluencerSlice:
    """A page of the report: `report.rows` are the page's, `report.total` is of all `n`. most: the
    largest net revenue of all."""

    report: InfluencerReport
    n: int
    most: int


def influencer_slice(
    session: Session, state: ReportState, page_rows: int
) -> InfluencerSlice | None:
    """The state's page of all influencers, in the order of net revenue; None where another order or
    a filter is asked for, there are few, or this page reaches those who sold nothing: then all of
    them have to be read."""
    is_plain = not (state.is_narrowed or state.search or state.agency or state.people is not None)
    if state.sort not in BY_NET or not is_plain:
        return None
    n = count_people(session, state)
    if n < MANY:
        return None
    context = read_context(session, state)
    nets = read_people_nets(session, state, None)
    ids = _page(nets, (state.page - 1) * page_rows, page_rows)
    if ids is None:
        return None
    shown = state.changed(people=frozenset(ids))
    rows = influencer_rows(session, shown, context, find_leaks(session, state))
    wanted = {key for key in EXTRAS if key in state.columns}
    if wanted:
        rows = with_extras(session, shown, rows, wanted)
    whole = read_figures(session, state.changed(kind=str(Kind.KOL)), (), context.before_period)
    compared = context.before_period is not None
    report = InfluencerReport(
        context=context,
        rows=tuple(sorted(rows, key=usual_order)),
        total=Row(
            whole.get((NOW,), Figures()), whole.get((BEFORE,), Figures()) if compared else None
        ),
    )
    most = max(now for now, _before in nets.values())
    return InfluencerSlice(report, n + (0 in nets), most)


def _page(nets: Nets, start: int, size: int) -> list[int] | None:
    """Ids of a page; None: it holds somebody without revenue, or begins or ends between two of the
    same revenue, whose order more than that decides."""
    ordered = sorted((i for i in nets if nets[i][0] > 0), key=lambda i: -nets[i][0])
    end = start + size
    if len(ordered) <= end:
        return None
    is_cut = any(
        edge > 0 and nets[ordered[edge - 1]][0] == nets[ordered[edge]][0] for edge in (start, end)
    )
    return None if is_cut else ordered[start:end]
