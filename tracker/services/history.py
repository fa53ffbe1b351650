"""What was read last of accounts, posts and listings: what a new reading is held against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from tracker.models import ListingSnapshot, MetricPoint, VariantPoint
from tracker.services.bulk import among

Subject = tuple[str, int]
"""Kind (account, post, listing) and id."""


@dataclass(frozen=True, slots=True)
class Point:
    """A metric as it was stored last."""

    taken_at: datetime
    value: int
    low: int
    high: int | None
    raw: str
    precision: str
    source: str
    parser_version: int


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant as it was stored last."""

    title: str
    price_minor: int | None
    list_price_minor: int | None
    availability: str
    is_removed: bool


def last_points(session: Session, subjects: Iterable[Subject]) -> dict[Subject, dict[str, Point]]:
    """The newest point of each metric of each subject; subjects without any are left out."""
    found: dict[Subject, dict[str, Point]] = {}
    for kind, ids in _by_kind(subjects).items():
        newest = (
            select(
                MetricPoint.subject_id,
                MetricPoint.metric,
                func.max(MetricPoint.taken_at).label("taken_at"),
            )
            .where(MetricPoint.subject_kind == kind, among(session, MetricPoint.subject_id, ids))
            .group_by(MetricPoint.subject_id, MetricPoint.metric)
            .subquery()
        )
        rows = session.execute(
            select(
                MetricPoint.subject_id,
                MetricPoint.metric,
                MetricPoint.taken_at,
                MetricPoint.value,
                MetricPoint.low,
                MetricPoint.high,
                MetricPoint.raw,
                MetricPoint.precision,
                MetricPoint.source,
                MetricPoint.parser_version,
            ).join(
                newest,
                and_(
                    MetricPoint.subject_kind == kind,
                    MetricPoint.subject_id == newest.c.subject_id,
                    MetricPoint.metric == newest.c.metric,
                    MetricPoint.taken_at == newest.c.taken_at,
                ),
            )
        )
        for row in rows:
            found.setdefault((kind, row[0]), {})[row[1]] = Point(*tuple(row)[2:])
    return found


def last_snapshots(session: Session, listing_ids: Iterable[int]) -> dict[int, ListingSnapshot]:
    """The newest snapshot of each listing that has one."""
    newest = (
        select(ListingSnapshot.listing_id, func.max(ListingSnapshot.taken_at).label("taken_at"))
        .where(among(session, ListingSnapshot.listing_id, listing_ids))
        .group_by(ListingSnapshot.listing_id)
        .subquery()
    )
    rows = session.scalars(
        select(ListingSnapshot).join(
            newest,
            and_(
                ListingSnapshot.listing_id == newest.c.listing_id,
                ListingSnapshot.taken_at == newest.c.taken_at,
            ),
        )
    )
    return {row.listing_id: row for row in rows}


def last_variants(session: Session, listing_ids: Iterable[int]) -> dict[int, dict[str, Variant]]:
    """The newest state of each variant of each listing."""
    later = aliased(VariantPoint)
    is_newest = ~(
        select(later.id)
        .where(
            later.listing_id == VariantPoint.listing_id,
            later.sku == VariantPoint.sku,
            later.taken_at > VariantPoint.taken_at,
        )
        .exists()
    )
    rows = session.execute(
        select(
            VariantPoint.listing_id,
            VariantPoint.sku,
            VariantPoint.title,
            VariantPoint.price_minor,
            VariantPoint.list_price_minor,
            VariantPoint.availability,
            VariantPoint.is_removed,
        ).where(among(session, VariantPoint.listing_id, listing_ids), is_newest)
    )
    found: dict[int, dict[str, Variant]] = {}
    for row in rows:
        found.setdefault(row[0], {})[row[1]] = Variant(*row[2:])
    return found


def _by_kind(subjects: Iterable[Subject]) -> dict[str, set[int]]:
    kinds: dict[str, set[int]] = {}
    for kind, subject_id in subjects:
        kinds.setdefault(kind, set()).add(subject_id)
    return kinds
