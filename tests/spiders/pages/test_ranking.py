"""Places on pages of results: lists, links, what stands beside them, and pages that are none."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.pages.item import PageStatus
from spiders.pages.ranking import product_name, read_ranking

URL = "https://shop.example/search?q=tea"
OURS = "https://shop.example/products/sencha"


def links(*paths, around="<main>{}</main>", before="", after=""):
    cards = "".join(f'<li><a href="{path}">a tea</a></li>' for path in paths)
    body = before + around.format(f"<ul>{cards}</ul>") + after
    return f"<html><head><title>tea</title></head><body>{body}</body></html>".encode()


def listed(*elements, more=""):
    document = {"@type": "ItemList", "itemListElement": list(elements)}
    script = f'<script type="application/ld+json">{json.dumps(document)}</script>'
    return f"<html><head><title>tea</title>{script}</head><body>{more}</body></html>".encode()


def place(body, ours=OURS, url=URL):
    found = read_ranking(body, url, ours)
    return found.status.value, found.place, found.n_listed, found.source


def entry(position, handle):
    url = f"https://shop.example/products/{handle}"
    return {"@type": "ListItem", "position": position, "url": url}


def test_the_place_in_an_item_list_is_that_of_its_positions():
    body = listed(entry(2, "sencha"), entry(1, "oolong"), entry(3, "matcha"))
    assert place(body) == ("ok", 2, 3, "item_list")


def test_nested_items_and_bare_products_are_elements_too():
    nested = {
        "@type": "ListItem",
        "position": 1,
        "item": {"@type": "Product", "@id": "/products/a"},
    }
    ours = {"@type": "ListItem", "position": 2, "item": {"@type": "Product", "url": OURS}}
    assert place(listed(nested, ours)) == ("ok", 2, 2, "item_list")
    bare = [{"@type": "Product", "url": f"/products/{name}"} for name in ("a", "b", "sencha")]
    assert place(listed(*bare)) == ("ok", 3, 3, "item_list")
    text = {"@type": "ListItem", "position": 1, "item": OURS}
    assert place(listed(text)) == ("ok", 1, 1, "item_list")


def test_positions_that_do_not_begin_at_one_are_an_order():
    assert place(listed(entry(0, "a"), entry(1, "sencha")))[1] == 2


def test_microdata_is_read_where_there_is_no_json():
    body = b"""<div itemscope itemtype="https://schema.org/ItemList">
      <div itemprop="itemListElement" itemscope itemtype="https://schema.org/ListItem">
        <meta itemprop="position" content="1"><a itemprop="url" href="/products/a">a</a></div>
      <div itemprop="itemListElement" itemscope itemtype="https://schema.org/ListItem">
        <meta itemprop="position" content="2"><a itemprop="url" href="/products/sencha">b</a></div>
    </div>"""
    assert place(body) == ("ok", 2, 2, "item_list")


def test_a_list_without_products_does_not_hide_the_links():
    crumbs = {"@type": "ListItem", "position": 1, "url": "https://shop.example/about"}
    body = listed(
        crumbs, more='<main><a href="/products/a">a</a><a href="/products/sencha">b</a></main>'
    )
    assert place(body) == ("ok", 2, 2, "links")


def test_a_short_list_beside_many_results_decides_nothing_alone():
    cards = "".join(f'<a href="/products/{name}">x</a>' for name in "abcdefgh")
    body = listed(
        entry(1, "sencha"), entry(2, "h"), more=f"<main>{cards}<a href='{OURS}'>s</a></main>"
    )
    assert place(body)[:2] == ("ambiguous", None)


def test_two_lists_of_one_length_that_disagree_are_ambiguous():
    one = {"@type": "ItemList", "itemListElement": [entry(1, "sencha"), entry(2, "a")]}
    two = {"@type": "ItemList", "itemListElement": [entry(1, "a"), entry(2, "sencha")]}
    script = f'<script type="application/ld+json">{json.dumps([one, two])}</script>'
    assert place(f"<html><head>{script}</head></html>".encode())[:2] == ("ambiguous", None)


def test_a_product_counts_once_however_it_is_linked():
    body = links(
        "/products/oolong", "/products/oolong#reviews", "/collections/all/products/oolong?_pos=1",
        "/products/oolong?variant=3", "/en/products/matcha", "https://www.shop.example/products/sencha",
    )  # fmt: skip
    assert place(body) == ("ok", 3, 3, "links")


def test_menus_and_related_products_and_other_hosts_are_no_results():
    menu = '<header><nav><a href="/products/sencha">Our best</a></nav></header>'
    strip = (
        '<div class="product-recommendations related-products"><a href="/products/x">x</a></div>'
    )
    body = links(
        "/pages/about", "/cart", "https://other.example/products/zzz", "/products/a",
        "javascript:void(0)", "//[", "/products/sencha",
        around="{}", before=menu + strip, after="<footer><a href='/products/z'>z</a></footer>",
    )  # fmt: skip
    assert place(body) == ("ok", 2, 2, "links")


def test_a_card_with_its_link_in_a_header_of_its_own_is_a_result():
    body = b"<main><article><header><a href='/products/a'>a</a></header></article>" \
        b"<article><a href='/products/sencha'>b</a></article></main>"  # fmt: skip
    assert place(body)[1] == 2


def test_what_is_not_on_the_page_has_no_place_and_says_among_how_many():
    found = read_ranking(links("/products/a", "/products/b"), URL, OURS)
    assert (found.place, found.detail) == (None, "not among the first 2")
    assert place(listed(entry(1, "a"), entry(2, "b"), entry(3, "c"))) == (
        "ok",
        None,
        3,
        "item_list",
    )


@pytest.mark.parametrize(
    ("body", "url", "status"),
    [
        (b"", URL, "empty"),
        (b"<html><body><div id='app'></div></body></html>", URL, "empty"),
        (b"<title>Just a moment...</title>" + links(OURS), URL, "challenge"),
        (b"<title>Please log in</title>", URL, "login_wall"),
        (links(OURS), "https://shop.example/products/oolong", "empty"),  # led to a product
        (b"\x00\xff" * 50, URL, "empty"),
    ],
)
def test_a_wall_or_an_empty_page_has_a_status_and_no_number(body, url, status):
    assert place(body, url=url) == (status, None, 0, "")


def test_where_the_address_does_not_say_what_a_product_is_only_a_list_counts():
    ours = "https://shop.example/green/sencha"
    assert place(links("/green/oolong", "/green/sencha"), ours)[:2] == ("empty", None)
    elements = [{"@type": "Product", "url": f"/green/{one}"} for one in ("oolong", "sencha/")]
    assert place(listed(*elements), ours) == ("ok", 2, 2, "item_list")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.shop.example/Some-Tea/dp/B01/ref=sr_1_3?x=1", ("shop.example", "dp", "B01")),
        ("https://item.shop.example/item.htm?spm=a&id=7", ("item.shop.example", "/item.htm", "7")),
        ("https://item.shop.example/100012043978.html",
         ("item.shop.example", "number", "100012043978")),
        ("https://shop.example/products/tea/reviews", None),
        ("https://shop.example/products/", None),
        ("https://shop.example/collections/tea", None),
        ("ftp://shop.example/products/tea", None),
        ("http://[", None),
    ],
)  # fmt: skip
def test_products_are_told_apart_by_their_addresses(url, name):
    assert product_name(url) == name


@given(st.binary(max_size=400), st.text(max_size=60), st.text(max_size=60))
def test_no_page_and_no_address_breaks_it(body, url, ours):
    found = read_ranking(body, url, ours)
    assert found.place is None or 1 <= found.place <= found.n_listed


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40), st.integers(0, 30))
def test_the_place_is_that_among_different_products(numbers, ours):
    body = links(*(f"/products/t{number}" for number in numbers))
    different = list(dict.fromkeys(numbers))
    expected = different.index(ours) + 1 if ours in different else None
    assert place(body, f"https://shop.example/products/t{ours}") == (
        "ok", expected, len(different), "links",
    )  # fmt: skip


def test_a_hostile_page_is_read_in_seconds():
    began = time.monotonic()
    deep = b"<div><header>" * 5_000 + b"<a href='/products/sencha'>x</a>"
    read_ranking(deep, URL, OURS)
    many = b"<a href='/products/x'>x</a>" * 100_000
    assert read_ranking(many, URL, OURS).n_listed == 1
    nested: object = {"@type": "ItemList"}
    for _ in range(30):
        nested = {"@type": "ItemList", "itemListElement": [nested] * 2}
        if len(json.dumps(nested)) > 200_000:
            break
    script = f'<script type="application/ld+json">{json.dumps(nested)}</script>'
    assert read_ranking(script.encode(), URL, OURS).status is PageStatus.EMPTY
    assert time.monotonic() - began < 8
