"""A festival against the same one last time, aligned by its days: the first day beside the first.

The period of the state is the festival's; what it is compared with is found by the festival's name
(`ReportState.comparison_period`), so the address says everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.channels import Channel, Kind
from tracker.models import Promotion, PromotionRule
from tracker.reports.context import read_context
from tracker.reports.facts import BEFORE, NOW, Key, read_figures
from tracker.reports.figures import Figures
from tracker.reports.influencers import read_names
from tracker.reports.rows import Context, Row, total_row
from tracker.reports.sorting import sort_rows
from tracker.reports.state import ReportState

MOST_INFLUENCERS = 50
"""Influencers that the page shows; files have all."""


@dataclass(frozen=True, slots=True)
class FestivalDay(Row):
    """A day of the festival, from 1, and the same one last time. before_day None: nothing is
    compared. is_over: the festival was over by then last time (it was shorter)."""

    number: int
    day: date
    before_day: date | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class FestivalRow(Row):
    """A kind, a channel under its kind, or an influencer, this time and last time.

    dimension: kind, channel, influencer. kind and channel None: unattributed. name: of an
    influencer; empty for influencer 0, which is everything without one.
    """

    dimension: str
    kind: Kind | None = None
    channel: Channel | None = None
    influencer_id: int = 0
    name: str = ""

    @property
    def is_silent(self) -> bool:
        """Whether it sold nothing and cost nothing, neither this time nor last time."""
        return not any(
            f.net_revenue_minor or f.orders_micro or f.cost_minor
            for f in (self.figures, self.before)
            if f is not None
        )


@dataclass(frozen=True, slots=True)
class FestivalReport:
    """Both editions side by side. promotion None: there is none in the period; before None: this
    one has no earlier edition. The rows of each list add up to `total`."""

    context: Context
    promotion: Promotion | None
    before: Promotion | None
    rules: tuple[PromotionRule, ...]
    rules_before: tuple[PromotionRule, ...]
    days: tuple[FestivalDay, ...]
    kinds: tuple[FestivalRow, ...]
    channels: tuple[FestivalRow, ...]
    influencers: tuple[FestivalRow, ...]
    total: Row


def festival_state(state: ReportState, promotion: Promotion) -> ReportState:
    """The state of the page about one edition."""
    return state.changed(
        preset="custom", start=promotion.starts_on, end=promotion.ends_on, comparison="festival"
    )


def newest_promotion(promotions: Sequence[Promotion], today: date) -> Promotion | None:
    """The promotion to begin with: the newest that has begun, else the next one."""
    begun = [p for p in promotions if p.starts_on <= today]
    if begun:
        return max(begun, key=lambda p: (p.starts_on, p.id))
    return min(promotions, key=lambda p: (p.starts_on, p.id), default=None)


def all_promotions(session: Session, workspace_id: int) -> list[Promotion]:
    """All promotions of a workspace, newest first."""
    query = select(Promotion).where(Promotion.workspace_id == workspace_id)
    return list(session.scalars(query.order_by(Promotion.starts_on.desc(), Promotion.id.desc())))


def festival_report(session: Session, state: ReportState) -> FestivalReport:
    """The festival of the state's period beside its last edition (four statements more than the
    context's)."""
    state = state.changed(comparison="festival")
    context = read_context(session, state)
    promotions = all_promotions(session, state.workspace_id)
    here, there = _editions(promotions, state)
    rules = _rules(session, [p.id for p in (here, there) if p])
    before = context.before_period
    by_day = read_figures(session, state, ("day",), before)
    by_channel = read_figures(session, state, ("kind_code", "channel_code"), before)
    channels = _channels(by_channel, context)
    return FestivalReport(
        context=context,
        promotion=here,
        before=there,
        rules=tuple(rules.get(here.id, ())) if here else (),
        rules_before=tuple(rules.get(there.id, ())) if there else (),
        days=_days(state, context, by_day, there),
        kinds=tuple(sorted(_kinds(channels, context), key=_usual)),
        channels=tuple(sort_rows(channels, state.sort, _usual)),
        influencers=tuple(_influencers(session, state, context)),
        total=total_row(channels, context),
    )


