"""Refund files and affiliate files: rows that speak of orders which may come later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from tracker.domain.records import AffiliateRecord, Reason, RefundRecord
from tracker.imports.errors import RowError
from tracker.imports.readers.base import Options, Reader, columns, row_by_row
from tracker.imports.row import Row
from tracker.imports.units import Out, Unit


def _read_refund(row: Row, options: Options) -> Unit:
    currency = row.currency()
    order_ref = row.needed_ident("order_id")
    at = row.needed_instant("refunded_at")
    amount = row.signed_amount("amount", currency)
    if amount is None:
        raise RowError(Reason.VALUE_MISSING, "amount")
    ref = row.ident("refund_id") or "total"
    return _unit(
        row, RefundRecord(order_ref, at, amount, ref), f"{order_ref}\x1f{ref}",
        at=at, currency=currency, amounts={"refunded": amount},
    )  # fmt: skip


def _influencer(row: Row) -> str:
    """Who is named; platforms write 0 where it was nobody."""
    for column in ("influencer", "influencer_name"):
        told = row.ident(column)
        if told.removesuffix(".0") not in ("", "0"):
            return told
    raise RowError(Reason.VALUE_MISSING, "influencer")


def _read_affiliate(row: Row, options: Options) -> Unit:
    currency = row.currency()
    platform = row.text("platform") or str(options.get("platform", ""))
    if not platform:
        raise RowError(Reason.VALUE_MISSING, "platform")
    order_ref, influencer = row.needed_ident("order_id"), _influencer(row)
    ordered_at, clicked_at = row.instant("ordered_at"), row.instant("clicked_at")
    commission = row.amount("commission", currency)
    if commission is None:
        commission = row.amount("expected", currency)
    record = AffiliateRecord(
        platform=platform.casefold(),
        order_ref=order_ref,
        influencer=influencer,
        handle_platform=row.text("handle_platform") or str(options.get("handle_platform", "")),
        ordered_at=ordered_at,
        clicked_at=clicked_at,
        commission_minor=commission,
        currency=currency,
    )
    return _unit(
        row, record, f"{record.platform}\x1f{order_ref}\x1f{influencer.casefold()}",
        at=ordered_at or clicked_at, currency=currency,
        amounts={} if commission is None else {"commission": commission},
    )  # fmt: skip


def _affiliate_units(rows: Iterable[Row], options: Options) -> Iterator[Unit | Out]:
    """A unit a row; with `line_sums` the commissions of an order's lines are added up."""
    units: dict[str, Unit] = {}
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        try:
            unit = _read_affiliate(row, options)
        except RowError as error:
            yield Out(row.line, "rejected", error.reason, error.detail)
            continue
        if not options.get("line_sums"):
            yield unit
        elif tuple(row.cells) in seen:
            yield Out(row.line, "ignored", Reason.DUPLICATE_ROW)
        else:
            seen.add(tuple(row.cells))
            units[unit.key] = _with_line(units[unit.key], unit) if unit.key in units else unit
    yield from units.values()


def _with_line(unit: Unit, line: Unit) -> Unit:
    one, other = cast(AffiliateRecord, unit.records[0]), cast(AffiliateRecord, line.records[0])
    if other.commission_minor is None:
        total = one.commission_minor
    else:
        total = (one.commission_minor or 0) + other.commission_minor
    return replace(
        unit,
        lines=unit.lines + line.lines,
        records=(replace(one, commission_minor=total),),
        amounts={} if total is None else {"commission": total},
    )


def _unit(
    row: Row, record: Any, key: str, *, at: datetime | None, currency: str, amounts: dict[str, int]
) -> Unit:
    return Unit(
        lines=(row.line,),
        records=(record,),
        key=key,
        content="\x1e".join(row.cells),
        day=at.astimezone(row.sheet.zone).date() if at else None,
        currency=currency,
        amounts=amounts,
    )


READERS = (
    Reader(
        name="refunds",
        feeds=("refunds",),
        scope="shop",
        columns=columns("order_id refund_id refunded_at amount currency"),
        needed=(("order_id",), ("refunded_at",), ("amount",)),
        instants=("refunded_at",),
        units=row_by_row(_read_refund),
    ),
    Reader(
        name="affiliate",
        feeds=("affiliate",),
        scope="shop",
        columns=columns(
            "platform order_id influencer influencer_name handle_platform ordered_at clicked_at "
            "commission expected currency line_id"
        ),
        needed=(("order_id",), ("influencer", "influencer_name")),
        instants=("ordered_at", "clicked_at"),
        units=_affiliate_units,
    ),
)
