"""Refunds: rows of their own, which may come before their order (SEMANTICS 2.3).

Some sources name every refund, others only tell the sum per order ("total"). Both may speak of the
same order, so the row of a total holds what no named refund explains, and together they never count
money twice, in whichever order they come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.records import LoadResult, Outcome, Reason, RefundRecord, Refused
from tracker.models import Order, Refund, Shop
from tracker.services import dirty
from tracker.services.bulk import among, one_loader_at_a_time, table_of
from tracker.services.changes import note_deletion

TOTAL = "total"

Key = tuple[str, str]
"""Order id of the platform, refund id."""


@dataclass(slots=True)
class _Book:
    """Refunds of some orders: as known before, and as they shall be."""

    rows: dict[Key, RefundRecord]
    refs_of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    written: set[Key] = field(default_factory=set)
    removed: set[Key] = field(default_factory=set)

    def __post_init__(self) -> None:
        for order_ref, ref in self.rows:
            self.refs_of[order_ref].add(ref)

    def named_sum(self, order_ref: str) -> int:
        """What the refunds that have an id of their own add up to."""
        refs = self.refs_of[order_ref] - {TOTAL}
        return sum(self.rows[order_ref, ref].amount_minor for ref in refs)

    def put(self, record: RefundRecord) -> Outcome:
        """Write a row if it is new or says something else."""
        key = (record.order_ref, record.ref)
        before = self.rows.get(key)
        if record.is_date_seen:
            dates = [record.refunded_at, *([before.refunded_at] if before else [])]
            record = replace(record, refunded_at=min(dates), is_date_seen=False)
        if before == record:
            return Outcome.UNCHANGED
        self.rows[key] = record
        self.refs_of[record.order_ref].add(record.ref)
        self.written.add(key)
        self.removed.discard(key)
        return Outcome.LOADED if before is None else Outcome.UPDATED

    def shrink_total(self, order_ref: str, by_minor: int) -> None:
        """A named refund explains a part of the sum."""
        total = self.rows.get((order_ref, TOTAL))
        if total is None or by_minor == 0:
            return
        if total.amount_minor > by_minor:
            self.put(replace(total, amount_minor=total.amount_minor - by_minor))
        else:
            del self.rows[order_ref, TOTAL]
            self.refs_of[order_ref].discard(TOTAL)
            self.written.discard((order_ref, TOTAL))
            self.removed.add((order_ref, TOTAL))


def load_refunds(
    session: Session, shop: Shop, records: Sequence[RefundRecord], *, batch_id: int = 0
) -> LoadResult:
    """Load refunds of one shop; their orders need not be there yet.

    A total that is smaller than what is known is `newer_version_known`: the sum given back for an
    order only grows, so a smaller one comes from an older file.
    """
    one_loader_at_a_time(session, "refunds", shop.id)
    book = _Book(_known(session, shop.id, {record.order_ref for record in records}))
    outcomes = [
        _put_total(book, record) if record.ref == TOTAL else _put_named(book, record)
        for record in records
    ]
    zone = ZoneInfo(shop.time_zone)
    rows = [_row(shop, book.rows[key], zone, batch_id) for key in sorted(book.written)]
    upsert(session, table_of(Refund), rows, ["shop_id", "order_ref", "ref"])
    if book.removed:
        gone = (
            Refund.shop_id == shop.id,
            Refund.ref == TOTAL,
            among(session, Refund.order_ref, sorted(ref for ref, _ in book.removed)),
        )
        note_deletion(session, "refund", *gone)
        session.execute(delete(Refund).where(*gone))
    touched = {order_ref for order_ref, _ in book.written | book.removed}
    dirty.orders_changed(session, shop, order_days(session, shop.id, touched))
    return LoadResult(tuple(outcomes))


def withdraw_refunds(session: Session, shop: Shop, kept: Mapping[str, Collection[str]]) -> int:
    """Delete refunds that a shop took back: it tells all of an order, and they are not among them.

    Those of files stay: a shop's own list does not know the ids of other sources.

    Args:
        kept: per order, the refund ids that there still are.

    Returns:
        how many were deleted.
    """
    one_loader_at_a_time(session, "refunds", shop.id)
    known = session.execute(
        select(Refund.id, Refund.order_ref, Refund.ref).where(
            Refund.shop_id == shop.id,
            Refund.ref != TOTAL,
            Refund.batch_id == 0,
            among(session, Refund.order_ref, kept),
        )
    ).all()
    gone = {row.id: row.order_ref for row in known if row.ref not in kept[row.order_ref]}
    if gone:
        session.execute(delete(Refund).where(among(session, Refund.id, sorted(gone))))
        dirty.orders_changed(session, shop, order_days(session, shop.id, set(gone.values())))
    return len(gone)


def _put_named(book: _Book, record: RefundRecord) -> Outcome:
    before = book.rows.get((record.order_ref, record.ref))
    outcome = book.put(record)
    book.shrink_total(
        record.order_ref, record.amount_minor - (before.amount_minor if before else 0)
    )
    return outcome


def _put_total(book: _Book, record: RefundRecord) -> Outcome | Refused:
    rest = record.amount_minor - book.named_sum(record.order_ref)
    before = book.rows.get((record.order_ref, TOTAL))
    known = before.amount_minor if before else 0
    if rest < known:
        return Refused(Reason.NEWER_VERSION_KNOWN, record.order_ref[:100])
    if rest == known:  # a file that only dates the same sum anew says nothing
        return Outcome.UNCHANGED
    return book.put(replace(record, amount_minor=rest))


def _known(session: Session, shop_id: int, order_refs: Iterable[str]) -> dict[Key, RefundRecord]:
    rows = session.execute(
        select(Refund.order_ref, Refund.ref, Refund.refunded_at, Refund.amount_minor).where(
            Refund.shop_id == shop_id, among(session, Refund.order_ref, order_refs)
        )
    )
    return {
        (order_ref, ref): RefundRecord(order_ref, at, amount, ref)
        for order_ref, ref, at, amount in rows
    }


def _row(shop: Shop, record: RefundRecord, zone: ZoneInfo, batch_id: int) -> dict[str, Any]:
    return {
        "shop_id": shop.id,
        "order_ref": record.order_ref,
        "ref": record.ref,
        "refunded_at": record.refunded_at,
        "refunded_on": _day(record.refunded_at, zone),
        "amount_minor": record.amount_minor,
        "batch_id": batch_id,
    }


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def order_days(session: Session, shop_id: int, order_refs: Iterable[str]) -> list[date]:
    """The days on which these orders were placed, as far as they are known; sorted."""
    found = session.scalars(
        select(Order.ordered_on)
        .where(Order.shop_id == shop_id, among(session, Order.ref, order_refs))
        .distinct()
    )
    return sorted(found)
