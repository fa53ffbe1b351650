"""Refund files and affiliate files: rows that speak of orders which may come later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from tracker.domain.platform_records import AffiliateRefundRecord
from tracker.domain.records import AffiliateRecord, AffiliateStatus, Reason, RefundRecord
from tracker.imports.errors import RowError
from tracker.imports.readers.base import Options, Reader, columns
from tracker.imports.row import Row
from tracker.imports.units import Out, Unit


def _refund_units(rows: Iterable[Row], options: Options) -> Iterator[Unit | Out]:
    """A unit a row. `only` of a preset names the values that a refund has in some columns: what has
    other ones (money of goods, fees) is passed over."""
    only: Mapping[str, Sequence[str]] = options.get("only", {})
    for row in rows:
        if any(row.text(name) not in wanted for name, wanted in only.items()):
            yield Out(row.line, "ignored", Reason.NOT_A_REFUND)
            continue
        try:
            yield _read_refund(row, options)
        except RowError as error:
            yield Out(row.line, "rejected", error.reason, error.detail)


def _read_refund(row: Row, options: Options) -> Unit:
    currency = row.currency()
    order_ref = row.needed_ident("order_id")
    at = row.needed_instant("refunded_at")
    amount = row.signed_amount("amount", currency)
    if amount is None:
        raise RowError(Reason.VALUE_MISSING, "amount")
    if options.get("only"):
        amount = abs(amount)  # money that goes out: some write it below zero
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


def _status(row: Row, options: Options, currency: str) -> AffiliateStatus:
    """What became of the order: void when a word says so, or when all of it was given back.

    Words are compared as parts: platforms write 已退款, 退款成功 and 全额退款 for the same.
    """
    words = options.get("statuses", {})
    told = " ".join(filter(None, (row.text("status"), row.text("after_sale"))))
    if any(word in told for word in words.get("void", ())):
        return "void"
    flag = row.text("is_refunded")
    if flag and flag.casefold() in ("是", "yes", "true", "1", "y"):
        return "void"
    paid, back = row.amount("paid", currency), row.amount("refunded", currency)
    if paid and back is not None and back >= paid:
        return "void"
    is_settled = any(word in told for word in words.get("settled", ())) or (
        "settled_at" in row.sheet.columns and bool(row.text("settled_at"))
    )
    return "settled" if is_settled else "expected"


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
        influencer_name=row.ident("influencer_name"),
        status=(status := _status(row, options, currency)),
        handle_platform=row.text("handle_platform") or str(options.get("handle_platform", "")),
        ordered_at=ordered_at,
        clicked_at=clicked_at,
        commission_minor=commission,
        currency=currency,
    )
    return _unit(
        row, record, f"{record.platform}\x1f{order_ref}\x1f{influencer.casefold()}",
        at=ordered_at or clicked_at, currency=currency,
        amounts=_commission(status, commission),
    )  # fmt: skip


def _commission(status: AffiliateStatus, commission: int | None) -> dict[str, int]:
    """What counts of a commission: nothing of a void row."""
    return {} if commission is None or status == "void" else {"commission": commission}


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
    """An order with one more of its lines: void only where all lines are, and without the
    commission of those that are."""
    one, other = cast(AffiliateRecord, unit.records[0]), cast(AffiliateRecord, line.records[0])
    if one.status == "void" and other.status != "void":
        merged = replace(other, ordered_at=one.ordered_at, clicked_at=one.clicked_at)
    elif other.status == "void" and one.status != "void":
        merged = one
    else:
        known = [
            each for each in (one.commission_minor, other.commission_minor) if each is not None
        ]
        settled = one.status == other.status == "settled"
        status: AffiliateStatus = (
            "void" if one.status == "void" else "settled" if settled else "expected"
        )
        merged = replace(one, commission_minor=sum(known) if known else None, status=status)
    return replace(
        unit,
        lines=unit.lines + line.lines,
        records=(merged,),
        amounts=_commission(merged.status, merged.commission_minor),
    )


def _read_commission_refund(row: Row, options: Options) -> Unit:
    """What a programme gives back for a refunded line; the platform writes it as positive."""
    currency = row.currency()
    order_ref, line = row.needed_ident("order_id"), row.ident("line_id")
    at = row.instant("refunded_at") or row.instant("created_at")
    amount = row.amount("commission", currency)
    if at is None:
        raise RowError(Reason.VALUE_MISSING, "refunded_at")
    if amount is None:
        raise RowError(Reason.VALUE_MISSING, "commission")
    record = AffiliateRefundRecord(
        platform=str(options.get("platform", "")),
        order_ref=order_ref,
        booked_on=at.astimezone(row.sheet.zone).date(),
        commission_minor=amount,
        currency=currency,
        ref=line,
    )
    return _unit(
        row, record, f"{order_ref}\x1f{line}",
        at=at, currency=currency, amounts={"commission_back": amount},
    )  # fmt: skip


def _commission_refunds(rows: Iterable[Row], options: Options) -> Iterator[Unit | Out]:
    """The newest word on each line: the file repeats one as its claim goes on. A claim that came to
    nothing gives nothing back."""
    void = options.get("statuses", {}).get("void", ())
    units: dict[str, Unit] = {}
    for row in rows:
        if any(word in row.text("status") for word in void):
            yield Out(row.line, "ignored", Reason.NOT_A_REFUND)
            continue
        try:
            unit = _read_commission_refund(row, options)
        except RowError as error:
            yield Out(row.line, "rejected", error.reason, error.detail)
            continue
        before = units.get(unit.key)
        if before is not None:
            yield Out(before.lines[0], "ignored", Reason.DUPLICATE_ROW)
        units[unit.key] = unit
    yield from units.values()


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
        columns=columns("order_id refund_id refunded_at amount currency charge direction"),
        needed=(("order_id",), ("refunded_at",), ("amount",)),
        instants=("refunded_at",),
        units=_refund_units,
    ),
    Reader(
        name="affiliate",
        feeds=("affiliate",),
        scope="shop",
        columns=columns(
            "platform order_id influencer influencer_name handle_platform ordered_at clicked_at "
            "commission expected currency line_id status after_sale is_refunded paid refunded "
            "settled_at"
        ),
        needed=(("order_id",), ("influencer", "influencer_name")),
        instants=("ordered_at", "clicked_at", "settled_at"),
        units=_affiliate_units,
    ),
    Reader(
        name="affiliate_refunds",
        feeds=("affiliate_refunds",),
        scope="shop",
        columns=columns("order_id line_id commission status refunded_at created_at currency"),
        needed=(("order_id",), ("commission",), ("refunded_at", "created_at")),
        instants=("refunded_at", "created_at"),
        units=_commission_refunds,
    ),
)
