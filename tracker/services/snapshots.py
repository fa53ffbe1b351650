"""History: what was read becomes points and snapshots, when it changed and once a day. Append-only.

One entry for all who read: the crawl, a page that a person saved, a file of metrics. A reading
that looks like a broken reader is not stored but handed back with its doubt (see quarantine.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.domain.money import MoneyError, parse_minor
from tracker.domain.plausibility import Doubt, Range, doubt_counts, doubt_price
from tracker.models import Listing, ListingSnapshot, MetricPoint, SocialAccount, VariantPoint
from tracker.observed import RANK_PREFIX, Count, Item, ListingItem, stored_name
from tracker.services.bulk import among, table_of
from tracker.services.history import (
    Point,
    Subject,
    Variant,
    last_points,
    last_snapshots,
    last_variants,
)

HEARTBEAT = timedelta(hours=23)
"""What has not changed is written again after this long: a curve without points is one that was not
read, and a daily fetch is never a minute too early."""

_NOT_FOR_SALE = frozenset({"out_of_stock", "discontinued", "reserved", "in_store_only"})

_POINT_KEY = ["subject_kind", "subject_id", "metric", "taken_at"]
_SAID = (
    "title", "currency", "price_minor", "price_high_minor", "list_price_minor", "availability",
    "promotion", "seller", "sold_text", "is_ambiguous",
)  # fmt: skip
"""Fields of a snapshot whose change makes a new one."""


@dataclass(frozen=True, slots=True)
class Observed:
    """A reading of one account, post or listing at one instant."""

    workspace_id: int
    subject: Subject
    item: Item
    taken_at: datetime
    source: str
    """Name of the source, or where else it is from: saved_page, csv."""
    run_id: int = 0
    target_id: int = 0


class _Memory:
    """What was stored last of all subjects of a batch; grows with what the batch itself stores."""

    def __init__(self, session: Session, observed: Sequence[Observed]) -> None:
        self.points = last_points(session, {one.subject for one in observed})
        listings = {one.subject[1] for one in observed if one.subject[0] == "listing"}
        self.snapshots: dict[int, dict[str, Any]] = {}
        self.variants: dict[int, dict[str, Variant]] = {}
        self.currencies: dict[int, str] = {}
        if listings:
            for listing_id, row in last_snapshots(session, listings).items():
                said = {name: getattr(row, name) for name in (*_SAID, "taken_at")}
                self.snapshots[listing_id] = said
            if any(isinstance(one.item, ListingItem) and one.item.variants for one in observed):
                self.variants = last_variants(session, listings)
            fixed = select(Listing.id, Listing.currency).where(among(session, Listing.id, listings))
            self.currencies = {row[0]: row[1] for row in session.execute(fixed)}

    def points_before(self, one: Observed) -> dict[str, Point]:
        """Points that are not newer than a reading: one of the past is held against nothing."""
        known = self.points.get(one.subject, {})
        return {name: point for name, point in known.items() if point.taken_at <= one.taken_at}

    def snapshot_before(self, one: Observed) -> dict[str, Any] | None:
        """The last snapshot, if it is not newer than the reading."""
        known = self.snapshots.get(one.subject[1])
        return known if known is not None and known["taken_at"] <= one.taken_at else None


def record(
    session: Session, observed: Sequence[Observed], *, is_checked: bool = True
) -> list[Doubt | None]:
    """Store readings: each number and text that changed, or was not written for a day.

    Args:
        observed: readings, in the order of time where one subject has several.
        is_checked: whether a doubtful reading is left out; False: a person vouches for all.

    Returns:
        for each reading None, or the doubt for which it was not stored.
    """
    memory = _Memory(session, observed)
    points: list[dict[str, Any]] = []
    snapshots: list[dict[str, Any]] = []
    variants: list[dict[str, Any]] = []
    answers: list[Doubt | None] = []
    for one in observed:
        said = _said(one, memory) if isinstance(one.item, ListingItem) else None
        doubt = _doubt(one, said, memory) if is_checked else None
        answers.append(doubt)
        if doubt is not None:
            continue
        points += _changed_points(one, memory)
        if said is not None:
            snapshots += _changed_snapshot(one, said, memory)
            variants += _changed_variants(one, said["currency"], memory)
    insert_new(session, table_of(MetricPoint), points, key=_POINT_KEY)
    insert_new(session, table_of(ListingSnapshot), snapshots, key=["listing_id", "taken_at"])
    insert_new(session, table_of(VariantPoint), variants, key=["listing_id", "sku", "taken_at"])
    _tell_owners(session, points, snapshots)
    return answers


def confirm(
    session: Session, workspace_id: int, subject: Subject, taken_at: datetime, run_id: int
) -> None:
    """The server says that nothing has changed: the daily heartbeat repeats what was last stored.

    Within a day of the last point nothing is written.
    """
    points = []
    for metric, point in last_points(session, [subject]).get(subject, {}).items():
        if metric.startswith(RANK_PREFIX):
            continue  # read on other pages
        if taken_at - point.taken_at >= HEARTBEAT:
            again = replace(point, taken_at=taken_at)
            points.append(_point_row(workspace_id, subject, metric, again, run_id))
    insert_new(session, table_of(MetricPoint), points, key=_POINT_KEY)
    if subject[0] != "listing":
        return
    last = last_snapshots(session, [subject[1]]).get(subject[1])
    if last is not None and taken_at - last.taken_at >= HEARTBEAT:
        kept = (*_SAID, "sources", "parser_version")
        row = {name: getattr(last, name) for name in kept}
        row |= {"listing_id": subject[1], "taken_at": taken_at, "run_id": run_id}
        insert_new(session, table_of(ListingSnapshot), [row], key=["listing_id", "taken_at"])


def _doubt(one: Observed, said: dict[str, Any] | None, memory: _Memory) -> Doubt | None:
    before = {k: Range(p.low, p.high) for k, p in memory.points_before(one).items()}
    now = {
        stored_name(one.item, metric): Range(count.low, count.high)
        for metric, count in one.item.counts.items()
    }
    doubt = doubt_counts(one.subject[0], before, now)
    last = memory.snapshot_before(one)
    if doubt is not None or said is None or last is None or said["is_ambiguous"]:
        return doubt
    return doubt_price(
        (last["price_minor"], last["currency"]),
        (said["price_minor"], said["currency"]),
        is_for_sale=said["availability"] not in _NOT_FOR_SALE,
    )


def _changed_points(one: Observed, memory: _Memory) -> list[dict[str, Any]]:
    before = memory.points_before(one)
    rows = []
    for name, count in one.item.counts.items():
        metric, point = stored_name(one.item, name), _point(one, count)
        last = before.get(metric)
        if last is not None and not _is_news(last, point):
            continue
        memory.points.setdefault(one.subject, {})[metric] = point
        rows.append(_point_row(one.workspace_id, one.subject, metric, point, one.run_id))
    return rows


def _is_news(last: Point, point: Point) -> bool:
    if point.taken_at - last.taken_at >= HEARTBEAT:
        return True
    return (last.value, last.low, last.high) != (point.value, point.low, point.high)


def _point(one: Observed, count: Count) -> Point:
    return Point(
        taken_at=one.taken_at,
        value=count.value,
        low=count.low,
        high=count.high,
        raw=count.raw,
        precision=count.precision.value,
        source=one.source,
        parser_version=one.item.parser_version,
    )


def _point_row(
    workspace_id: int, subject: Subject, metric: str, point: Point, run_id: int
) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "metric": metric,
        "taken_at": point.taken_at,
        "value": point.value,
        "low": point.low,
        "high": point.high,
        "raw": point.raw,
        "precision": point.precision,
        "source": point.source,
        "parser_version": point.parser_version,
        "run_id": run_id,
    }


def _said(one: Observed, memory: _Memory) -> dict[str, Any]:
    """The fields of a snapshot. Without a currency there are no amounts: 9.90 of what?"""
    item = one.item
    assert isinstance(item, ListingItem)
    currency = item.currency or memory.currencies.get(one.subject[1], "")
    return {
        "title": item.title,
        "currency": currency,
        "price_minor": _minor(item.price, currency),
        "price_high_minor": _minor(item.price_high, currency),
        "list_price_minor": _minor(item.list_price, currency),
        "availability": item.availability,
        "promotion": item.promotion,
        "seller": item.seller,
        "sold_text": item.sold_text,
        "is_ambiguous": item.is_ambiguous,
    }


def _minor(amount: Decimal | None, currency: str) -> int | None:
    if amount is None or not currency:
        return None
    try:
        return parse_minor(format(amount, "f"), currency, trailing_zeros=True)
    except MoneyError:  # more digits than the currency has: it is not that currency, or no price
        return None


def _changed_snapshot(one: Observed, said: dict[str, Any], memory: _Memory) -> list[dict[str, Any]]:
    last = memory.snapshot_before(one)
    is_recent = last is not None and one.taken_at - last["taken_at"] < HEARTBEAT
    if last is not None and is_recent and all(last[name] == said[name] for name in _SAID):
        return []
    listing_id = one.subject[1]
    memory.snapshots[listing_id] = {**said, "taken_at": one.taken_at}
    return [
        {
            "listing_id": listing_id,
            "taken_at": one.taken_at,
            **said,
            "sources": dict(one.item.sources),
            "parser_version": one.item.parser_version,
            "run_id": one.run_id,
        }
    ]


def _changed_variants(one: Observed, currency: str, memory: _Memory) -> list[dict[str, Any]]:
    """Variants that are new or changed, and those that the page no longer has."""
    item = one.item
    assert isinstance(item, ListingItem)
    if not item.variants:
        return []
    known = memory.variants.setdefault(one.subject[1], {})
    now = {
        variant.sku: Variant(
            variant.title,
            _minor(variant.price, currency),
            _minor(variant.list_price, currency),
            variant.availability,
            is_removed=False,
        )
        for variant in item.variants
    }
    for sku, last in known.items():
        if sku not in now and not last.is_removed:
            now[sku] = replace(last, is_removed=True)
    changed = {sku: state for sku, state in now.items() if known.get(sku) != state}
    known.update(changed)
    return [
        {
            "listing_id": one.subject[1],
            "sku": sku,
            "taken_at": one.taken_at,
            "title": state.title,
            "price_minor": state.price_minor,
            "list_price_minor": state.list_price_minor,
            "availability": state.availability,
            "is_removed": state.is_removed,
        }
        for sku, state in changed.items()
    ]


def _tell_owners(
    session: Session, points: list[dict[str, Any]], snapshots: list[dict[str, Any]]
) -> None:
    """Keep what lists of accounts and listings show: followers as last reported, a title."""
    newest = {
        row["subject_id"]: row
        for row in points
        if row["subject_kind"] == "account" and row["metric"] == "followers"
    }
    if newest:
        latest = last_points(session, {("account", account_id) for account_id in newest})
        accounts = select(SocialAccount).where(among(session, SocialAccount.id, newest))
        for account in session.scalars(accounts):
            account.followers = latest["account", account.id]["followers"].value
    titles = {row["listing_id"]: row["title"] for row in snapshots if row["title"]}
    if titles:
        untitled = select(Listing).where(among(session, Listing.id, titles), Listing.title == "")
        for listing in session.scalars(untitled):
            listing.title = titles[listing.id]
