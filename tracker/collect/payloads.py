"""What readers of webhooks share: values out of a JSON object that somebody else built.

A field of the wrong type is a field that is absent, unless an amount or an instant hangs on it:
then the payload cannot be read, and the field's name says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from tracker.domain.deliveries import Trouble
from tracker.domain.landing_notes import landing_in_notes
from tracker.domain.marks import RawMark, read_mark
from tracker.domain.money import MAX_MINOR, MoneyError, exponent, is_currency, parse_minor
from tracker.domain.records import Buyer, DeliveredMark, OrderRecord, Reason, RefundRecord

Payload = Mapping[str, Any]

MAX_ID = 100
MAX_TEXT = 300
MAX_ADDRESS = 4_000
MAX_USER_AGENT = 500
MAX_COUPONS = 50
MAX_QUANTITY = 1_000_000

VISITOR_NAMES = ("tracker_id", "_tracker_id", "__tracker_id")
"""Cart attribute or order meta in which a shop hands on the visitor id of the page script."""

_VISITOR = re.compile(r"[A-Za-z0-9_-]{8,64}")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


class Unreadable(Exception):
    """A payload that is no order or refund as we know them.

    Args:
        reason: why.
        field: which field, by its name in the payload.
    """

    def __init__(self, reason: Reason | Trouble, field: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.reason = reason
        self.field = field


@dataclass(frozen=True, slots=True)
class Content:
    """What a payload says."""

    order: OrderRecord | None = None
    refunds: tuple[RefundRecord, ...] = ()
    alias: str = ""
    has_all_refunds: bool = False
    ignored: Trouble | None = None
    """Why nothing of it is wanted."""


def text(source: Payload, name: str, limit: int = MAX_TEXT) -> str:
    """A text, or an integer as text; trimmed and cut; "": absent or of another type."""
    value = source.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip()[:limit] if isinstance(value, str) else ""


def ident(source: Payload, name: str) -> str:
    """An id with all its characters.

    Raises:
        Unreadable: it is absent or longer than any id.
    """
    value = text(source, name, MAX_ID + 1)
    if not value:
        raise Unreadable(Reason.VALUE_MISSING, name)
    if len(value) > MAX_ID:
        raise Unreadable(Reason.TOO_LARGE, name)
    return value


def objects(source: Payload, name: str) -> list[Payload]:
    """The objects of a list; whatever else is in it is left out."""
    value = source.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def inner(source: Payload, *names: str) -> Payload:
    """An object within; empty: absent."""
    for name in names:
        value = source.get(name)
        if not isinstance(value, dict):
            return {}
        source = value
    return source


def currency_of(source: Payload, name: str = "currency") -> str:
    """A currency code.

    Raises:
        Unreadable: ISO 4217 does not list it.
    """
    code = text(source, name).upper()
    if not is_currency(code):
        raise Unreadable(Reason.UNKNOWN_CURRENCY, name)
    return code


def amount(source: Payload, name: str, currency: str) -> int | None:
    """An amount in minor units; None: absent, null or empty.

    Raises:
        Unreadable: it is no amount of this currency.
    """
    raw = source.get(name)
    if raw is None or raw == "":
        return None
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        raise Unreadable(Reason.NOT_A_NUMBER, name)
    try:
        return parse_minor(str(raw), currency, trailing_zeros=True)
    except MoneyError as error:
        raise Unreadable(Reason(error.code), name) from None


def needed(source: Payload, name: str, currency: str) -> int:
    """An amount that has to be there and not below zero.

    Raises:
        Unreadable: it is not.
    """
    minor = amount(source, name, currency)
    if minor is None:
        raise Unreadable(Reason.VALUE_MISSING, name)
    if minor < 0:
        raise Unreadable(Reason.NEGATIVE_AMOUNT, name)
    return minor


def fine_amount(source: Payload, name: str, currency: str) -> int:
    """The amount of a line, rounded half to even: shops compute lines finer than they charge them.
    0: absent.

    Raises:
        Unreadable: it is no amount.
    """
    raw = source.get(name)
    if raw is None or raw == "":
        return 0
    if isinstance(raw, bool) or not isinstance(raw, str | int) or len(str(raw)) > 40:
        raise Unreadable(Reason.NOT_A_NUMBER, name)
    try:
        scaled = Decimal(str(raw)).scaleb(exponent(currency))
        minor = scaled.quantize(Decimal(1), ROUND_HALF_EVEN)
    except InvalidOperation:
        raise Unreadable(Reason.NOT_A_NUMBER, name) from None
    if not minor.is_finite():
        raise Unreadable(Reason.NOT_A_NUMBER, name)
    if abs(minor) >= MAX_MINOR:
        raise Unreadable(Reason.TOO_LARGE, name)
    return int(minor)


def quantity(source: Payload) -> int:
    """How many pieces a line has; 1: it does not say."""
    value = source.get("quantity")
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_QUANTITY:
        return 1
    return value


def instant(source: Payload, name: str) -> datetime | None:
    """An instant in ISO 8601; without an offset it is UTC (WooCommerce's `…_gmt`). None: absent.

    Raises:
        Unreadable: it is none, or outside the years 2000 to 2100.
    """
    raw = source.get(name)
    if raw is None or raw == "":
        return None
    try:
        at = datetime.fromisoformat(raw)
    except (TypeError, ValueError):
        raise Unreadable(Reason.NOT_A_DATE, name) from None
    if not _FIRST_YEAR <= at.year < _LAST_YEAR:
        raise Unreadable(Reason.NOT_A_DATE, name)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def needed_instant(source: Payload, *names: str) -> datetime:
    """The first of these instants that is there.

    Raises:
        Unreadable: none is.
    """
    for name in names:
        if at := instant(source, name):
            return at
    raise Unreadable(Reason.VALUE_MISSING, names[0])


def codes(source: Payload, name: str) -> tuple[str, ...]:
    """The coupon codes of a list of objects, each once, as they were typed."""
    found = (text(one, "code", MAX_ID) for one in objects(source, name)[:MAX_COUPONS])
    return tuple(dict.fromkeys(code for code in found if code))


def named_values(source: Payload, list_name: str, key: str) -> dict[str, str]:
    """A list of {key, "value"} objects as texts by name; of a name twice, the first counts."""
    values: dict[str, str] = {}
    for one in objects(source, list_name):
        name, value = text(one, key, MAX_ID), text(one, "value", MAX_ADDRESS)
        if name and value:
            values.setdefault(name, value)
    return values


def visitor_in(attributes: Mapping[str, str]) -> str | None:
    """The visitor id that the shop handed on; None: none that our script could have made."""
    for name in VISITOR_NAMES:
        value = attributes.get(name, "")
        if _VISITOR.fullmatch(value):
            return value
    return None


def mark_in(attributes: Mapping[str, str], at: datetime | None) -> tuple[DeliveredMark, ...]:
    """The mark that attributes tell (landing address, or utm_… one by one); empty: none.

    The names are those that apps leave in a file's notes too (`domain.landing_notes`).
    """
    lines = "\n".join(f"{name}: {' '.join(value.split())}" for name, value in attributes.items())
    landing, referrer = landing_in_notes(lines)
    mark = read_mark(landing, referrer, "")
    return () if mark == RawMark() else (DeliveredMark(mark, at),)


def buyer_in(phone: str, email: str, platform_id: str) -> Buyer:
    """The buyer by what the shop's own files tell too, so that both name the same customer: phone
    or e-mail, and the account only where there is neither."""
    if phone or "@" in email:
        return Buyer(phone=phone, email=email)
    return Buyer(platform_id="" if platform_id == "0" else platform_id)


def check_sums(order: OrderRecord) -> OrderRecord:
    """Refuse an order that was paid less than its freight and tax: its net would be below zero."""
    if order.status == "paid" and order.paid_minor < order.freight_minor + order.tax_minor:
        raise Unreadable(Reason.AMOUNTS_DISAGREE, "total")
    return order


def without_person(order: OrderRecord, key: str | None) -> OrderRecord:
    """The order with its buyer as a hash only."""
    return replace(order, buyer=Buyer(key=key or ""))


def total(values: Iterable[int]) -> int:
    """The sum of amounts that may not leave what a column holds."""
    return max(-MAX_MINOR, min(MAX_MINOR, sum(values)))
