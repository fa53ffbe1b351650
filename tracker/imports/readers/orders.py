"""Order files: one row an order, or one a line of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from tracker.domain.landing_notes import landing_in_notes
from tracker.domain.records import (
    Buyer,
    LineRecord,
    OrderRecord,
    OrderStatus,
    Reason,
    RefundRecord,
)
from tracker.imports.dates import DateOrder, parse_instant
from tracker.imports.errors import RowError
from tracker.imports.readers.base import Options, Reader, columns
from tracker.imports.row import Row
from tracker.imports.units import Out, Unit

LINE_COLUMNS = columns(
    "line_id sku title quantity line_amount line_price line_discount line_compare line_refunded"
)
ORDER_COLUMNS = columns(
    "order_id placed_at paid_at updated_at status currency gross discount_platform discount_shop "
    "freight tax paid outstanding refunded refunded_at buyer_id phone email coupons landing_url "
    "referrer order_token visitor_id notes after_sale"
)

_STATUSES = ("paid", "unpaid", "cancelled")


def _order_units(rows: Iterable[Row], options: Options) -> Iterator[Unit | Out]:
    if options.get("line_sums"):
        yield from _summed_units(rows, options)
        return
    group: list[Row] = []
    for row in rows:
        if group and _continues(group[0], row):
            group.append(row)
            continue
        if group:
            yield from _order_unit(group, options)
        group = [row]
    if group:
        yield from _order_unit(group, options)


def _summed_units(rows: Iterable[Row], options: Options) -> Iterator[Unit | Out]:
    """Orders of files whose every row is a line with amounts of its own. An order's rows may stand
    anywhere, so the file is held; platforms cap such exports at some 100,000 rows."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        try:
            groups.setdefault(row.needed_ident("order_id"), []).append(row)
        except RowError as error:
            yield Out(row.line, "rejected", error.reason, error.detail)
    for group in groups.values():
        seen: set[tuple[str, ...]] = set()
        kept = []
        for row in group:
            content = tuple(row.cells)
            if content in seen and row.ident("line_id"):
                yield Out(row.line, "ignored", Reason.DUPLICATE_ROW)
            else:
                seen.add(content)
                kept.append(row)
        try:
            yield _summed(kept, options)
        except RowError as error:
            for row in kept:
                yield Out(row.line, "rejected", error.reason, error.detail)


def _summed(rows: Sequence[Row], options: Options) -> Unit:
    """One order of lines that were each read as an order: those that were paid, else the first."""
    parts = [_read_order([row], options) for row in rows]
    orders = [cast(OrderRecord, part.records[0]) for part in parts]
    paid = [number for number, order in enumerate(orders) if order.status == "paid"]
    best = orders[paid[0] if paid else 0]
    counted = paid or range(len(orders))
    amounts = {
        name: sum(parts[number].amounts[name] for number in counted) for name in parts[0].amounts
    }
    order = replace(
        best,
        paid_minor=amounts["paid"],
        gross_minor=amounts["gross"],
        freight_minor=amounts["freight"],
        tax_minor=amounts["tax"],
        discount_platform_minor=sum(orders[n].discount_platform_minor for n in counted),
        discount_shop_minor=sum(orders[n].discount_shop_minor for n in counted),
        lines=tuple(
            line if line.amount_minor else replace(line, amount_minor=orders[number].paid_minor)
            for number in counted
            for line in orders[number].lines
        ),
        coupons=tuple(dict.fromkeys(code for one in orders for code in one.coupons)),
    )
    refunds = [cast(RefundRecord, one) for part in parts for one in part.records[1:]]
    records: tuple[OrderRecord | RefundRecord, ...] = (order,)
    if refunds and amounts["refunded"]:
        at = max(refund.refunded_at for refund in refunds)
        records = (order, replace(refunds[0], refunded_at=at, amount_minor=amounts["refunded"]))
    return replace(
        parts[0],
        lines=tuple(row.line for row in rows),
        records=records,
        content="\x1f".join(part.content for part in parts),
        amounts=amounts,
    )


def _continues(first: Row, row: Row) -> bool:
    """Whether a row is a further line of the order above it: the same id, and every field of the
    order is blank or equal."""
    ref = row.raw("order_id")
    if ref != first.raw("order_id") or not ref.strip():
        return False
    return all(
        not row.cells[position].strip() or row.cells[position] == first.cells[position]
        for position in row.sheet.positions(ORDER_COLUMNS)
    )


