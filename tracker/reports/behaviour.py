"""What people do on the site: how far their visits come, where they begin and where they end.

Two grains: the funnel is part of the daily traffic facts and takes every filter; pages are kept by
slices (`tracker.models.page`), so one filter at a time decides whose visits are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import add
from typing import Any

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from tracker.domain import metrics
from tracker.domain.channels import Channel, Kind
from tracker.models import Influencer, Page, PageDay, Shop
from tracker.models.page import OTHER_PAGES, SLICES
from tracker.reports.context import read_context
from tracker.reports.facts import BEFORE, NOW, channel_code, read_figures
from tracker.reports.figures import Figures
from tracker.reports.rows import Context, Row, total_row
from tracker.reports.sorting import sort_rows
from tracker.reports.state import ReportState

STEPS = ("visits", "product_visits", "cart_visits", "order_visits")
"""Steps of the funnel: fields of `Figures`; each counts the visits that came so far or further."""

PAGE_SUMS = (
    "views", "entries", "exits", "bounces", "entry_page_views", "entry_seconds", "entry_orders",
)  # fmt: skip

ROWS_OF_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class BehaviourRow(Row):
    """Visits of a channel, or of an influencer.

    By channel: influencer_id 0 and name "". By influencer: channel None; influencer_id 0 are visits
    of nobody we know.
    """

    channel: Channel | None = None
    kind: Kind | None = None
    influencer_id: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One step: visits that came so far. share: of all visits; lost: those that came to the step
    before and not further; lost_share: of them. The first step lost nothing (None)."""

    key: str
    visits: int
    share: float | None
    lost: int | None
    lost_share: float | None


def funnel_of(figures: Figures) -> tuple[FunnelStep, ...]:
    """The four steps of some visits, and what each lost."""
    counts = [int(getattr(figures, name)) for name in STEPS]
    steps = []
    for place, (key, visits) in enumerate(zip(STEPS, counts, strict=True)):
        lost = counts[place - 1] - visits if place else None
        steps.append(
            FunnelStep(
                key=key,
                visits=visits,
                share=metrics.share_of(visits, counts[0]),
                lost=lost,
                lost_share=metrics.share_of(lost, counts[place - 1]) if place else None,
            )
        )
    return tuple(steps)


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page of the site; path "": the pages beyond the most seen ones of each day.

    The entry_ figures are of the visits that began on it.
    """

    path: str
    views: int = 0
    entries: int = 0
    exits: int = 0
    bounces: int = 0
    entry_page_views: int = 0
    entry_seconds: int = 0
    entry_orders: int = 0

    @property
    def exit_rate(self) -> float | None:
        """Visits that ended here / views of the page."""
        return metrics.share_of(self.exits, self.views)

    @property
    def bounce_rate(self) -> float | None:
        """Visits that saw this page only and did nothing / visits that began here."""
        return metrics.bounce_rate(self.bounces, self.entries)

    @property
    def pages_per_visit(self) -> float | None:
        """Page views of the visits that began here / these visits."""
        return metrics.ratio(self.entry_page_views, self.entries)

    @property
    def mean_duration_seconds(self) -> float | None:
        """Mean duration of the visits that began here, "at least"."""
        return metrics.mean_duration_seconds(self.entry_seconds, self.entries)

    @property
    def order_rate(self) -> float | None:
        """Visits that began here and in which an order was placed / visits that began here."""
        return metrics.share_of(self.entry_orders, self.entries)


@dataclass(frozen=True, slots=True)
class SitePages:
    """Pages of a period. slice: of whose visits (a name of SLICES). ignored: filters of the state
    that pages cannot follow beside it. rows: of the page asked for."""

    slice: str
    ignored: tuple[str, ...]
    rows: tuple[PageRow, ...]
    n_rows: int
    page: int
    n_pages: int
    total: PageRow
    most: int
    """Views of the page that was seen most, for bars."""


@dataclass(frozen=True, slots=True)
class BehaviourReport:
    """rows: by channel or influencer, as the state's unit says; they add up to `total`."""

    context: Context
    rows: tuple[BehaviourRow, ...]
    total: Row
    funnel: tuple[FunnelStep, ...]
    pages: SitePages


def behaviour_report(session: Session, state: ReportState) -> BehaviourReport:
    """Funnel and pages (three or four statements beside the context's)."""
    context = read_context(session, state)
    rows = behaviour_rows(session, state, context)
    total = total_row(rows, context)
    return BehaviourReport(
        context=context,
        rows=tuple(sort_rows(rows, state.sort, _usual_order)),
        total=total,
        funnel=funnel_of(total.figures),
        pages=site_pages(session, state),
    )


def behaviour_rows(session: Session, state: ReportState, context: Context) -> list[BehaviourRow]:
    """Channels with visits, or influencers with visits, in either period."""
    if state.unit == "influencer":
        return _by_influencer(session, state, context)
    by = ("channel_code", "kind_code")
    figures = read_figures(session, state, by, context.before_period)
    return [
        BehaviourRow(
            figures=figures.get((NOW, channel, kind), Figures()),
            before=_before(figures, context, (channel, kind)),
            channel=Channel.from_code(channel),
            kind=Kind.from_code(kind) if kind else None,
        )
        for channel, kind in _seen(figures)
        if channel
    ]


