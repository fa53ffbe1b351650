# ruff: noqa: E501 -- pages are one line each
"""Whole pages, as shops, networks and walls send them."""

import gzip
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.pages.item import COUNTS
from spiders.pages.listing import read_page

URL = "https://shop.example/products/mug"


def page(head="", body="", title="Mug"):
    return (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    )


def ld(*documents):
    return "".join(
        f'<script type="application/ld+json">{d if isinstance(d, str) else json.dumps(d)}</script>'
        for d in documents
    )


def meta(**values):
    return "".join(
        f'<meta property="{k.replace("__", ":")}" content="{v}">' for k, v in values.items()
    )


def product(**extra):
    return {"@context": "https://schema.org", "@type": "Product", "name": "Mug", **extra}


def offer(price, currency="USD", **extra):
    return {"@type": "Offer", "price": price, "priceCurrency": currency, **extra}


def read(text, url=URL, **kwargs):
    return read_page(text, url, **kwargs).as_document()


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


def counter(action, count, **extra):
    return {
        "@type": "InteractionCounter",
        "interactionType": action,
        "userInteractionCount": count,
        **extra,
    }


def test_a_profile_has_its_counts_whatever_form_the_action_has():
    person = {
        "@type": "Person",
        "name": "Li Na",
        "alternateName": "@lina",
        "interactionStatistic": [
            counter("https://schema.org/FollowAction", 3893),
            counter({"@type": "http://schema.org/LikeAction"}, "1.2万"),
            counter("WriteAction", 23961),
        ],
        "agentInteractionStatistic": [counter("FollowAction", 406)],
    }
    found = read(
        page(ld({"@type": "ProfilePage", "mainEntity": person})), "https://social.example/lina"
    )
    assert (found["kind"], found["status"], found["title"], found["handle"]) == (
        "profile",
        "ok",
        "Li Na",
        "@lina",
    )
    assert (found["followers"], found["following"], found["posts"], found["likes"]) == (
        3893,
        406,
        23961,
        12000,
    )
    assert found["counts"]["likes"] == {
        "value": 12000,
        "low": 11500,
        "high": 13000,
        "raw": "1.2万",
        "precision": "rounded",
    }
    assert found["views"] is None


def test_names_of_counters_say_more_than_their_action():
    person = {
        "@type": "Person",
        "name": "x",
        "interactionStatistic": [
            counter("https://schema.org/FollowAction", 3893, name="Follows"),
            counter("https://schema.org/SubscribeAction", 406, name="Friends"),
            counter("https://schema.org/WriteAction", 23961, name="Tweets"),
        ],
    }
    found = read(page(ld({"@type": "ProfilePage", "mainEntity": person})))
    assert (found["followers"], found["following"], found["posts"]) == (3893, 406, 23961)


def test_a_post_has_its_counts_and_its_date():
    post = {
        "@type": "SocialMediaPosting",
        "headline": "Hi",
        "datePublished": "2026-11-11T08:00:00Z",
        "author": {"@type": "Person", "alternateName": "@lina"},
        "interactionStatistic": [
            counter("LikeAction", 25500),
            counter("CommentAction", 146),
            counter("ShareAction", 0),
            counter("ViewAction", "120万+"),
        ],
    }
    found = read(page(ld(post)))
    assert (found["kind"], found["handle"], found["published_at"]) == (
        "post",
        "@lina",
        "2026-11-11T08:00:00Z",
    )
    assert [found[n] for n in ("likes", "comments", "shares", "views", "saves")] == [
        25500,
        146,
        0,
        1200000,
        None,
    ]
    assert found["counts"]["views"]["precision"] == "at_least"


def test_a_video_with_the_old_counter_is_a_post():
    found = read(page(ld({"@type": "VideoObject", "name": "V", "interactionCount": "12345"})))
    assert (found["kind"], found["views"]) == ("post", 12345)
    old = read(
        page(
            body='<div itemscope itemtype="http://schema.org/VideoObject"><meta itemprop="interactionCount" content="UserLikes:12"><meta itemprop="interactionCount" content="UserComments:3"></div>'
        )
    )
    assert (old["likes"], old["comments"]) == (12, 3)


def test_a_count_given_twice_with_two_values_is_none():
    found = read(
        page(
            ld(
                {
                    "@type": "VideoObject",
                    "name": "V",
                    "interactionStatistic": [
                        counter("LikeAction", 5),
                        counter("LikeAction", 7),
                        counter("WatchAction", 9),
                    ],
                }
            )
        )
    )
    assert (found["status"], found["likes"], found["views"]) == ("ambiguous", None, 9)


def test_a_category_is_a_list():
    items = [
        {"@type": "ListItem", "position": i, "item": product(name=f"Mug {i}", offers=offer(str(i)))}
        for i in range(1, 5)
    ]
    found = read(
        page(ld({"@type": "ItemList", "itemListElement": items})), "https://shop.example/mugs"
    )
    assert (found["kind"], found["price"]) == ("list", None)


