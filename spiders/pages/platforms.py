"""The product JSON of shop systems: Shopify and WooCommerce, as documents and inside pages."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from spiders.pages.facts import Facts
from spiders.pages.item import Variant
from spiders.pages.json_text import load_json
from spiders.pages.nodes import clean_text
from spiders.pages.values import availability_of, price_of, rating_of
from tracker.domain.currency_words import currency_code

MAX_VARIANTS = 2_000


def read_shop_json(document: Any, url: str) -> tuple[Facts | None, int]:
    """(facts, number of products in a list) of a JSON document that a shop's product address gave.

    (None, 0): it is no product of a system known here.
    """
    if isinstance(document, list):
        products = [one for one in document if isinstance(one, dict) and _shop_facts(one, url)]
        if len(products) == 1:
            return _shop_facts(products[0], url), 0
        return None, len(products)
    if not isinstance(document, dict):
        return None, 0
    if isinstance(document.get("products"), list):
        return None, len(document["products"])
    inner = document.get("product")
    return _shop_facts(inner if isinstance(inner, dict) else document, url), 0


def _shop_facts(product: dict[str, Any], url: str) -> Facts | None:
    if isinstance(product.get("prices"), dict):
        return _woocommerce(product)
    if isinstance(product.get("variants"), list) and (
        "handle" in product or "options" in product or "vendor" in product
    ):
        return _shopify(product, url)
    return None


def _text(value: Any) -> str | None:
    if isinstance(value, Decimal):
        return format(value, "f")
    return clean_text(value) if isinstance(value, str) else None


def _shopify(product: dict[str, Any], url: str) -> Facts:
    """Whole numbers are hundredths, of every currency (Shopify's Ajax API: yen too); texts with a
    point are whole units (products.json)."""
    facts = Facts("shopify", title=_text(product.get("title")), brand=_text(product.get("vendor")))
    facts.url = _text(product.get("url"))
    images = product.get("images") or [product.get("featured_image")]
    first = images[0] if isinstance(images, list) and images else None
    facts.image = _text(first.get("src") if isinstance(first, dict) else first)
    variants = [one for one in product["variants"] if isinstance(one, dict)][:MAX_VARIANTS]
    chosen = parse_qs(urlsplit(url).query).get("variant", [""])[0]
    asked = [one for one in variants if chosen and _text(one.get("id")) == chosen]
    facts.variants = [_shopify_variant(one) for one in variants] if len(variants) > 1 else []
    _from_variants(facts, [_shopify_variant(one) for one in asked or variants])
    codes = {_text(one.get("price_currency")) for one in variants} - {None}
    facts.currency = currency_code(codes.pop() or "") if len(codes) == 1 else None
    return facts


def _shopify_variant(variant: dict[str, Any]) -> Variant:
    title = _text(variant.get("title")) or _text(variant.get("public_title"))
    return Variant(
        sku=_text(variant.get("sku")),
        title=None if title == "Default Title" else title,
        price=_shopify_amount(variant.get("price")),
        list_price=_shopify_amount(variant.get("compare_at_price")),
        availability=availability_of(variant.get("available")),
    )


def _shopify_amount(value: Any) -> Decimal | None:
    if isinstance(value, dict):
        value = value.get("amount")
    found = price_of(value)
    if found is None:
        return None
    return found[0].scaleb(-2) if isinstance(value, Decimal) and value % 1 == 0 else found[0]


def _from_variants(facts: Facts, variants: list[Variant]) -> None:
    """The lowest price of what can be bought, the highest if they differ, and what they share."""
    buyable = [one for one in variants if one.price and one.availability != "out_of_stock"]
    pool = buyable or [one for one in variants if one.price]
    if pool:
        cheapest = min(pool, key=lambda one: one.price or Decimal(0))
        highest = max(one.price or Decimal(0) for one in pool)
        facts.price, facts.list_price = cheapest.price, cheapest.list_price
        facts.price_high = highest if facts.price and highest > facts.price else None
    states = [one.availability for one in variants if one.availability]
    if states:
        facts.availability = "in_stock" if "in_stock" in states else states[0]
    if len(variants) == 1:
        facts.sku = variants[0].sku


def _woocommerce(product: dict[str, Any]) -> Facts:
    """WooCommerce Store API: amounts are texts of minor units, whose number it says itself."""
    prices = product["prices"]
    facts = Facts("woocommerce", title=_text(product.get("name")), sku=_text(product.get("sku")))
    facts.currency = currency_code(_text(prices.get("currency_code")) or "")
    digits = prices.get("currency_minor_unit")
    exponent = int(digits) if isinstance(digits, Decimal) and 0 <= digits <= 6 else None

    def amount(value: Any) -> Decimal | None:
        found = price_of(value)
        return None if found is None or exponent is None else found[0].scaleb(-exponent)

    span = prices.get("price_range")
    facts.price, facts.list_price = amount(prices.get("price")), amount(prices.get("regular_price"))
    if isinstance(span, dict):
        low, high = amount(span.get("min_amount")), amount(span.get("max_amount"))
        facts.price = low or facts.price
        facts.price_high = high if high and low and high > low else None
    facts.url = _text(product.get("permalink"))
    if isinstance(product.get("is_in_stock"), bool):
        facts.availability = "in_stock" if product["is_in_stock"] else "out_of_stock"
    if facts.availability == "in_stock" and isinstance(product.get("low_stock_remaining"), Decimal):
        facts.availability = "limited"
    if product.get("is_on_backorder") is True:
        facts.availability = "back_order"
    rating = rating_of(product.get("average_rating"), None)
    if rating is not None:
        facts.rating, facts.rating_best = rating
    count = product.get("review_count")
    facts.review_count = count if isinstance(count, Decimal) else None
    brands = product.get("brands")
    if isinstance(brands, list) and brands and isinstance(brands[0], dict):
        facts.brand = _text(brands[0].get("name"))
    return facts


_SHOPIFY_CURRENCY = re.compile(
    r"""Shopify\.currency\s*=\s*\{[^}]{0,80}?"active"\s*:\s*"([A-Z]{3})\""""
)
_SHOPIFY_META = re.compile(r"\bvar meta\s*=\s*(?=\{)")


