"""Places of our own listings on pages of results, by keyword. No point is no place, never 0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.keywords import keyword_of
from tracker.domain.periods import period_bounds
from tracker.i18n import mark
from tracker.models import CrawlFetch, CrawlTarget, MetricPoint
from tracker.models.base import from_micros
from tracker.observed import NOT_AMONG, RANK_PREFIX, RANKING, FetchStatus
from tracker.reports.columns import Column, TableSpec, at
from tracker.reports.points import latest_points
from tracker.reports.state import ReportState


@dataclass(frozen=True, slots=True)
class RankRow:
    """One keyword of a listing.

    place: as last read; None: never read, or the last reading did not find it. n_listed: then the
    number of products that it is not among; None: it was found, or nothing was read. before: the
    last other place within the period; best: the smallest of the period. read_at: the last good
    reading. target: how it is watched; None: it no longer is.
    """

    keyword: str
    place: int | None
    n_listed: int | None
    before: int | None
    best: int | None
    read_at: datetime | None
    target: CrawlTarget | None


@dataclass(frozen=True, slots=True)
class RankPoint:
    """A place that was read."""

    keyword: str
    taken_at: datetime
    place: int
    source: str


def ranks(session: Session, state: ReportState, listing_id: int) -> list[RankRow]:
    """A row for each keyword that is watched, or was read in the period or last, by name."""
    latest = latest_points(session, "listing", [listing_id]).get(listing_id, {})
    newest = {
        name.removeprefix(RANK_PREFIX): count
        for name, count in latest.items()
        if name.startswith(RANK_PREFIX)
    }
    targets = _targets(session, state.workspace_id, listing_id)
    places: dict[str, list[int]] = {}
    for point in rank_history(session, state, listing_id):
        places.setdefault(point.keyword, []).append(point.place)
    rows = []
    for keyword in sorted(newest.keys() | targets.keys()):
        target, point_now = targets.get(keyword), newest.get(keyword)
        fetch = _last_good(session, target)
        n_listed = _not_among(fetch)
        place = None if point_now is None or n_listed is not None else point_now.value
        seen = places.get(keyword, [])
        others = [one for one in seen if one != place]
        read_at = fetch.at if fetch is not None else None
        if read_at is None and point_now is not None:
            read_at = point_now.taken_at
        rows.append(
            RankRow(
                keyword=keyword,
                place=place,
                n_listed=n_listed,
                before=others[-1] if others else None,
                best=min(seen, default=None),
                read_at=read_at,
                target=target,
            )
        )
    return rows


def rank_history(session: Session, state: ReportState, listing_id: int) -> Iterator[RankPoint]:
    """Every place of the period that was stored, oldest first."""
    first, until = period_bounds(state.period, ZoneInfo(state.time_zone))
    rows = session.execute(
        select(MetricPoint.metric, MetricPoint.taken_at, MetricPoint.value, MetricPoint.source)
        .where(
            MetricPoint.workspace_id == state.workspace_id,
            MetricPoint.subject_kind == "listing",
            MetricPoint.subject_id == listing_id,
            MetricPoint.metric.startswith(RANK_PREFIX),
            MetricPoint.taken_at >= from_micros(first),
            MetricPoint.taken_at < from_micros(until),
        )
        .order_by(MetricPoint.taken_at, MetricPoint.metric)
    )
    for metric, taken_at, value, source in rows:
        yield RankPoint(metric.removeprefix(RANK_PREFIX), taken_at, value, source)


def _targets(session: Session, workspace_id: int, listing_id: int) -> dict[str, CrawlTarget]:
    found = session.scalars(
        select(CrawlTarget).where(
            CrawlTarget.workspace_id == workspace_id,
            CrawlTarget.listing_id == listing_id,
            CrawlTarget.source == RANKING,
        )
    )
    return {keyword_of(target.url): target for target in found}


def _last_good(session: Session, target: CrawlTarget | None) -> CrawlFetch | None:
    """The last fetch that was read; walls since then say nothing of the place."""
    if target is None:
        return None
    return session.scalar(
        select(CrawlFetch)
        .where(CrawlFetch.target_id == target.id, CrawlFetch.status == FetchStatus.OK.value)
        .order_by(CrawlFetch.at.desc())
        .limit(1)
    )


def _not_among(fetch: CrawlFetch | None) -> int | None:
    """Among how many a good reading did not find the listing; None: it did, or there is none."""
    said = fetch.detail if fetch is not None else ""
    count = said.removeprefix(NOT_AMONG)
    return int(count) if said.startswith(NOT_AMONG) and count.isdecimal() else None


RANKS = TableSpec(
    "listing_ranks",
    (
        Column("taken_at", mark("Read at"), "instant", at("taken_at")),
        Column("keyword", mark("Keyword"), "text", at("keyword")),
        Column("place", mark("Place"), "count", at("place")),
        Column("source", mark("Source"), "text", at("source")),
    ),
    lambda _session, _state: (),
)
"""Its rows are those of `rank_history`."""
