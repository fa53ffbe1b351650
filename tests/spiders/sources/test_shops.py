# ruff: noqa: E501 -- answers are one line each
"""Listings of Shopify and WooCommerce: JSON first, then the page."""

import json
from decimal import Decimal

import pytest

from spiders.sources.shopify import json_address
from spiders.sources.woocommerce import api_address
from tests.spiders.sources.walking import Walk, target

MUG = "https://shop.example/products/mug"
CUP = "https://shop.example/product/cup/"
JS = json.dumps({"id": 1, "title": "Mug", "handle": "mug", "vendor": "Acme", "available": True, "options": ["Colour"], "variants": [
    {"id": 11, "sku": "M-R", "title": "Red", "price": 12900, "compare_at_price": 15900, "available": True},
    {"id": 12, "sku": "M-B", "title": "Blue", "price": 9900, "compare_at_price": None, "available": False}]}).encode()  # fmt: skip
PAGE = b"""<html><head><title>Mug</title><meta property="og:type" content="product"><meta property="og:price:amount" content="129.00"><meta property="og:price:currency" content="EUR">
<script type="application/ld+json">{"@type":"Product","name":"Mug","aggregateRating":{"ratingValue":"4.6","reviewCount":"210"}}</script></head><body>Mug</body></html>"""
WOO = json.dumps([{"id": 7, "name": "Cup", "slug": "cup", "permalink": CUP, "sku": "C1", "on_sale": True, "is_in_stock": True, "is_on_backorder": False, "low_stock_remaining": 3,
    "average_rating": "4.25", "review_count": 12, "prices": {"price": "18000", "regular_price": "22000", "sale_price": "18000", "currency_code": "KWD", "currency_minor_unit": 3}}]).encode()  # fmt: skip


def test_a_product_of_shopify_gets_its_currency_from_its_page():
    walk = Walk(target("shopify", MUG, "listing"), {"mug.js": JS, "/mug": PAGE})
    (item,) = walk.items
    assert (item.price, item.list_price, item.currency) == (
        Decimal("129.00"),
        Decimal("159.00"),
        "EUR",
    )
    assert item.sources["price"] == "shopify"
    assert [(one.sku, one.price, one.availability) for one in item.variants] == [
        ("M-R", Decimal("129.00"), "in_stock"), ("M-B", Decimal("99.00"), "out_of_stock"),
    ]  # fmt: skip
    assert (item.counts["rating"].value, item.counts["review_count"].value) == (4_600, 210)
    assert walk.readings[-1].is_complete


def test_a_currency_that_a_person_fixed_saves_the_second_request():
    walk = Walk(target("shopify", MUG, "listing", currency="USD"), {"mug.js": JS})
    assert [(one.price, one.currency) for one in walk.items] == [(Decimal("129.00"), "USD")]


def test_a_page_without_currency_leaves_it_open():
    walk = Walk(target("shopify", MUG, "listing"), {"mug.js": JS, "/mug": b"<title>Mug</title>"})
    assert [one.currency for one in walk.items] == [""]


def test_the_variant_that_the_address_names_is_the_one():
    walk = Walk(target("shopify", f"{MUG}?variant=12", "listing", currency="USD"), {"mug.js": JS})
    assert [(one.price, one.availability) for one in walk.items] == [
        (Decimal("99.00"), "out_of_stock")
    ]


@pytest.mark.parametrize(
    "answer", [(404, b""), (403, b"no"), b"<html>not json</html>", b"{}", b"", b'{"product":']
)
def test_a_shop_that_keeps_its_json_is_read_by_its_page(answer):
    walk = Walk(target("shopify", MUG, "listing"), {"mug.js": answer, "/mug": PAGE})
    assert [(one.price, one.currency) for one in walk.items] == [(Decimal("129.00"), "EUR")]
    assert all("myshopify" not in one.url for one in walk.requests)


def test_a_wall_in_place_of_the_page_gives_no_price_at_all():
    walk = Walk(
        target("shopify", MUG, "listing"), {"mug.js": (404, b""), "/mug": "walls/cloudflare.html"}
    )
    assert (walk.status, walk.items) == ("challenge", [])


def test_taught_selectors_are_used_where_the_page_says_no_price():
    page = b"<title>Mug</title><b class='now'>12,50 EUR</b><i>2 for 1</i><u>1.2K sold</u>"
    one = target(
        "shopify", MUG, "listing", selectors={"price": ".now", "promotion": "i", "sold": "u"}
    )
    (item,) = Walk(one, {"mug.js": (404, b""), "/mug": page}).items
    assert (item.price, item.currency, item.promotion, item.sold_text) == (
        Decimal("12.50"),
        "EUR",
        "2 for 1",
        "1.2K sold",
    )
    assert (item.counts["sold"].low, item.counts["sold"].high) == (1_150, 1_300)


def test_a_product_of_woocommerce_says_its_own_minor_units():
    (item,) = Walk(target("woocommerce", CUP, "listing"), {"/wp-json/": WOO}).items
    assert (item.price, item.list_price, item.currency) == (
        Decimal("18.000"),
        Decimal("22.000"),
        "KWD",
    )
    assert (item.availability, item.counts["rating"].value, item.counts["review_count"].value) == (
        "limited",
        4_250,
        12,
    )


@pytest.mark.parametrize("answer", [(404, b"{}"), b"[]", b'{"code":"rest_no_route"}', b"<html>"])
def test_a_shop_without_the_store_api_is_read_by_its_page(answer):
    walk = Walk(target("woocommerce", CUP, "listing"), {"/wp-json/": answer, "/cup": PAGE})
    assert [(one.price, one.currency) for one in walk.items] == [(Decimal("129.00"), "EUR")]


@pytest.mark.parametrize(("url", "found"), [
    (MUG, f"{MUG}.js"), (f"{MUG}?variant=1#x", f"{MUG}.js"), ("https://shop.example/de/products/mug", "https://shop.example/de/products/mug.js"),
    ("https://shop.example/collections/cups/products/mug", f"{MUG}.js"), ("https://shop.example/products/", ""), ("https://www.amazon.example/products/mug", ""),
    ("ftp://shop.example/products/mug", ""), ("https://shop.example/products/mug.js", ""), ("https://[", ""),
])  # fmt: skip
def test_where_shopify_keeps_a_products_json(url, found):
    assert json_address(url) == found


@pytest.mark.parametrize(("url", "found"), [
    (CUP, "https://shop.example/wp-json/wc/store/v1/products?slug=cup"), ("https://a.example/shop/product/cup", "https://a.example/shop/wp-json/wc/store/v1/products?slug=cup"),
    ("https://a.example/en/product/cup", "https://a.example/wp-json/wc/store/v1/products?slug=cup"), ("https://a.example/product/%E6%9D%AF", "https://a.example/wp-json/wc/store/v1/products?slug=%E6%9D%AF"),
    ("https://a.example/product/", ""), ("https://a.example/product/a/b", ""), ("https://[", ""),
])  # fmt: skip
def test_where_woocommerce_keeps_a_product(url, found):
    assert api_address(url) == found
