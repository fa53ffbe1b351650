"""What a page says: one item, with null for what it does not say."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tracker.domain.numbers import NumberReading

PARSER_VERSION = 2
"""Raised when a change of the readers can change what an old page gives."""


class PageKind(StrEnum):
    """What a page is."""

    PRODUCT = "product"
    PROFILE = "profile"
    POST = "post"
    LIST = "list"
    """Several products or posts: nothing that is one listing's price."""
    CHALLENGE = "challenge"
    LOGIN = "login"
    ERROR = "error"
    UNKNOWN = "unknown"


class PageStatus(StrEnum):
    """What came of reading a page. Only `ok` and `ambiguous` carry numbers."""

    OK = "ok"
    AMBIGUOUS = "ambiguous"
    """Its sources contradict each other about a price or count; that one is null."""
    EMPTY = "empty"
    """Nothing in it that the readers know: teach a selector."""
    BLOCKED = "blocked"
    CHALLENGE = "challenge"
    LOGIN_WALL = "login_wall"
    NOT_FOUND = "not_found"
    SERVER_ERROR = "server_error"
    BAD_CONTENT = "bad_content"
    """Not a page: an image, an archive, binary data."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One of several things sold under one listing."""

    sku: str | None = None
    title: str | None = None
    price: Decimal | None = None
    list_price: Decimal | None = None
    availability: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A price that some source of the page gives."""

    source: str
    price: Decimal
    currency: str | None = None


COUNTS = ("followers", "following", "posts", "views", "likes", "comments", "shares", "saves")
"""The numbers of profiles and posts."""


@dataclass(slots=True)
class PageItem:
    """All that one page says. None: it does not say, or says two things."""

    kind: PageKind = PageKind.UNKNOWN
    status: PageStatus = PageStatus.EMPTY
    url: str | None = None
    """The page's own canonical address, else the one that was asked."""
    title: str | None = None
    price: Decimal | None = None
    """In whole units of `currency`; the lowest of what can be bought when variants differ."""
    price_high: Decimal | None = None
    """The highest when variants differ; None: one price."""
    list_price: Decimal | None = None
    """The price before a reduction, when it is above `price`."""
    currency: str | None = None
    """ISO 4217."""
    availability: str | None = None
    """in_stock, limited, out_of_stock, pre_order, back_order, in_store_only, made_to_order,
    reserved, discontinued."""
    rating: Decimal | None = None
    rating_best: Decimal | None = None
    """The top of the scale that `rating` is on."""
    review_count: int | None = None
    sku: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    brand: str | None = None
    seller: str | None = None
    promotion: str | None = None
    """What the page says of a promotion, in its own words."""
    sold: str | None = None
    """What it says of sales, in its own words; the number is among `counts`."""
    image: str | None = None
    handle: str | None = None
    published_at: str | None = None
    """As the page writes it."""
    counts: dict[str, NumberReading] = field(default_factory=dict)
    """By the names of COUNTS; also `sold`, and review_count when it was written in words."""
    variants: list[Variant] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    """The prices that clash, when the status is ambiguous."""
    sources: dict[str, str] = field(default_factory=dict)
    """Field -> where it was read: shopify, woocommerce, json_ld, microdata, rdfa, meta, taught."""
    encoding: str | None = None
    bad_characters: int = 0
    """Characters that could not be decoded; above 0, texts may be damaged."""

    def as_document(self) -> dict[str, Any]:
        """As JSON has it: every key, amounts as decimal text, counts as numbers."""
        flat: dict[str, Any] = {
            name: _plain(getattr(self, name))
            for name in self.__slots__
            if name not in ("counts", "variants", "candidates", "rating", "rating_best")
        }
        flat["rating"] = _number(self.rating)
        flat["rating_best"] = _number(self.rating_best)
        for name in COUNTS:
            reading = self.counts.get(name)
            flat[name] = None if reading is None else _number(reading.value)
        flat["counts"] = {name: _reading(reading) for name, reading in self.counts.items()}
        flat["variants"] = [_dataclass(variant) for variant in self.variants]
        flat["candidates"] = [_dataclass(candidate) for candidate in self.candidates]
        flat["parser_version"] = PARSER_VERSION
        return flat


def _plain(value: Any) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _dataclass(value: Variant | Candidate) -> dict[str, Any]:
    return {name: _plain(getattr(value, name)) for name in value.__slots__}


def _reading(reading: NumberReading) -> dict[str, Any]:
    return {
        "value": _number(reading.value),
        "low": _number(reading.low),
        "high": _number(reading.high),
        "raw": reading.raw,
        "precision": None if reading.precision is None else reading.precision.value,
    }