def read_shop_page(tree: Any, text: str, url: str) -> Facts | None:
    """The product that a page of a Shopify or WooCommerce shop carries as JSON.

    `text` is the page's source: most pages are of neither, and a look at it is quick.
    """
    facts = None
    if "variants" in text:
        facts = _shopify_page([(one, one.text or "") for one in tree.iter("script")], url)
    if facts is None and "data-product_variations" in text:
        facts = _woocommerce_page(tree)
    return facts


def _is_product_script(script: Any) -> bool:
    """Whether a theme puts its product's JSON into a script of these marks."""
    if script.get("data-product-json") is not None:
        return True
    marks = f"{script.get('id', '')} {script.get('class', '')}"
    return marks.startswith("ProductJson") or (
        script.get("type") == "application/json" and "roduct" in marks
    )


def _shopify_page(scripts: list[tuple[Any, str]], url: str) -> Facts | None:
    products = [
        product
        for script, text in [pair for pair in scripts if _is_product_script(pair[0])][:50]
        for document in load_json(text)[:1]
        if isinstance(document, dict)
        for product in [document.get("product", document)]
        if isinstance(product, dict) and isinstance(product.get("variants"), list)
    ]
    products += [] if products else _shopify_analytics(scripts)
    handle = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    if len(products) > 1:
        products = [one for one in products if handle and one.get("handle") == handle][:1]
    if len(products) != 1:
        return None
    facts = _shopify(products[0], url)
    facts.currency = facts.currency or _shopify_currency(scripts)
    return facts


def _shopify_currency(scripts: list[tuple[Any, str]]) -> str | None:
    for _, text in scripts:
        match = _SHOPIFY_CURRENCY.search(text) if "Shopify.currency" in text else None
        if match:
            return match[1]
    return None


def _shopify_analytics(scripts: list[tuple[Any, str]]) -> list[dict[str, Any]]:
    """The product in the script that Shopify itself puts into every product page."""
    for _, text in scripts:
        match = _SHOPIFY_META.search(text) if "ShopifyAnalytics" in text else None
        line = text[match.end() :].partition(";\n")[0] if match else ""
        for document in load_json(line)[:1]:
            product = document.get("product") if isinstance(document, dict) else None
            if isinstance(product, dict) and isinstance(product.get("variants"), list):
                return [product]
    return []


def _woocommerce_page(tree: Any) -> Facts | None:
    """Prices of the variations form, which are whole units."""
    forms = [one for one in tree.iter("form") if one.get("data-product_variations")]
    if len(forms) != 1:
        return None
    documents = load_json(forms[0].get("data-product_variations") or "")
    rows = documents[0] if documents and isinstance(documents[0], list) else []
    variants = [_woocommerce_variant(row) for row in rows[:MAX_VARIANTS] if isinstance(row, dict)]
    if not any(variant.price for variant in variants):
        return None
    facts = Facts("woocommerce", variants=variants)
    _from_variants(facts, variants)
    return facts


def _woocommerce_variant(row: dict[str, Any]) -> Variant:
    price, regular = price_of(row.get("display_price")), price_of(row.get("display_regular_price"))
    attributes = row.get("attributes")
    names = attributes.values() if isinstance(attributes, dict) else []
    return Variant(
        sku=_text(row.get("sku")),
        title=" / ".join(filter(None, map(_text, names))) or None,
        price=price[0] if price else None,
        list_price=regular[0] if regular else None,
        availability=availability_of(row.get("is_in_stock")),
    )