def festival_days(session: Session, state: ReportState) -> tuple[FestivalDay, ...]:
    """The days alone, for files."""
    return festival_report(session, state).days


def festival_rows(session: Session, state: ReportState) -> tuple[FestivalRow, ...]:
    """Kinds, channels and influencers one below the other, for files."""
    found = festival_report(session, state)
    return (*found.kinds, *found.channels, *found.influencers)


def _editions(
    promotions: Sequence[Promotion], state: ReportState
) -> tuple[Promotion | None, Promotion | None]:
    """The festival with most days in the period, and its last edition before."""

    def days_inside(p: Promotion) -> int:
        return (min(p.ends_on, state.end) - max(p.starts_on, state.start)).days + 1

    inside = [p for p in promotions if days_inside(p) > 0]
    if not inside:
        return None, None
    here = max(inside, key=lambda p: (days_inside(p), p.starts_on))
    earlier = [p for p in promotions
               if p.festival == here.festival and p.starts_on < here.starts_on]  # fmt: skip
    return here, max(earlier, key=lambda p: p.starts_on, default=None)


def _rules(session: Session, ids: Sequence[int]) -> dict[int, list[PromotionRule]]:
    found: dict[int, list[PromotionRule]] = {}
    query = select(PromotionRule).where(PromotionRule.promotion_id.in_(ids))
    order = (PromotionRule.starts_on, PromotionRule.kind, PromotionRule.id)
    for rule in session.scalars(query.order_by(*order)):
        found.setdefault(rule.promotion_id, []).append(rule)
    return found


def _pair(
    figures: Mapping[Key, Figures], key: Key, context: Context
) -> tuple[Figures, Figures | None]:
    before = None if context.before_period is None else figures.get((BEFORE, *key), Figures())
    return figures.get((NOW, *key), Figures()), before


def _days(
    state: ReportState,
    context: Context,
    figures: Mapping[Key, Figures],
    there: Promotion | None,
) -> tuple[FestivalDay, ...]:
    before = context.before_period
    rows = []
    for number, day in enumerate(state.period.days(), 1):
        then = None if before is None else before.start + timedelta(days=number - 1)
        rows.append(
            FestivalDay(
                figures=figures.get((NOW, day), Figures()),
                before=None if then is None else figures.get((BEFORE, then), Figures()),
                number=number,
                day=day,
                before_day=then,
                is_over=bool(there and then and then > there.ends_on),
            )
        )
    return tuple(rows)


def _keys(figures: Mapping[Key, Figures]) -> list[Key]:
    return sorted({key[1:] for key in figures})


def _channels(figures: Mapping[Key, Figures], context: Context) -> list[FestivalRow]:
    rows = []
    for kind, channel in _keys(figures):
        now, before = _pair(figures, (kind, channel), context)
        rows.append(
            FestivalRow(
                figures=now,
                before=before,
                dimension="channel",
                kind=Kind.from_code(kind) if kind else None,
                channel=Channel.from_code(channel) if channel else None,
            )
        )
    return rows


def _kinds(channels: Sequence[FestivalRow], context: Context) -> list[FestivalRow]:
    rows = []
    for kind in (*Kind, None):
        mine = [row for row in channels if row.kind is kind]
        if mine:
            total = total_row(mine, context)
            rows.append(FestivalRow(total.figures, total.before, dimension="kind", kind=kind))
    return rows


def _influencers(session: Session, state: ReportState, context: Context) -> list[FestivalRow]:
    figures = read_figures(session, state, ("influencer_id",), context.before_period)
    names = read_names(session, state)
    rows = []
    for (influencer_id,) in _keys(figures):
        now, before = _pair(figures, (influencer_id,), context)
        rows.append(
            FestivalRow(
                figures=now,
                before=before,
                dimension="influencer",
                kind=Kind.KOL if influencer_id else None,
                influencer_id=influencer_id,
                name=names.get(influencer_id, ""),
            )
        )
    return sorted(rows, key=_usual)


def _usual(row: FestivalRow) -> tuple[bool, int, str, int]:
    is_rest = row.dimension == "influencer" and not row.influencer_id
    return (is_rest, -row.figures.net_revenue_minor, f"{row.kind} {row.channel}", row.influencer_id)
