"""What moved a figure most between the period and the one it is compared with, and through what.

Every row's contribution is shared among drivers (`tracker.domain.contributions`); rows add up to
the change of the whole, so nothing hides behind the rows shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from tracker.domain.channels import Channel, Kind
from tracker.domain.contributions import (
    DRIVERS,
    Side,
    main_driver,
    revenue_drivers,
    roi_drivers,
    roi_scale,
)
from tracker.reports.campaigns import campaign_rows
from tracker.reports.context import read_context
from tracker.reports.facts import BEFORE, NOW, Key, read_figures
from tracker.reports.figures import Figures, total
from tracker.reports.influencers import influencer_rows
from tracker.reports.rows import Context, InfluencerRow, Row
from tracker.reports.sorting import sort_rows
from tracker.reports.state import ReportState

TOP = 6
"""Rows shown on the first page."""


@dataclass(frozen=True, slots=True)
class Source(Row):
    """What is asked whether it moved. Exactly one of: an influencer (influencer_id), a campaign
    (campaign_id), a channel under one kind; channel None: unattributed; is_rest: whatever the other
    rows are not about."""

    by: str
    channel: Channel | None = None
    kind: Kind | None = None
    influencer_id: int = 0
    campaign_id: int = 0
    name: str = ""
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class Mover:
    """A source with its contribution. change: minor units of net revenue, or share of ROI (0.05 =
    5 points). drivers: DRIVERS -> their part of it, zeros left out. main: the driver that explains
    most of it; "": none."""

    source: Source
    change: float
    drivers: Mapping[str, float] = field(default_factory=dict)
    main: str = ""

    @property
    def told(self) -> tuple[tuple[str, float], ...]:
        """Up to two drivers that say why, the larger first."""
        ordered = sorted(self.drivers.items(), key=lambda pair: -abs(pair[1]))
        return tuple(ordered[:2])


@dataclass(frozen=True, slots=True)
class Movers:
    """rows: what moved, largest contribution first. whole: the change itself, which the rows add up
    to; its drivers are the sums of theirs. None of it (is_known False): nothing is compared, or ROI
    cannot be said because one of the periods has no cost. is_before_goods_cost: ROI leaves goods
    costs out in both periods, because some are unknown."""

    of: str
    by: str
    rows: tuple[Mover, ...]
    whole: Mover | None
    is_before_goods_cost: bool = False

    @property
    def is_known(self) -> bool:
        """Whether there is a change to speak of."""
        return self.whole is not None

    @property
    def most(self) -> float:
        """The largest contribution, for bars."""
        return max((abs(row.change) for row in self.rows), default=0.0)

    @property
    def rest(self) -> float:
        """What the rows beyond TOP contribute together."""
        return sum(row.change for row in self.rows[TOP:])

    @property
    def shown_drivers(self) -> tuple[str, ...]:
        """Drivers that any row has, in their order."""
        found = {name for row in self.rows for name in row.drivers}
        return tuple(name for name in DRIVERS if name in found)


@dataclass(frozen=True, slots=True)
class MoverReport:
    """The page: what a report says beside its figures, and the movers."""

    context: Context
    movers: Movers


def mover_report(session: Session, state: ReportState) -> MoverReport:
    """What moved the state's `of` (net_revenue, roi), by its `by` (source, channel, influencer,
    campaign). At most three statements beside the context's."""
    context = read_context(session, state)
    found = find_movers(_sources(session, state, context), state, context)
    if state.sort:
        ordered = sort_rows(found.rows, state.sort, lambda row: -abs(row.change), _value)
        found = replace(found, rows=tuple(ordered))
    return MoverReport(context, found)


def _value(row: Mover, key: str) -> object:
    """What a column is sorted by: the change, a driver's part, or the figure of a period."""
    if key in DRIVERS:
        return row.drivers.get(key, 0)
    if key == "change":
        return row.change
    if key in ("net_revenue_minor", "cost_minor", "roi"):
        return getattr(row.source.figures, key)
    return row.source.name or str(row.source.channel or "") if key == "name" else None


def _sources(session: Session, state: ReportState, context: Context) -> list[Source]:
    plain = state.changed(search="", sort="", agency="")
    if state.by == "campaign":
        return [
            Source(
                figures=row.figures, before=row.before, by="campaign", is_rest=not row.campaign_id,
                campaign_id=row.campaign_id, name=row.name or row.utm_campaign,
            )
            for row in campaign_rows(session, plain, context)
        ]  # fmt: skip
    by = ("channel_code", "kind_code")
    channels = read_figures(session, plain, by, context.before_period)
    if state.by == "channel":
        return channel_sources(channels, context)
    people = influencer_rows(session, plain, context, with_evidence=False)
    if state.by == "influencer":
        return people_sources(channels, people, context)
    return all_sources(channels, people, context)