WALLS = {
    "Cloudflare": (page('<script>window._cf_chl_opt={}</script>', title="Just a moment..."), "challenge"),
    "Cloudflare by its marks": (page(body='<form id="challenge-form"></form>', title="shop.example"), "challenge"),
    "Cloudflare's block": (page(title="Attention Required! | Cloudflare"), "challenge"),
    "DataDome": (page(body='<iframe src="https://geo.captcha-delivery.com/captcha/"></iframe>', title="shop.example"), "challenge"),
    "Amazon": (page(body="Enter the characters you see below", title="Amazon.com"), "challenge"),
    "PerimeterX": (page("<script>window._pxAppId='x'</script>", title="Access to this page has been denied"), "challenge"),
    "Imperva": (page(body='<iframe src="/_Incapsula_Resource?x"></iframe>', title=""), "challenge"),
    "a slider": (page(body="请拖动滑块完成拼图", title="滑块验证"), "challenge"),
    "a slider by its text": (page(body="<div>请拖动滑块完成验证</div>", title="淘宝"), "challenge"),
    "Douyin": (page(title="验证码中间页"), "challenge"),
    "Baidu": (page(title="百度安全验证"), "challenge"),
    "Zhihu": (page('<meta id="zh-zse-ck">', title="安全验证 - 知乎"), "challenge"),
    "Weibo's visitor page": (page("<script>visitor/genvisitor</script>", title="Sina Visitor System"), "login_wall"),
    "Weibo's visitor page in Chinese": (page(title="微博访客系统"), "login_wall"),
    "Taobao's sign-in": (page(body='<input type="password">', title="登录"), "login_wall"),
    "Instagram's sign-in": (page(meta(og__description="298K Followers, 553 Following"), title="Login • Instagram"), "login_wall"),
    "a password and nothing else": (page(body='<form><input type="password"></form>', title="Welcome"), "login_wall"),
    "a request to sign in": (page(body="请登录后查看", title="详情"), "login_wall"),
    "Akamai": (page(body="You don't have permission to access this. Reference #18.2d351ab8.1557333295", title="Access Denied"), "blocked"),
    "nginx 403": (page(body="<h1>403 Forbidden</h1>", title="403 Forbidden"), "blocked"),
    "too many": (page(title="429 Too Many Requests"), "blocked"),
    "too often": (page(body="访问过于频繁，请稍后再试", title="提示"), "blocked"),
    "not found": (page(body="oops", title="404 Not Found"), "not_found"),
    "gone from Taobao": (page(body="很抱歉，您查看的宝贝不存在", title="商品不存在"), "not_found"),
    "bad gateway": (page(title="502 Bad Gateway"), "server_error"),
    "nothing known": (page(body="<p>Hello world, price 5 dollars</p>"), "empty"),
    "nothing": ("", "empty"),
    "a script and no page": ("<html><head><script>boot()</script></head><body></body></html>", "empty"),
}  # fmt: skip


def has_no_number(found):
    return all(found[n] is None for n in ("price", "list_price", "rating", "review_count", *COUNTS))


@pytest.mark.parametrize(("text", "status"), WALLS.values(), ids=WALLS.keys())
def test_a_wall_has_a_status_and_no_number(text, status):
    found = read(text)
    assert found["status"] == status
    assert has_no_number(found)


def test_a_challenge_with_markup_in_it_still_has_no_number():
    found = read(page(ld(product(offers=offer("5"))), title="Just a moment..."))
    assert found["kind"] == "challenge"
    assert has_no_number(found)


@pytest.mark.parametrize(("url", "kind"), [
    ("https://passport.weibo.com/visitor/visitor?a=b", "login"), ("https://login.taobao.com/member/login.jhtml", "login"),
    ("https://www.instagram.com/accounts/login/?next=x", "login"), ("https://item.taobao.com/_____tmd_____/punish?x5secdata=1", "challenge"),
])  # fmt: skip
def test_an_address_of_a_wall_is_a_wall(url, kind):
    assert read(page(ld(product(offers=offer("5")))), url)["kind"] == kind


@pytest.mark.parametrize(("document", "status"), [
    ({"code": -412, "message": "request was banned"}, "blocked"), ({"code": -352, "data": {"v_voucher": "x"}}, "challenge"),
    ({"ok": -100, "url": "https://passport.weibo.com"}, "login_wall"), ({"errors": "Not Found"}, "not_found"),
    ({"code": "woocommerce_rest_product_invalid_id", "message": "Invalid product ID.", "data": {"status": 404}}, "not_found"),
    ({"error": {"code": 403, "message": "quota"}}, "blocked"), ({"ret": ["FAIL_SYS_USER_VALIDATE", "RGV587_ERROR::SM"], "data": {"url": "x"}}, "challenge"),
    ({"ret": ["FAIL_SYS_SESSION_EXPIRED::x"], "data": {}}, "login_wall"), ({"hello": 1}, "empty"),
])  # fmt: skip
def test_a_refusal_in_json_is_told_from_data(document, status):
    found = read(json.dumps(document))
    assert found["status"] == status
    assert has_no_number(found)


