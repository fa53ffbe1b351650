"""The general source: any page with markup, as the item that its target wants."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.sources import source_for
from spiders.sources.base import Page, PageRequest, host_of
from spiders.sources.page import PageSource
from tests.support.site import product, profile
from tracker.crawl_messages import Target

SOURCE = PageSource()
URL = "https://shop.example/mug"


def read(body, kind="listing", **fields):
    target = Target(id=1, kind=kind, source="page", url=URL, **fields)
    (request,) = SOURCE.requests(target)
    return SOURCE.read(target, Page(URL, 200, {"content-type": "text/html"}, body, request))


def test_a_listing_is_read_whole():
    reading = read(product("Mug", "9.90").encode())
    (item,) = reading.items
    assert (reading.status.value, reading.is_complete) == ("ok", True)
    assert (item.title, item.price, item.currency) == ("Mug", Decimal("9.90"), "EUR")
    assert item.sources["price"] == "json_ld"


def test_an_account_is_read_with_its_counts():
    (item,) = read(profile("Li Na", 12_000, posts=7).encode(), "account").items
    assert item.handle == "li na"
    assert {metric: count.value for metric, count in item.counts.items()} == {
        "followers": 12_000, "posts": 7,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (profile().encode(), "listing", "empty"),  # another thing than is watched
        (product().encode(), "account", "empty"),
        (b"<html><p>Hello</p></html>", "listing", "empty"),
        (b"<html><title>Please log in</title></html>", "listing", "login_wall"),
        (b"<html><title>404 Not Found</title></html>", "listing", "not_found"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "listing", "bad_content"),
        (b"", "listing", "empty"),
    ],
)
def test_what_is_no_answer_has_a_status_and_no_item(body, kind, status):
    reading = read(body, kind)
    assert (reading.status.value, reading.items) == (status, [])


def test_two_prices_are_ambiguous_and_told_as_such():
    markup = product(price="9.90").replace(
        "</head>", '<meta property="product:price:amount" content="19.90">'
        '<meta property="product:price:currency" content="EUR"></head>'
    )  # fmt: skip
    reading = read(markup.encode())
    (item,) = reading.items
    assert reading.status.value == "ambiguous"
    assert (item.price, item.is_ambiguous) == (None, True)
    assert {one["price"] for one in item.candidates} == {"9.90", "19.90"}


def test_a_taught_selector_is_used_and_a_bad_one_is_no_accident():
    page = b"<html><h1>Mug</h1><b class='now'>9.90 EUR</b></html>"
    (item,) = read(page, selectors={"price": ".now", "title": "h1"}).items
    assert item.price == Decimal("9.90")
    reading = read(page, selectors={"price": "[["})
    assert (reading.status.value, reading.items) == ("empty", [])


@given(st.binary(max_size=600), st.sampled_from(["account", "post", "listing"]))
def test_no_bytes_break_it(body, kind):
    read(body, kind)


def test_it_takes_every_address_that_no_other_source_knows():
    assert source_for(URL, "listing").kinds
    target = Target(id=1, kind="listing", source="page", url=URL)
    assert host_of(SOURCE, target) == "shop.example"
    assert SOURCE.requests(target) == [PageRequest(URL)]