def channel_sources(
    figures: Mapping[Key, Figures], context: Context, without: Kind | None = None
) -> list[Source]:
    """Channels from (slot, channel code, kind code) -> sums; without: a kind to leave out."""
    parts: dict[tuple[int, int], dict[int, Figures]] = defaultdict(dict)
    for (slot, code, kind), row in figures.items():
        if without is None or kind != without.code:
            # visits of no kind are internal returns, not what orders came from
            parts[code, kind][slot] = row if kind else replace(row, visits=0)
    return [
        Source(
            figures=found.get(NOW, Figures()),
            before=found.get(BEFORE, Figures()) if context.before_period else None,
            by="channel",
            channel=Channel.from_code(code) if code else None,
            kind=Kind.from_code(kind) if kind else None,
        )
        for (code, kind), found in parts.items()
    ]


def all_sources(
    figures: Mapping[Key, Figures], people: Sequence[InfluencerRow], context: Context
) -> list[Source]:
    """Channels of natural and paid traffic, and influencers: every order and cost is in one."""
    return [*channel_sources(figures, context, Kind.KOL), *sources_of_people(people)]


def people_sources(
    figures: Mapping[Key, Figures], people: Sequence[InfluencerRow], context: Context
) -> list[Source]:
    """Influencers, and one row for all that no influencer is behind."""
    others = channel_sources(figures, context, Kind.KOL)
    rest = Source(
        figures=total(row.figures for row in others),
        before=total(row.before for row in others if row.before) if context.before_period else None,
        by="influencer",
        is_rest=True,
    )
    return [*sources_of_people(people), rest]


def sources_of_people(people: Sequence[InfluencerRow]) -> list[Source]:
    """Influencers as sources; those without anything in either period are left out."""
    return [
        Source(
            figures=row.figures, before=row.before, by="influencer", kind=Kind.KOL,
            channel=Channel.KOL, influencer_id=row.influencer_id, name=row.name,
        )
        for row in people
        if not row.figures.is_empty or (row.before is not None and not row.before.is_empty)
    ]  # fmt: skip


def light_mover(influencer_id: int, change: float) -> Mover:
    """The contribution of an influencer of whom nothing else was read."""
    source = Source(
        figures=Figures(), before=None, by="influencer", kind=Kind.KOL, channel=Channel.KOL,
        influencer_id=influencer_id,
    )  # fmt: skip
    return Mover(source, change)


def find_movers(sources: Iterable[Source], state: ReportState, context: Context) -> Movers:
    """Contributions of sources that together are all that the state asks for."""
    rows = list(sources)
    if context.before_period is None:
        return Movers(state.of, state.by, (), None)
    if state.of == "roi":
        return _of_roi(rows, state)
    moved = []
    for row in rows:
        drivers = revenue_drivers(_side(row.before), _side(row.figures))
        if drivers:
            moved.append(_mover(row, sum(drivers.values()), drivers))
    return _sorted(state, moved, rows)


def _of_roi(rows: Sequence[Source], state: ReportState) -> Movers:
    is_before = any(
        figures is not None and figures.is_roi_before_goods_cost
        for row in rows
        for figures in (row.figures, row.before)
    )
    sides = [(_side(row.before, is_before), _side(row.figures, is_before)) for row in rows]
    before, now = (sum((pair[i] for pair in sides), Side()) for i in (0, 1))
    scale = roi_scale(before, now)
    if scale is None:
        return Movers(state.of, state.by, (), None, is_before)
    moved = []
    for row, pair in zip(rows, sides, strict=True):
        drivers = roi_drivers(*pair, scale)
        if drivers:
            moved.append(_mover(row, sum(drivers.values()), drivers))
    return replace(_sorted(state, moved, rows), is_before_goods_cost=is_before)


def _mover(row: Source, change: float, drivers: Mapping[str, float]) -> Mover:
    return Mover(row, change, drivers, main_driver(drivers, change))


def _sorted(state: ReportState, moved: list[Mover], rows: Sequence[Source]) -> Movers:
    moved.sort(key=lambda m: (-abs(m.change), m.source.name, str(m.source.channel)))
    drivers: dict[str, float] = defaultdict(float)
    for mover in moved:
        for name, part in mover.drivers.items():
            drivers[name] += part
    everything = Source(
        figures=total(row.figures for row in rows),
        before=total(row.before for row in rows if row.before is not None),
        by=state.by,
    )
    whole = _mover(everything, sum(mover.change for mover in moved), dict(drivers))
    return Movers(state.of, state.by, tuple(moved), whole)


def _side(figures: Figures | None, without_goods: bool = False) -> Side:
    """What contributions are computed from."""
    found = figures or Figures()
    return Side(
        visits=found.visits,
        orders_micro=found.orders_micro,
        net_minor=found.net_revenue_minor,
        refund_minor=found.refund_minor,
        goods_minor=0 if without_goods else found.goods_cost_minor,
        cost_minor=found.cost_minor,
    )