def test_a_page_is_decoded_whatever_it_declares():
    text = page(
        '<meta charset="gbk">'
        + ld(
            '{"@type":"Product","name":"陶瓷马克杯超大容量办公室水杯","offers":{"price":"19.90","priceCurrency":"CNY"}}'
        )
    )
    for body, encoding in (
        (text.encode("utf-8"), "utf-8"),
        (text.encode("gb18030"), "gb18030"),
        (b"\xef\xbb\xbf" + text.encode(), "utf-8"),
        (text.encode("utf-16"), "utf-16-le"),
        (gzip.compress(text.encode()), "utf-8"),
    ):
        item = read_page(body, URL)
        assert (item.title, item.encoding, item.bad_characters) == (
            "陶瓷马克杯超大容量办公室水杯",
            encoding,
            0,
        )
        assert str(item.price) == "19.90"


def test_taught_selectors_are_used_where_the_page_says_nothing():
    text = page(
        body='<h1>Mug</h1><span class="now">¥ 59.90</span><del>¥99</del><i class="sold">缺货</i>'
    )
    taught = {"price": ".now", "list_price": "del::text", "title": "h1", "availability": ".sold"}
    found = read(text, selectors=taught)
    assert (found["price"], found["list_price"], found["currency"]) == ("59.90", "99", "CNY")
    assert (found["title"], found["availability"], found["sources"]["price"]) == (
        "Mug",
        "out_of_stock",
        "taught",
    )


def test_a_taught_selector_that_finds_two_prices_is_asked():
    found = read(page(body='<b class="p">$5</b><b class="p">$9</b>'), selectors={"price": ".p"})
    assert (found["status"], found["price"]) == ("ambiguous", None)
    assert [c["price"] for c in found["candidates"]] == ["5", "9"]


def test_taught_selectors_do_not_overrule_markup():
    found = read(
        page(ld(product(offers=offer("5"))), '<b class="p">$9</b>'), selectors={"price": ".p"}
    )
    assert found["price"] == "5"


@pytest.mark.parametrize("body", [b"%PDF-1.7 \x00\x01", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, b"PK\x03\x04\x00\x00", b"\x00" * 100])  # fmt: skip
def test_what_is_no_page_is_bad_content_or_empty(body):
    assert read(body)["status"] in ("bad_content", "empty")


def seconds(text):
    start = time.perf_counter()
    read(text)
    return time.perf_counter() - start


HOSTILE = {
    "deep nesting": "<div>" * 200_000,
    "deep JSON": page(ld("[" * 100_000)),
    "deep JSON that ends": page(ld('{"@type":"Product","a":' * 5_000 + "1" + "}" * 5_000)),
    "a huge attribute": page(body=f'<p data-x="{"a" * 5_000_000}">'),
    "quotes without end": page(ld('{"a":"' + '\\"' * 300_000)),
    "comments without end": page(ld("{" + "/*" * 300_000)),
    "many scopes": "<div itemscope itemtype='x'>" * 3_000 + "<b itemprop=price>5</b>" * 3_000,
    "many scripts": page(ld(*['{"@type":"Product"}'] * 3_000)),
    "a number with a long exponent": page(ld('{"@type":"Product","name":"x","offers":{"price":1e999999999}}')),
    "a number of many digits": page(ld('{"@type":"Product","name":"x","offers":{"price":' + "9" * 100_000 + "}}")),
    "many products": page(ld([product(name=f"m{i}", offers=offer(str(i + 1))) for i in range(5_000)])),
    "many attributes": "<p " + " ".join(f"a{i}=1" for i in range(50_000)) + ">",
    "ids that refer to themselves": page(ld({"@type": "Product", "@id": "#a", "name": "x", "offers": {"@id": "#a"}})),
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_pages_are_answered_in_reasonable_time(text):
    assert seconds(text) < 20  # a hang, not slowness; benchmarks measure the latter


@given(st.binary(max_size=300))
def test_no_bytes_raise(body):
    read_page(body, URL)


@given(
    st.text(
        "<>/=\"'{}[],:@ abprice itemscope itemprop type script ld+json 0123456789.", max_size=200
    )
)
def test_no_markup_raises(text):
    read_page("<html>" + text, URL)
    read_page(page(ld(text.replace("<", ""))), URL)


def test_every_key_is_always_there():
    keys = set(read(""))
    assert keys == set(read(page(ld(product(offers=offer("5"))))))
    assert {
        "kind",
        "title",
        "price",
        "list_price",
        "currency",
        "availability",
        "rating",
        "review_count",
        "sku",
        "brand",
        "status",
    } <= keys