def _order_unit(group: Sequence[Row], options: Options) -> Iterator[Unit | Out]:
    rows = [row for row in group if row is group[0] or row.has_any(LINE_COLUMNS)]
    if len(rows) < len(group):  # further rows without a line: the same order told twice
        kept = {row.line for row in rows}
        for row in group:
            if row.line not in kept:
                yield Out(row.line, "ignored", Reason.DUPLICATE_ROW)
    try:
        yield _read_order(rows, options)
    except RowError as error:
        for row in rows:
            yield Out(row.line, "rejected", error.reason, error.detail)


def _read_order(rows: Sequence[Row], options: Options) -> Unit:
    first = rows[0]
    ref = first.needed_ident("order_id")
    if not first.raw("placed_at").strip() and not first.raw("paid").strip():
        raise RowError(Reason.ROW_WITHOUT_ORDER, "order_id", ref)
    currency = first.currency()
    paid_at = first.instant("paid_at")
    placed_at = first.instant("placed_at") or _day_in_id(first, ref, options)
    status = _status(first, paid_at, options)
    refunded = _refunded(first, currency, status, options)
    if status == "paid" and not refunded and "line_refunded" in first.sheet.columns:
        refunded = sum(row.amount("line_refunded", currency) or 0 for row in rows)
    paid = _paid(first, currency, refunded, status, options)
    lines = _lines(rows, currency)
    freight, tax = first.amount("freight", currency) or 0, first.amount("tax", currency) or 0
    if status == "paid" and paid < freight + tax:
        raise RowError(Reason.AMOUNTS_DISAGREE, "paid", first.raw("paid"))
    landing_url, referrer = _landing(first)
    visitor = first.ident("visitor_id")
    order = OrderRecord(
        ref=ref,
        placed_at=placed_at,
        status=status,
        currency=currency,
        paid_minor=paid,
        paid_at=paid_at,
        version_at=first.instant("updated_at"),
        buyer=Buyer(first.ident("buyer_id"), first.raw("phone"), first.raw("email")),
        gross_minor=_gross(first, rows, currency),
        discount_platform_minor=first.amount("discount_platform", currency) or 0,
        discount_shop_minor=first.amount("discount_shop", currency) or 0,
        freight_minor=freight,
        tax_minor=tax,
        lines=lines,
        coupons=_coupons(rows, options),
        landing_url=landing_url,
        referrer=referrer,
        order_token=first.ident("order_token"),
        visitor_key=f"f:{visitor}" if visitor else None,
    )
    records: tuple[OrderRecord | RefundRecord, ...] = (order,)
    if refunded:
        at = first.instant("refunded_at") or paid_at or placed_at
        records = (order, RefundRecord(ref, at, refunded))
    return Unit(
        lines=tuple(row.line for row in rows),
        records=records,
        key=ref,
        content="\x1f".join("\x1e".join(row.cells) for row in rows),
        day=placed_at.astimezone(first.sheet.zone).date(),
        currency=currency,
        amounts={
            "gross": order.gross_minor,
            "freight": freight,
            "tax": tax,
            "paid": paid,
            "refunded": refunded,
        },
    )


def _day_in_id(row: Row, ref: str, options: Options) -> datetime:
    """The time of an order that has none: the beginning of the day in its number (260517-…)."""
    match = re.match(r"(\d{6})-", ref) if options.get("day_in_id") else None
    if match is None:
        return row.needed_instant("placed_at")
    return parse_instant(f"20{match[1]}", DateOrder.YMD, row.sheet.zone, "placed_at")


def _status(row: Row, paid_at: datetime | None, options: Options) -> OrderStatus:
    """The status as the preset's words say; without a column for it, an order is paid when its time
    of payment is there (or when the file has no such column)."""
    told = row.text("status")
    if not told:
        has_time = "paid_at" in row.sheet.columns
        return "unpaid" if has_time and paid_at is None else "paid"
    words: dict[str, list[str]] = options["statuses"]
    folded = told.casefold()
    for status in _STATUSES:
        if folded in words.get(status, ()):
            return cast(OrderStatus, status)
    if not words.get("paid"):  # such platforms have many words, and those of no money are few
        return "paid"
    raise RowError(Reason.UNKNOWN_STATUS, "status", told)


