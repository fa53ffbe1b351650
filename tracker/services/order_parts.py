"""What hangs on an order: lines, coupons used, delivered marks, and who is said to have ordered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.domain.coupons import normalise_code
from tracker.domain.marks import RawMark, read_click_param, read_mark
from tracker.domain.records import OrderRecord
from tracker.models import Hit, OrderCoupon, OrderLine, OrderMark, OrderVisitor, Shop, Workspace
from tracker.services.bulk import among, table_of
from tracker.services.changes import note_parts
from tracker.services.marks import mark_ids
from tracker.services.visitors import visitor_ids

Part = tuple[int, OrderRecord]
"""An order's row id and the version of it that is now in the database."""


def replace_parts(
    session: Session,
    shop: Shop,
    workspace: Workspace,
    parts: Sequence[Part],
    updated: set[int],
    batch_id: int = 0,
) -> None:
    """Write what hangs on orders; those in `updated` lose their earlier lines, coupons and, where
    the new version says where the buyer came from, marks: an export does not, a webhook did.

    Statements about visitors are only ever added: which of them counts is decided when credits are
    computed (`tracker.domain.identity`).
    """
    if updated:
        note_parts(session, sorted(updated))
        for model in (OrderLine, OrderCoupon):
            session.execute(delete(model).where(among(session, model.order_id, sorted(updated))))
        told = [order_id for order_id, record in parts if order_id in updated and _tells(record)]
        session.execute(delete(OrderMark).where(among(session, OrderMark.order_id, told)))
    lines = [row for order_id, record in parts for row in _line_rows(order_id, record)]
    insert_new(session, table_of(OrderLine), lines, key=["order_id", "line_ref"])
    coupons = [row for order_id, record in parts for row in _coupon_rows(order_id, record)]
    insert_new(session, table_of(OrderCoupon), coupons, key=["order_id", "code"])
    _write_marks(session, workspace, parts)
    _write_visitors(session, shop, [record for _, record in parts], batch_id)


def _tells(record: OrderRecord) -> bool:
    """Whether a record says anything about where the buyer came from."""
    return bool(record.landing_url or record.referrer or record.marks)


def _line_rows(order_id: int, record: OrderRecord) -> list[dict[str, Any]]:
    return [
        {
            "order_id": order_id,
            "line_ref": line.line_ref or str(number),
            "sku": line.sku,
            "title": line.title,
            "quantity": line.quantity,
            "amount_minor": line.amount_minor,
            "refunded_minor": line.refunded_minor,
        }
        for number, line in enumerate(record.lines, start=1)
    ]


def _coupon_rows(order_id: int, record: OrderRecord) -> list[dict[str, Any]]:
    codes = {normalise_code(raw): raw for raw in reversed(record.coupons)}
    return [{"order_id": order_id, "code": code, "raw": raw} for code, raw in codes.items() if code]


def _write_marks(session: Session, workspace: Workspace, parts: Sequence[Part]) -> None:
    found: list[tuple[int, RawMark, datetime]] = []
    for order_id, record in parts:
        if record.landing_url or record.referrer:
            mark = read_mark(record.landing_url, record.referrer, record.user_agent)
            found.append((order_id, mark, record.placed_at))
        for given in record.marks:
            found.append((order_id, given.mark, given.at or record.placed_at))
    if not found:
        return
    ids = mark_ids(session, workspace.id, [mark for _, mark, _ in found])
    rows = {
        (order_id, mark_id): {"order_id": order_id, "mark_id": mark_id, "at": at}
        for (order_id, _, at), mark_id in zip(found, ids, strict=True)
    }
    insert_new(session, table_of(OrderMark), list(rows.values()), key=["order_id", "mark_id"])


def _write_visitors(
    session: Session, shop: Shop, records: Sequence[OrderRecord], batch_id: int
) -> None:
    named = [one for one in records if one.visitor_key]
    ids = visitor_ids(session, shop.id, [one.visitor_key or "" for one in named])
    stated = [(one, ids[one.visitor_key or ""], str(one.visitor_evidence)) for one in named]
    stated += [(one, visitor, "click") for one, visitor in _clickers(session, shop, records)]
    rows = [
        {
            "shop_id": shop.id,
            "order_ref": record.ref,
            "visitor_id": visitor_id,
            "evidence": evidence,
            "at": record.placed_at,
            "batch_id": batch_id,
        }
        for record, visitor_id, evidence in stated
    ]
    insert_new(
        session, table_of(OrderVisitor), rows,
        key=["shop_id", "order_ref", "visitor_id", "evidence"],
    )  # fmt: skip


def _clickers(
    session: Session, shop: Shop, records: Sequence[OrderRecord]
) -> list[tuple[OrderRecord, int]]:
    """Who made the click of ours that a delivered landing address carries."""
    clicks = [
        (click, record)
        for record in records
        if record.landing_url and (click := read_click_param(record.landing_url))
    ]
    if not clicks:
        return []
    found = session.execute(
        select(Hit.event_id, Hit.visitor_id).where(
            Hit.shop_id == shop.id,
            Hit.kind == "click",
            among(session, Hit.event_id, {click for click, _ in clicks}),
        )
    )
    visitors: dict[str, int] = dict(found.all())
    return [(record, visitors[click]) for click, record in clicks if click in visitors]
