"""Items that sources give, and how the page readers' item becomes one of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from spiders.pages.item import PARSER_VERSION, PageItem, PageKind
from spiders.pages.item import Variant as PageVariant
from tracker.observed import (
    MAX_AMOUNT,
    AccountItem,
    Count,
    FetchStatus,
    Item,
    ListingItem,
    Metric,
    PostItem,
    VariantItem,
    counts_of,
    iso_datetime,
    rating_of,
)

__all__ = [
    "AccountItem",
    "Count",
    "FetchStatus",
    "Item",
    "ListingItem",
    "Metric",
    "PostItem",
    "VariantItem",
    "counts_of",
    "iso_datetime",
    "item_of_page",
    "rating_of",
]


def item_of_page(page: PageItem) -> AccountItem | PostItem | ListingItem | None:
    """The item of a page that was read; None: there is no account, post or product in it."""
    if page.kind is PageKind.PRODUCT:
        return _listing(page)
    shared: dict[str, Any] = {
        "url": (page.url or "")[:2_048],
        "title": (page.title or "")[:300],
        "counts": counts_of({k: v for k, v in page.counts.items() if k != "review_count"}),
        "sources": page.sources,
        "parser_version": PARSER_VERSION,
    }
    if page.kind is PageKind.PROFILE:
        return AccountItem(handle=(page.handle or "")[:300], **shared)
    if page.kind is PageKind.POST:
        ref = (page.url or page.title or "")[:300]
        if not ref:
            return None
        return PostItem(ref=ref, published_at=iso_datetime(page.published_at), **shared)
    return None


def _listing(page: PageItem) -> ListingItem:
    return ListingItem(
        url=(page.url or "")[:2_048],
        title=(page.title or "")[:300],
        counts=_listing_counts(page),
        sources=page.sources,
        parser_version=PARSER_VERSION,
        currency=page.currency or "",
        price=_amount(page.price),
        price_high=_amount(page.price_high),
        list_price=_amount(page.list_price),
        availability=page.availability or "",
        seller=(page.seller or "")[:300],
        promotion=(page.promotion or "")[:300],
        sold_text=(page.sold or "")[:300],
        brand=(page.brand or "")[:300],
        sku=(page.sku or "")[:300],
        gtin=(page.gtin or "")[:300],
        is_ambiguous=bool(page.candidates),
        candidates=[
            {"source": one.source, "price": str(one.price), "currency": one.currency}
            for one in page.candidates[:20]
        ],
        variants=_variants(page.variants),
    )


def _listing_counts(page: PageItem) -> dict[Metric, Count]:
    counts: dict[Metric, Count] = {}
    if page.rating is not None:
        rating = rating_of(page.rating, page.rating_best, page.sources.get("rating", ""))
        if rating is not None:
            counts["rating"] = rating
    counts |= counts_of({k: v for k, v in page.counts.items() if k in ("review_count", "sold")})
    if (
        "review_count" not in counts
        and page.review_count is not None
        and 0 <= page.review_count <= 10**15
    ):
        counts["review_count"] = Count.exactly(
            page.review_count, page.sources.get("review_count", "")
        )
    return counts


def _variants(variants: list[PageVariant]) -> list[VariantItem]:
    """Variants that can be told apart; of two with one name the first."""
    found: dict[str, VariantItem] = {}
    for one in variants[:2_000]:
        name = (one.sku or one.title or "")[:200]
        if name and name not in found:
            found[name] = VariantItem(
                sku=name,
                title=(one.title or "")[:300],
                price=_amount(one.price),
                list_price=_amount(one.list_price),
                availability=one.availability or "",
            )
    return list(found.values())


def _amount(amount: Decimal | None) -> Decimal | None:
    return amount if amount is not None and 0 <= amount <= MAX_AMOUNT else None
