"""Tables of listings for files."""

from __future__ import annotations

from typing import Any

from tracker.i18n import mark
from tracker.reports.columns import Column, TableSpec, at
from tracker.reports.market import ListingRow


def _none(_session: Any, _state: Any) -> tuple[()]:
    """Their rows are asked for by the page, which knows the instant."""
    return ()


def _value(name: str) -> Any:
    def read(row: ListingRow) -> int | None:
        found = row.counts.get(name)
        return None if found is None else found.value

    return read


def _currency(row: Any) -> str:
    snapshot = getattr(row, "snapshot", row)
    return str(snapshot.currency) if snapshot is not None and snapshot.currency else "XXX"


def _money(name: str) -> Any:
    """An amount of the page's own currency; None where the page does not say which it is."""

    def read(row: Any) -> int | None:
        snapshot = getattr(row, "snapshot", row)
        if snapshot is None or not snapshot.currency:
            return None
        found: int | None = getattr(snapshot, name)
        return found

    return read


LISTINGS = TableSpec(
    "listings",
    (
        Column("group", mark("Compared as"), "text", at("listing.product_group")),
        Column("competitor", mark("Competitor"), "text", at("listing.competitor")),
        Column("title", mark("Title"), "text", at("listing.title")),
        Column("url", mark("Address"), "text", at("listing.url")),
        Column("sku", mark("Our SKU"), "text", at("listing.sku")),
        Column("page_currency", mark("Currency of the page"), "text", at("snapshot.currency")),
        Column("price", mark("Price"), "money", _money("price_minor"), currency=_currency),
        Column("list_price", mark("List price"), "money", _money("list_price_minor"),
               currency=_currency),
        Column("price_base", mark("Price in the base currency"), "money",
               at("present.price_base_minor")),
        Column("to_ours", mark("Against ours"), "ratio", at("to_ours")),
        Column("availability", mark("Stock"), "code", at("snapshot.availability"), "availability"),
        Column("promotion", mark("Promotion"), "text", at("snapshot.promotion")),
        Column("seller", mark("Seller"), "text", at("snapshot.seller")),
        Column("sold", mark("Sold, as the page says"), "text", at("snapshot.sold_text")),
        Column("rating", mark("Rating"), "ratio", at("rating")),
        Column("reviews", mark("Reviews"), "count", _value("review_count")),
        Column("taken_at", mark("Read at"), "instant", at("snapshot.taken_at")),
    ),
    _none,
)  # fmt: skip

HISTORY = TableSpec(
    "listing_history",
    (
        Column("taken_at", mark("Read at"), "instant", at("taken_at")),
        Column("title", mark("Title"), "text", at("title")),
        Column("page_currency", mark("Currency of the page"), "text", at("currency")),
        Column("price", mark("Price"), "money", _money("price_minor"), currency=_currency),
        Column("price_high", mark("Highest price"), "money", _money("price_high_minor"),
               currency=_currency),
        Column("list_price", mark("List price"), "money", _money("list_price_minor"),
               currency=_currency),
        Column("availability", mark("Stock"), "code", at("availability"), "availability"),
        Column("promotion", mark("Promotion"), "text", at("promotion")),
        Column("seller", mark("Seller"), "text", at("seller")),
        Column("sold", mark("Sold, as the page says"), "text", at("sold_text")),
    ),
    _none,
)  # fmt: skip
