"""Values of markup as facts: prices, counts, ratings, availability."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from tracker.domain.numbers import NumberReading, Precision, read_count, read_price

_MACHINE = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,10})?")
_POINT_IS_THOUSANDS: Final = frozenset(["CLP", "COP", "IDR", "ISK", "JPY", "KRW", "PYG", "VND"])
"""Currencies without decimals in shops, most of whose countries write 24.990 for 24990."""

_AVAILABILITY: Final = {
    "instock": "in_stock",
    "in stock": "in_stock",
    "available": "in_stock",
    "available for order": "in_stock",
    "onlineonly": "in_stock",
    "instoreonly": "in_store_only",
    "limitedavailability": "limited",
    "lowstock": "limited",
    "outofstock": "out_of_stock",
    "out of stock": "out_of_stock",
    "oos": "out_of_stock",
    "soldout": "out_of_stock",
    "sold out": "out_of_stock",
    "unavailable": "out_of_stock",
    "preorder": "pre_order",
    "presale": "pre_order",
    "backorder": "back_order",
    "onbackorder": "back_order",
    "discontinued": "discontinued",
    "madetoorder": "made_to_order",
    "reserved": "reserved",
    "pending": "out_of_stock",
    "有货": "in_stock",
    "现货": "in_stock",
    "缺货": "out_of_stock",
    "无货": "out_of_stock",
    "售罄": "out_of_stock",
    "预售": "pre_order",
}


def price_of(value: Any, currency: str | None = None) -> tuple[Decimal, str | None] | None:
    """A price in whole units and its currency, when the text itself names one.

    Numbers of machines ("1299.00") are exact as they stand; anything else is read as people write
    it ("1.299,00 €"). A range gives its lower end. Zero and below, and what is unclear, are None.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, Decimal | int):
        return (Decimal(value), None) if value > 0 else None
    if not isinstance(value, str):
        return None
    text = value.strip()
    if _MACHINE.fullmatch(text):
        number = Decimal(text)
        if currency in _POINT_IS_THOUSANDS and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text):
            number = Decimal(text.replace(".", ""))
        return (number, None) if number > 0 else None
    reading = read_price(text, currency)
    if reading.value is None or reading.value <= 0:
        return None
    return reading.value, reading.currency


def count_of(value: Any) -> NumberReading | None:
    """A count, from a number or a text such as "1.2万+"; None: none, or unclear."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, Decimal | int):
        if value < 0 or value != int(value):
            return None
        number = Decimal(int(value))
        return NumberReading(str(value), number, number, number + 1, None, Precision.EXACT)
    if not isinstance(value, str):
        return None
    if re.fullmatch(r"[0-9]{1,15}", value.strip()):
        return count_of(Decimal(value.strip()))
    reading = read_count(value)
    return None if reading.value is None else reading


def availability_of(value: Any) -> str | None:
    """schema.org's terms, OpenGraph's and shops' own, as ours; None: unknown word."""
    if isinstance(value, bool):
        return "in_stock" if value else "out_of_stock"
    if not isinstance(value, str):
        return None
    words = (
        value.strip()
        .rstrip("/")
        .rsplit("/", 1)[-1]
        .rsplit("#", 1)[-1]
        .rsplit(":", 1)[-1]
        .lower()
        .strip()
    )
    squeezed = re.sub(r"[\s_\-]+", "", words)
    return _AVAILABILITY.get(words) or _AVAILABILITY.get(squeezed)


def rating_of(value: Any, best: Any) -> tuple[Decimal, Decimal | None] | None:
    """A rating and the top of its scale: 5 if nothing is said and it fits (schema.org's default).

    None when it is none, is above its own top, or is 0 (no one has rated).
    """
    text = _decimal_text(value)
    match = re.fullmatch(
        r"(\d{1,3}(?:\.\d{1,10})?)(?:\s*(?:/|out of|von|sur|de)\s*(\d{1,3}))?", text
    )
    if match is None:
        return None
    rating = Decimal(match[1])
    top = _decimal(_decimal_text(best)) or _decimal(match[2] or "")
    if top is None and rating <= 5:
        top = Decimal(5)
    if rating <= 0 or (top is not None and rating > top):
        return None
    return rating, top


def _decimal_text(value: Any) -> str:
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return format(Decimal(value), "f")
    if not isinstance(value, str):
        return ""
    return re.sub(r"(?<=\d),(?=\d)", ".", value.strip().lower())


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number > 0 else None
