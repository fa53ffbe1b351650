"""Numbers that were observed: the newest of each, and the last of each day. No row is no reading,
never 0."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.periods import Period, period_bounds
from tracker.models import MetricPoint
from tracker.models.base import from_micros

MOST_SUBJECTS = 500
"""Subjects of one question."""


@dataclass(frozen=True, slots=True)
class Count:
    """A number as it was read: true value in [low, high), high None: no upper bound."""

    value: int
    low: int
    high: int | None
    raw: str
    precision: str
    taken_at: datetime
    source: str

    @property
    def mark(self) -> str:
        """How it must be read: "≥" at least, "≈" rounded or a range, "" exact."""
        return {"at_least": "≥", "rounded": "≈", "range": "≈"}.get(self.precision, "")


Latest = dict[int, dict[str, Count]]
"""Subject -> metric -> newest number."""

Daily = dict[int, dict[str, dict[date, Count]]]
"""Subject -> metric -> day -> last number of the day."""

_FIELDS = ("value", "low", "high", "raw", "precision", "taken_at", "source")


def latest_points(session: Session, kind: str, ids: Iterable[int]) -> Latest:
    """The newest number of every metric of some subjects of a kind (account, post, listing)."""
    found: Latest = defaultdict(dict)
    newer = aliased(MetricPoint)
    newest = (
        select(func.max(newer.taken_at))
        .where(
            newer.subject_kind == MetricPoint.subject_kind,
            newer.subject_id == MetricPoint.subject_id,
            newer.metric == MetricPoint.metric,
        )
        .correlate(MetricPoint)
        .scalar_subquery()
    )
    for some in _chunks(ids):
        statement = select(MetricPoint.subject_id, MetricPoint.metric, *_columns()).where(
            MetricPoint.subject_kind == kind,
            MetricPoint.subject_id.in_(some),
            MetricPoint.taken_at == newest,
        )
        for row in session.execute(statement):
            found[row.subject_id][row.metric] = _count(row)
    return found


def daily_points(
    session: Session,
    kind: str,
    ids: Iterable[int],
    metrics: Sequence[str],
    period: Period,
    zone: ZoneInfo,
) -> Daily:
    """The last number of each day of a period, where there was one."""
    found: Daily = defaultdict(lambda: defaultdict(dict))
    first, until = period_bounds(period, zone)
    for some in _chunks(ids):
        statement = (
            select(MetricPoint.subject_id, MetricPoint.metric, *_columns())
            .where(
                MetricPoint.subject_kind == kind,
                MetricPoint.subject_id.in_(some),
                MetricPoint.metric.in_(metrics),
                MetricPoint.taken_at >= from_micros(first),
                MetricPoint.taken_at < from_micros(until),
            )
            .order_by(MetricPoint.taken_at)
        )
        for row in session.execute(statement):
            day = row.taken_at.astimezone(zone).date()
            found[row.subject_id][row.metric][day] = _count(row)
    return found


def _columns() -> list[Any]:
    return [getattr(MetricPoint, name) for name in _FIELDS]


def _count(row: Row[Any]) -> Count:
    return Count(*(getattr(row, name) for name in _FIELDS))


def _chunks(ids: Iterable[int]) -> list[list[int]]:
    wanted = sorted(set(ids))
    return [wanted[i : i + MOST_SUBJECTS] for i in range(0, len(wanted), MOST_SUBJECTS)]