def _refunded(row: Row, currency: str, status: OrderStatus, options: Options) -> int:
    """What was given back; where the file has only a word for it, all that was paid."""
    if status != "paid" and (options.get("line_sums") or options.get("paid_after_refunds")):
        return 0  # nothing was paid, or it is not counted as paid
    told = row.amount("refunded", currency)
    if told is not None:
        return told
    after_sale = row.text("after_sale").casefold()
    if status == "paid" and after_sale and after_sale in options.get("refunded_words", ()):
        return row.amount("paid", currency) or 0
    return 0


def _paid(row: Row, currency: str, refunded: int, status: OrderStatus, options: Options) -> int:
    """What the buyer paid, before refunds; 0 for an order that nobody paid.

    Some exports lower the paid amount by what was refunded since (`paid_after_refunds`): where
    paid + refunded is the order's total, that sum was paid.
    """
    paid = row.amount("paid", currency)
    if paid is not None and options.get("paid_adds"):
        paid += sum(row.amount(name, currency) or 0 for name in options["paid_adds"])
        paid -= sum(row.amount(name, currency) or 0 for name in options.get("paid_less", ()))
        paid = max(paid, 0)
    if paid is None:
        if status == "paid":
            raise RowError(Reason.VALUE_MISSING, "paid")
        return 0
    if status != "paid":
        return 0
    if options.get("paid_after_refunds") and refunded:
        total = row.amount("gross", currency)
        if total is not None and paid + refunded == total:
            return total
    outstanding = row.amount("outstanding", currency) or 0
    if outstanding > paid:
        raise RowError(Reason.AMOUNTS_DISAGREE, "outstanding", row.raw("outstanding"))
    return paid - outstanding


def _lines(rows: Sequence[Row], currency: str) -> tuple[LineRecord, ...]:
    return tuple(
        LineRecord(
            quantity=quantity,
            amount_minor=_line_amount(row, currency, quantity),
            sku=row.ident("sku"),
            title=row.text("title")[:300],
            line_ref=row.ident("line_id"),
            refunded_minor=row.amount("line_refunded", currency),
        )
        for row in rows
        if row.has_any(LINE_COLUMNS)
        for quantity in [_quantity(row)]
    )


def _quantity(row: Row) -> int:
    quantity = row.count("quantity")
    return 1 if quantity is None else quantity


def _line_amount(row: Row, currency: str, quantity: int) -> int:
    told = row.amount("line_amount", currency)
    if told is not None:
        return told
    price = row.amount("line_price", currency) or 0
    return max(0, price * quantity - (row.amount("line_discount", currency) or 0))


def _gross(first: Row, rows: Sequence[Row], currency: str) -> int:
    """Goods before discounts: as the file says, else the lines' prices."""
    told = first.amount("gross", currency)
    if told is not None:
        return told
    return sum((row.amount("line_price", currency) or 0) * _quantity(row) for row in rows)


def _coupons(rows: Sequence[Row], options: Options) -> tuple[str, ...]:
    if "coupons" not in rows[0].sheet.columns:
        return ()
    separators: str = options.get("coupon_separators", ";|")
    found: dict[str, None] = {}
    for row in rows:
        text = row.text("coupons")
        for separator in separators[1:]:
            text = text.replace(separator, separators[0])
        for code in text.split(separators[0]):
            if code.strip():
                found[code.strip()[:100]] = None
    return tuple(found)


def _landing(row: Row) -> tuple[str, str]:
    """Landing address and referrer: of their columns, else of the notes that apps leave."""
    landing, referrer = row.text("landing_url"), row.text("referrer")
    if landing or not row.raw("notes"):
        return landing[:4000], referrer[:2000]
    in_notes = landing_in_notes(row.raw("notes"))
    return in_notes[0], referrer[:2000] or in_notes[1]


READERS = (
    Reader(
        name="orders",
        feeds=("orders", "refunds"),
        scope="shop",
        columns=ORDER_COLUMNS | LINE_COLUMNS,
        needed=(("order_id",), ("placed_at",), ("paid",)),
        instants=("placed_at", "paid_at", "updated_at", "refunded_at"),
        units=_order_units,
    ),
)
