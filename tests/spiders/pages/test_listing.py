# ruff: noqa: E501 -- pages are one line each
"""Products, as shops send them: markup, data of shop systems, lists."""

import json

import pytest

from tests.spiders.pages.written_pages import URL, ld, meta, offer, page, product, read

PRODUCTS = {
    "a plain product": (page(ld(product(offers=offer("19.99", availability="https://schema.org/InStock"), sku="M1", brand={"@type": "Brand", "name": "Acme"}))),
        {"price": "19.99", "currency": "USD", "availability": "in_stock", "sku": "M1", "brand": "Acme", "title": "Mug", "status": "ok"}),
    "a number for a price": (page(ld(product(offers=offer(19.9)))), {"price": "19.9"}),
    "an integer for a price": (page(ld(product(offers=offer(1299)))), {"price": "1299"}),
    "a price written for people": (page(ld(product(offers=offer("1.299,00 €", "EUR")))), {"price": "1299.00", "currency": "EUR"}),
    "a price with its sign and no currency": (page(ld(product(offers={"@type": "Offer", "price": "€ 12,50"}))), {"price": "12.50", "currency": "EUR"}),
    "machine decimals are not thousands": (page(ld(product(offers=offer("3.350", "KWD")))), {"price": "3.350", "currency": "KWD"}),
    "pesos without decimals": (page(ld(product(offers=offer("24.990", "CLP")))), {"price": "24990"}),
    "a graph with references": (page(ld({"@context": "https://schema.org", "@graph": [{"@type": "WebPage", "@id": "#p"}, {"@type": "Product", "@id": "#x", "name": "Mug", "offers": {"@id": "#o"}}, {"@type": "Offer", "@id": "#o", "price": "7.00", "priceCurrency": "EUR"}]})),
        {"price": "7.00", "currency": "EUR"}),
    "an array of documents": (page(ld([{"@type": "Organization", "name": "S"}, product(offers=offer("5"))])), {"price": "5"}),
    "types as a list": (page(ld({"@type": ["Product", "Vehicle"], "name": "Mug", "offers": offer("5")})), {"price": "5"}),
    "a capital O": (page(ld({"@type": "Product", "name": "Mug", "Offers": offer("5")})), {"price": "5"}),
    "types as addresses": (page(ld({"@type": "http://schema.org/Product", "name": "Mug", "offers": {"@type": "http://schema.org/Offer", "price": "5", "availability": "http://schema.org/SoldOut"}})),
        {"price": "5", "availability": "out_of_stock"}),
    "prefixed keys": (page(ld({"@type": "schema:Product", "schema:name": "Mug", "schema:offers": {"@type": "schema:Offer", "schema:price": "5"}})), {"price": "5", "title": "Mug"}),
    "a product below the page": (page(ld({"@type": "ItemPage", "mainEntity": product(offers=offer("5"))})), {"price": "5"}),
    "an aggregate offer": (page(ld(product(offers={"@type": "AggregateOffer", "lowPrice": "50", "highPrice": "60", "priceCurrency": "EUR", "offerCount": 3}))),
        {"price": "50", "price_high": "60", "currency": "EUR"}),
    "an aggregate offer with offers inside": (page(ld(product(offers={"@type": "AggregateOffer", "lowPrice": 50, "highPrice": 60, "priceCurrency": "EUR", "offers": [offer(50, "EUR", sku="a"), offer(60, "EUR", sku="b")]}))),
        {"price": "50", "price_high": "60"}),
    "an aggregate offer without its own prices": (page(ld(product(offers={"@type": "AggregateOffer", "offers": [offer(50, "EUR", sku="a"), offer(60, "EUR", sku="b")]}))), {"price": "50", "price_high": "60"}),
    "variants that differ": (page(ld(product(offers=[offer("12", sku="b", availability="InStock"), offer("10", sku="a", availability="OutOfStock"), offer("15", sku="c", availability="InStock")]))),
        {"price": "12", "price_high": "15", "availability": "in_stock"}),
    "the variant that the address names": (page(ld(product(offers=[offer("12", url="/products/mug?variant=1"), offer("15", url="/products/mug?variant=2")]))), {"price": "15", "price_high": None}),
    "the same offer twice": (page(ld(product(offers=[offer("12"), offer("12")]))), {"price": "12", "status": "ok"}),
    "offers used and new": (page(ld(product(offers=[offer("12", itemCondition="https://schema.org/NewCondition"), offer("5", itemCondition="https://schema.org/UsedCondition")]))), {"price": "12"}),
    "a group with variants": (page(ld({"@type": "ProductGroup", "name": "Mug", "hasVariant": [product(name="Mug red", sku="r", offers=offer("10", availability="InStock")), product(name="Mug blue", sku="b", offers=offer("11", availability="InStock"))]})),
        {"price": "10", "price_high": "11", "title": "Mug"}),
    "variants beside their group": (page(ld({"@type": "ProductGroup", "@id": "#g", "name": "Mug", "hasVariant": [{"@id": "#r"}, {"@id": "#b"}]}, product(**{"@id": "#r"}, sku="r", offers=offer("10")), {"@type": "Product", "@id": "#b", "name": "Blue", "sku": "b", "offers": offer("11")})), {"price": "10", "price_high": "11", "title": "Mug"}),
    "variants that name their group": (page(ld(product(name="Mug red", sku="r", inProductGroupWithID="m", offers=offer("10")), product(name="Mug blue", sku="b", inProductGroupWithID="m", offers=offer("11")))), {"price": "10", "price_high": "11"}),
    "reviews in a node of their own": (page(ld(product(offers=offer("5")), product(aggregateRating={"ratingValue": 4.5, "reviewCount": 7}))), {"price": "5", "rating": 4.5, "review_count": 7}),
    "a specification": (page(ld(product(offers={"@type": "Offer", "priceSpecification": {"@type": "UnitPriceSpecification", "price": "8.50", "priceCurrency": "CHF"}}))), {"price": "8.50", "currency": "CHF"}),
    "a list price in a specification": (page(ld(product(offers=offer("8.50", "CHF", priceSpecification={"@type": "UnitPriceSpecification", "priceType": "https://schema.org/StrikethroughPrice", "price": "12.00", "priceCurrency": "CHF"})))),
        {"price": "8.50", "list_price": "12.00"}),
    "a members' price is not the price": (page(ld(product(offers={"@type": "Offer", "priceCurrency": "EUR", "priceSpecification": [{"price": "10"}, {"price": "8", "validForMemberTier": {"@type": "MemberProgramTier"}}]}))), {"price": "10"}),
    "with tax and without": (page(ld(product(offers={"@type": "Offer", "priceCurrency": "EUR", "priceSpecification": [{"price": "10", "valueAddedTaxIncluded": "false"}, {"price": "11.90", "valueAddedTaxIncluded": "true"}]}))), {"price": "11.90"}),
    "a rating": (page(ld(product(offers=offer("5"), aggregateRating={"@type": "AggregateRating", "ratingValue": "4,5", "bestRating": "5", "reviewCount": "1,234"}))), {"rating": 4.5, "rating_best": 5, "review_count": 1234}),
    "a rating out of ten": (page(ld(product(offers=offer("5"), aggregateRating={"ratingValue": 8.7, "bestRating": 10, "ratingCount": 12}))), {"rating": 8.7, "rating_best": 10, "review_count": 12}),
    "no ratings yet": (page(ld(product(offers=offer("5"), aggregateRating={"ratingValue": "0", "reviewCount": "0"}))), {"rating": None, "review_count": 0}),
    "a rating above its scale": (page(ld(product(offers=offer("5"), aggregateRating={"ratingValue": "47", "bestRating": "5"}))), {"rating": None}),
    "a zero is no price": (page(ld(product(offers=offer("0.00")))), {"price": None, "kind": "product"}),
    "trailing commas": (page(ld('{"@type":"Product","name":"Mug","offers":{"@type":"Offer","price":"5",},}')), {"price": "5"}),
    "comments": (page(ld('/* made by x */ {"@type":"Product", // name\n"name":"Mug","offers":{"price":"5"}}')), {"price": "5"}),
    "a CDATA section": (page(ld('//<![CDATA[\n{"@type":"Product","name":"Mug","offers":{"price":"5"}}\n//]]>')), {"price": "5"}),
    "control characters in a text": (page(ld('{"@type":"Product","name":"Mug\n\tbig","offers":{"price":"5"}}')), {"price": "5", "title": "Mug big"}),
    "a broken script beside a good one": (page(ld('{"@type":"Product","name":"Mug","offers":{"price":"9"', product(offers=offer("5")))), {"price": "5"}),
    "a semicolon after it": (page(ld('{"@type":"Product","name":"Mug","offers":{"price":"5"}};')), {"price": "5"}),
    "related products": (page(ld(product(offers=offer("5"), isRelatedTo=[product(name="Cup", offers=offer("9"))]))), {"price": "5", "title": "Mug"}),
    "a related product in its own script": (page(ld(product(name="Cup", url="/products/cup", offers=offer("9")), product(url=URL, offers=offer("5")))), {"price": "5", "title": "Mug"}),
    "a carousel below": (page(ld(product(offers=offer("5")), {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": product(name="Cup", offers=offer("9"))}]})), {"price": "5"}),
    "the one that the title names": (page(ld(product(name="Cup", offers=offer("9")), product(name="Mug", offers=offer("5"))), title="Mug - Shop"), {"price": "5"}),
    "microdata": (page(body='<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Mug</h1><div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><span itemprop="price" content="1299.00">$1,299</span><meta itemprop="priceCurrency" content="USD"><link itemprop="availability" href="https://schema.org/PreOrder"></div></div>'),
        {"price": "1299.00", "currency": "USD", "availability": "pre_order", "title": "Mug"}),
    "microdata with text": (page(body='<div itemscope itemtype="http://schema.org/Product"><span itemprop="name">Mug</span><p itemprop="offers" itemscope itemtype="http://schema.org/Offer"><b itemprop="price">1.299,00</b> <i itemprop="priceCurrency">EUR</i></p></div>'), {"price": "1299.00", "currency": "EUR"}),
    "microdata with offers twice": (page(body='<div itemscope itemtype="http://schema.org/Product"><span itemprop="name">Mug</span><div itemprop="offers" itemscope itemtype="http://schema.org/AggregateOffer"><div itemprop="offers" itemscope itemtype="http://schema.org/Offer"><b itemprop="price" content="5.5"></b></div></div></div>'), {"price": "5.5"}),
    "microdata by reference": (page(body='<div itemscope itemtype="http://schema.org/Product" itemref="o"><span itemprop="name">Mug</span></div><p id="o"><span itemprop="offers" itemscope itemtype="http://schema.org/Offer"><b itemprop="price">5</b></span></p>'), {"price": "5"}),
    "RDFa": (page(body='<div vocab="https://schema.org/" typeof="Product"><span property="name">Mug</span><div property="offers" typeof="Offer"><span property="price" content="5.00"></span><meta property="priceCurrency" content="GBP"></div></div>'), {"price": "5.00", "currency": "GBP"}),
    "OpenGraph": (page(meta(og__type="product", og__title="Mug", product__price__amount="5.00", product__price__currency="EUR", product__availability="instock")), {"price": "5.00", "currency": "EUR", "availability": "in_stock", "title": "Mug"}),
    "OpenGraph with a sale": (page(meta(og__type="product", product__price__amount="12.00", product__sale_price__amount="9.00", product__price__currency="EUR")), {"price": "9.00", "list_price": "12.00"}),
    "OpenGraph on Shopify": (page(meta(og__type="product", og__price__amount="1,299.00", og__price__currency="USD")), {"price": "1299.00"}),
    "loose microdata": (page(body='<span itemprop="price" content="5.00"></span><span itemprop="priceCurrency" content="EUR"></span>'), {"price": "5.00", "currency": "EUR"}),
    "all sources of one mind": (page(ld(product(offers=offer("5.00", "EUR"))) + meta(og__type="product", product__price__amount="5", product__price__currency="EUR")), {"price": "5.00", "status": "ok"}),
    "a reduction that only one source knows": (page(ld(product(offers=offer("12.00", "EUR"))) + meta(og__type="product", product__price__amount="12.00", product__sale_price__amount="9.00", product__price__currency="EUR")), {"price": "9.00", "list_price": "12.00", "status": "ok"}),
    "a book": (page(ld({"@type": "Book", "name": "Mug", "isbn": "9780306406157", "offers": offer("5")})), {"price": "5", "gtin": "9780306406157"}),
    "a shield's script on a good page": (page(ld(product(offers=offer("5"))) + '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script><div class="g-recaptcha"></div>'), {"price": "5", "status": "ok"}),
    "a login form on a good page": (page(ld(product(offers=offer("5"))), '<form><input type="password"></form>'), {"price": "5", "status": "ok"}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PRODUCTS.values(), ids=PRODUCTS.keys())
def test_a_product_page_is_read(text, expected):
    found = read(text, URL + "?variant=2" if "variant=1" in text else URL)
    assert {name: found[name] for name in expected} == expected
    assert found["kind"] == "product"


CLASHES = {
    "markup against meta": page(ld(product(offers=offer("5.00", "EUR"))) + meta(og__type="product", product__price__amount="9.00", product__price__currency="EUR")),
    "two currencies": page(ld(product(offers=offer("5.00", "EUR"))) + meta(og__type="product", product__price__amount="5.40", product__price__currency="USD")),
    "two prices in one offer": page(ld(product(offers=offer(["5.00", "9.00"])))),
    "offers that nothing tells apart": page(ld(product(offers=[offer("5.00"), offer("9.00")]))),
    "two products": page(ld(product(name="Cup", offers=offer("9")), product(name="Jar", offers=offer("5"))), title="Shop"),
    "microdata against JSON-LD": page(ld(product(offers=offer("5.00"))), '<div itemscope itemtype="http://schema.org/Product"><b itemprop="name">Mug</b><p itemprop="offers" itemscope itemtype="http://schema.org/Offer"><b itemprop="price">9.00</b></p></div>'),
    "offers in two currencies": page(ld(product(offers=[offer("5", "EUR", sku="a"), offer("6", "USD", sku="b")]))),
}  # fmt: skip


@pytest.mark.parametrize("text", CLASHES.values(), ids=CLASHES.keys())
def test_prices_that_clash_are_asked_and_not_guessed(text):
    found = read(text)
    assert (found["status"], found["price"], found["list_price"]) == ("ambiguous", None, None)
    assert len({(c["price"], c["currency"]) for c in found["candidates"]}) == 2


SHOPIFY_JS = {"id": 1, "title": "Mug", "handle": "mug", "vendor": "Acme", "price": 12900, "price_min": 12900, "available": True, "options": [], "images": ["//cdn.example/1.jpg"],
    "variants": [{"id": 2, "title": "Red", "sku": "r", "price": 12900, "compare_at_price": 15900, "available": True}, {"id": 3, "title": "Blue", "sku": "b", "price": 13900, "compare_at_price": None, "available": False}]}  # fmt: skip


def test_shopify_amounts_of_the_script_address_are_hundredths():
    found = read(json.dumps(SHOPIFY_JS))
    assert (found["price"], found["list_price"], found["price_high"]) == ("129.00", "159.00", None)
    assert (found["title"], found["brand"], found["availability"]) == ("Mug", "Acme", "in_stock")
    assert [v["sku"] for v in found["variants"]] == ["r", "b"]
    assert read(json.dumps(SHOPIFY_JS), URL + "?variant=3")["price"] == "139.00"


def test_shopify_amounts_of_the_json_address_are_whole_units():
    document = {
        "product": {
            "title": "Mug",
            "handle": "mug",
            "vendor": "Acme",
            "variants": [
                {
                    "id": 2,
                    "title": "Default Title",
                    "sku": "r",
                    "price": "7.99",
                    "compare_at_price": "9.99",
                }
            ],
        }
    }
    found = read(json.dumps(document))
    assert (found["price"], found["list_price"], found["sku"], found["currency"]) == (
        "7.99",
        "9.99",
        "r",
        None,
    )


def test_a_shopify_list_is_a_list_without_a_price():
    found = read(json.dumps({"products": [SHOPIFY_JS, SHOPIFY_JS]}))
    assert (found["kind"], found["status"], found["price"]) == ("list", "ok", None)


def test_a_shopify_page_carries_its_product():
    script = f'<script id="ProductJson-1" type="application/json">{json.dumps(SHOPIFY_JS)}</script>'
    currency = '<script>Shopify.currency = {"active":"EUR","rate":"1.0"};</script>'
    found = read(page(script + currency))
    assert (found["price"], found["currency"], found["sources"]["price"]) == (
        "129.00",
        "EUR",
        "shopify",
    )


def test_the_script_of_shopifys_analytics_is_understood():
    script = (
        "<script>window.ShopifyAnalytics = {};\nvar meta = "
        + json.dumps(
            {
                "product": {
                    "id": 1,
                    "vendor": "Acme",
                    "variants": [{"id": 2, "price": 12900, "name": "Mug", "sku": "r"}],
                }
            }
        )
        + ";\nfor (var a in meta) {}</script>"
    )
    found = read(
        page(script + meta(og__type="product", og__title="Mug", og__price__currency="EUR"))
    )
    assert (found["price"], found["currency"], found["title"]) == ("129.00", "EUR", "Mug")


WOO = {"id": 1, "name": "Mug", "sku": "w", "permalink": URL, "prices": {"price": "18000", "regular_price": "20000", "sale_price": "18000", "currency_code": "KWD", "currency_minor_unit": 3, "price_range": None},
    "average_rating": "4.50", "review_count": 12, "is_in_stock": False}  # fmt: skip


def test_woocommerce_says_how_many_digits_its_amounts_have():
    found = read(json.dumps([WOO]))
    assert (found["price"], found["list_price"], found["currency"]) == ("18.000", "20.000", "KWD")
    assert (found["rating"], found["review_count"], found["availability"]) == (
        4.5,
        12,
        "out_of_stock",
    )


def test_woocommerce_variations_in_a_page_are_read():
    rows = json.dumps(
        [
            {
                "sku": "a",
                "display_price": 10.5,
                "display_regular_price": 12,
                "is_in_stock": True,
                "attributes": {"x": "Red"},
            },
            {"sku": "b", "display_price": 11, "display_regular_price": 11, "is_in_stock": True},
        ]
    ).replace('"', "&quot;")
    found = read(
        page(body=f'<form class="variations_form" data-product_variations="{rows}"></form>')
    )
    assert (found["price"], found["price_high"], found["list_price"]) == ("10.5", "11", "12")


def test_a_category_is_a_list():
    items = [
        {"@type": "ListItem", "position": i, "item": product(name=f"Mug {i}", offers=offer(str(i)))}
        for i in range(1, 5)
    ]
    found = read(
        page(ld({"@type": "ItemList", "itemListElement": items})), "https://shop.example/mugs"
    )
    assert (found["kind"], found["price"]) == ("list", None)
