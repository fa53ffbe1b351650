"""What meta elements and loose microdata say of a product: OpenGraph, Twitter cards."""

from __future__ import annotations

from spiders.pages.facts import Facts
from spiders.pages.item import Candidate
from spiders.pages.product import PageHints
from spiders.pages.values import availability_of, price_of
from tracker.domain.currency_words import currency_code

_PRICES = ("product:sale_price:amount", "product:price:amount", "og:price:amount",
           "product:price", "og:price", "twitter:data1")  # fmt: skip
_LIST_PRICES = ("product:original_price:amount", "product:price:standard_amount",
                "og:price:standard_amount", "product:price:amount")  # fmt: skip


def facts_of_meta(
    meta: dict[str, str], loose: dict[str, list[str]], hints: PageHints
) -> Facts | None:
    """The product of the page's meta elements; None: they tell of no product."""
    facts = Facts("meta", currency=hints.currency)
    _read_loose(facts, loose)
    key = None if facts.price or facts.clashing else _read_price(facts, meta)
    if facts.price is None and not facts.clashing and not hints.is_product:
        return None
    for name in _LIST_PRICES:
        found = price_of(meta.get(name), facts.currency)
        if name != key and found and facts.price is not None and found[0] > facts.price:
            facts.list_price = found[0]
            break
    facts.title = hints.title
    facts.image = meta.get("og:image") or meta.get("twitter:image")
    facts.url = meta.get("og:url")
    facts.sku = meta.get("product:retailer_item_id") or meta.get("og:sku")
    facts.brand = meta.get("product:brand") or meta.get("og:brand")
    for name in ("product:availability", "og:availability"):
        facts.availability = facts.availability or availability_of(meta.get(name))
    return facts


def _read_price(facts: Facts, meta: dict[str, str]) -> str | None:
    """Set the price; returns the element that it is from."""
    for key in _PRICES:
        if key == "twitter:data1" and meta.get("twitter:label1", "").lower() not in (
            "price",
            "价格",
        ):
            continue
        found = price_of(meta.get(key), facts.currency)
        if found is not None:
            facts.price = found[0]
            facts.currency = facts.currency or found[1]
            return key
    return None


def _read_loose(facts: Facts, loose: dict[str, list[str]]) -> None:
    """Prices with itemprop but without a scope around them."""
    currencies = {code for text in loose.get("pricecurrency", []) if (code := currency_code(text))}
    if len(currencies) == 1:
        facts.currency = currencies.pop()
    prices = [p for text in loose.get("price", []) if (p := price_of(text, facts.currency))]
    distinct = list(dict.fromkeys(price for price, _ in prices))
    if len(distinct) == 1:
        facts.price = distinct[0]
        facts.currency = facts.currency or prices[0][1]
    elif distinct:
        facts.clashing = [Candidate("meta", price, facts.currency) for price in distinct]
    states = [state for text in loose.get("availability", []) if (state := availability_of(text))]
    facts.availability = states[0] if len(set(states)) == 1 else None
