"""The first influencers of many, and what moved most, without reading thousands in full.

One statement sums the net revenue of every influencer in both periods; in full are read only those
that are shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import BigInteger, Select, cast, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from tracker.domain.channels import Kind
from tracker.domain.periods import Period
from tracker.models import CreditDay, Influencer, Shop
from tracker.reports.facts import BEFORE, NOW
from tracker.reports.figures import Figures
from tracker.reports.influencers import influencer_rows, usual_order
from tracker.reports.leaks import Leak
from tracker.reports.movers import Movers, Source, find_movers, light_mover, sources_of_people
from tracker.reports.rows import Context, InfluencerRow
from tracker.reports.state import ReportState

MANY = 300
"""From so many influencers on only those that are shown are read in full."""

Nets = Mapping[int, tuple[int, int]]
"""Influencer -> net revenue of the period and of the one compared with."""


@dataclass(frozen=True, slots=True)
class TopPeople:
    """first: the first influencers, most net revenue first; n: how many there are (with a filter:
    who sold something under it)."""

    first: tuple[InfluencerRow, ...]
    n: int
    movers: Movers


def count_people(session: Session, state: ReportState) -> int:
    """Influencers of the workspace."""
    query = select(func.count()).where(Influencer.workspace_id == state.workspace_id)
    return session.scalar(query) or 0


def top_people(
    session: Session,
    state: ReportState,
    context: Context,
    leaks: Sequence[Leak],
    channels: Sequence[Source],
    top: int,
) -> TopPeople | None:
    """The first `top` influencers and movers of a workspace with many; None: too few sold anything
    for the order to be clear, so that all have to be read.

    channels: sources that are no influencers, which together with them are all that is asked for.
    """
    nets = read_people_nets(session, state, context.before_period)
    ordered = sorted(nets, key=lambda i: (-nets[i][0], i))[:top]
    if len(ordered) < top or nets[ordered[-1]][0] <= 0:
        return None
    moved = sorted(nets, key=lambda i: (-abs(nets[i][0] - nets[i][1]), i))[:top]
    shown = frozenset({*ordered, *moved})
    rows = influencer_rows(session, state.changed(people=shown), context, leaks)
    first = sorted((row for row in rows if row.influencer_id in ordered), key=usual_order)
    n = sum(1 for i in nets if i) if state.is_narrowed else count_people(session, state)
    return TopPeople(tuple(first), n, movers_of_many(state, context, channels, rows, nets))


def read_people_nets(session: Session, state: ReportState, before: Period | None) -> Nets:
    """Net revenue by influencer under kind KOL; one statement that sums one column."""
    table = CreditDay
    day = table.ordered_on if state.basis == "ordered" else table.booked_on
    shops = select(Shop.id).where(Shop.workspace_id == state.workspace_id)
    if state.shop_ids:
        shops = shops.where(Shop.id.in_(state.shop_ids))
    where = [
        table.policy_id == state.policy_id,
        table.model_code == state.model_code,
        table.kind_code == Kind.KOL.code,
        table.shop_id.in_(shops),
    ]
    if state.campaign_id:
        where.append(table.campaign_id == state.campaign_id)
    net = cast(func.sum(table.net_revenue_minor), BigInteger)
    parts: list[Select[Any]] = []
    # one range of days each: a sum with a condition on the day costs three times as much
    for slot, period in ((NOW, state.period), (BEFORE, before)):
        if period is not None:
            columns: list[Any] = [literal_column(str(slot)), table.influencer_id, net]
            days = day.between(period.start, period.end)
            parts.append(select(*columns).where(*where, days).group_by(table.influencer_id))
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for slot, influencer_id, amount in session.execute(union_all(*parts)):
        found[influencer_id][slot] = amount
    return {influencer_id: (nets[0], nets[1]) for influencer_id, nets in found.items()}


def movers_of_many(
    state: ReportState,
    context: Context,
    channels: Sequence[Source],
    rows: Sequence[InfluencerRow],
    nets: Nets,
) -> Movers:
    """Movers as if all had been read: the largest in full, the others with their change alone."""
    known = {row.influencer_id for row in rows}
    found = find_movers([*channels, *sources_of_people(rows)], state, context)
    if found.whole is None:
        return found
    others = [
        light_mover(i, now - before)
        for i, (now, before) in nets.items()
        if i not in known and now != before
    ]
    everything = sorted([*found.rows, *others], key=lambda mover: -abs(mover.change))
    net = sum(now for i, (now, _before) in nets.items() if i not in known)
    figures = found.whole.source.figures + Figures(net_revenue_minor=net)
    whole = replace(
        found.whole,
        source=replace(found.whole.source, figures=figures),
        change=sum(mover.change for mover in everything),
        drivers={},
        main="",
    )
    return replace(found, rows=tuple(everything), whole=whole)