def _by_influencer(session: Session, state: ReportState, context: Context) -> list[BehaviourRow]:
    mine = state.changed(kind=str(Kind.KOL), channel="")
    figures = read_figures(session, mine, ("influencer_id",), context.before_period)
    seen = _seen(figures)
    names = dict(
        session.execute(
            select(Influencer.id, Influencer.name).where(
                Influencer.workspace_id == state.workspace_id
            )
        ).all()
    )
    return [
        BehaviourRow(
            figures=figures.get((NOW, influencer), Figures()),
            before=_before(figures, context, (influencer,)),
            kind=Kind.KOL,
            influencer_id=influencer,
            name=names.get(influencer, ""),
        )
        for (influencer,) in seen
    ]


def _seen(figures: Mapping[tuple[int, ...], Figures]) -> list[tuple[int, ...]]:
    """Keys with visits in either period: costs and orders alone are no behaviour."""
    return sorted({key[1:] for key, row in figures.items() if row.visits})


def _before(
    figures: Mapping[tuple[int, ...], Figures], context: Context, key: tuple[int, ...]
) -> Figures | None:
    return None if context.before_period is None else figures.get((BEFORE, *key), Figures())


def _usual_order(row: BehaviourRow) -> tuple[int, str, int]:
    return (-row.figures.visits, str(row.channel), row.influencer_id)


# --- pages ----------------------------------------------------------------------------------------


def slice_of(state: ReportState) -> tuple[str, tuple[int, ...] | None, tuple[str, ...]]:
    """Whose visits pages are counted of: the narrowest filter decides.

    Returns:
        (name of SLICES, ids, filters of the state that are left out beside it); ids None: any of
        the state's `people`.
    """
    given = [name for name in ("influencer_id", "campaign_id", "channel", "kind")
             if getattr(state, name)]  # fmt: skip
    # a channel's kind says nothing more, but for the few channels that count under two
    left_out = tuple(name for name in given[1:])
    if not given:
        return ("all", (0,), ()) if state.people is None else ("influencer", None, ())
    first = given[0]
    if first == "influencer_id":
        is_hidden = state.people is not None and state.influencer_id not in state.people
        return "influencer", () if is_hidden else (state.influencer_id,), left_out
    if state.people is not None:  # nothing of anybody else may be read
        return "influencer", None, tuple(given)
    if first == "campaign_id":
        return "campaign", (state.campaign_id,), left_out
    if first == "channel":
        return "channel", (channel_code(state.channel),), left_out
    return "kind", (Kind(state.kind).code,), left_out


def site_pages(session: Session, state: ReportState) -> SitePages:
    """A page of the pages of the period, most seen first or as sorted."""
    name, _, ignored = slice_of(state)
    rows = page_rows(session, state)
    n_pages = max(1, -(-len(rows) // ROWS_OF_A_PAGE))
    page = min(state.page, n_pages)
    return SitePages(
        slice=name,
        ignored=ignored,
        rows=tuple(rows[(page - 1) * ROWS_OF_A_PAGE : page * ROWS_OF_A_PAGE]),
        n_rows=len(rows),
        page=page,
        n_pages=n_pages,
        total=_page_total(rows),
        most=max((row.views for row in rows if row.path), default=0),
    )


def page_rows(session: Session, state: ReportState) -> list[PageRow]:
    """All pages of the period, the rest last."""
    name, ids, _ = slice_of(state)
    shops = select(Shop.id).where(Shop.workspace_id == state.workspace_id)
    if state.shop_ids:
        shops = shops.where(Shop.id.in_(state.shop_ids))
    wanted = tuple(sorted(state.people or ())) if ids is None else ids
    path = func.coalesce(Page.path, "")
    statement = (
        select(path, *(cast(func.sum(getattr(PageDay, name)), BigInteger) for name in PAGE_SUMS))
        .outerjoin(Page, Page.id == PageDay.page_id)
        .where(
            PageDay.shop_id.in_(shops),
            PageDay.slice_code == SLICES[name],
            PageDay.slice_id.in_(wanted),
            PageDay.day.between(state.start, state.end),
        )
        .group_by(path)
    )
    if state.search:
        statement = statement.where(
            PageDay.page_id != OTHER_PAGES, Page.path.icontains(state.search, autoescape=True)
        )
    found: Iterable[Any] = session.execute(statement)
    rows = [PageRow(*row) for row in found]
    return sort_rows(rows, state.sort, lambda row: (row.path == "", -row.views, row.path))


def _page_total(rows: list[PageRow]) -> PageRow:
    sums = [0] * len(PAGE_SUMS)
    for row in rows:
        sums = list(map(add, sums, (getattr(row, name) for name in PAGE_SUMS)))
    return PageRow("", **dict(zip(PAGE_SUMS, sums, strict=True)))
