"""The source of places: one page, one listing, chosen by a person."""

from __future__ import annotations

import pytest

from spiders.sources import SOURCES, source_for
from tests.spiders.pages.test_ranking import OURS, URL, links
from tests.spiders.sources.walking import Walk, target


def walk(body, url=URL, ours=OURS):
    return Walk(target("ranking", url, "listing", listing_url=ours), {"shop.example": body})


def test_a_place_is_an_item_with_its_keyword():
    found = walk(links("/products/a", "/products/sencha"))
    (item,) = found.items
    assert (item.kind, item.keyword, item.counts["rank"].value) == ("rank", "tea", 2)
    assert found.requests[0].must_come_whole  # a 304 would confirm what was not read
    assert found.status == "ok"


def test_not_on_the_page_is_a_good_reading_without_a_number():
    found = walk(links("/products/a"))
    assert (found.status, found.items) == ("ok", [])
    assert found.readings[0].detail == "not among the first 1"


def test_a_wall_has_a_status_and_no_number():
    found = walk(b"<title>Just a moment...</title>" + links("/products/sencha"))
    assert (found.status, found.items) == ("challenge", [])


@pytest.mark.parametrize("url", [f"{URL}&page=2", "https://shop.example/"])
def test_a_second_page_or_one_without_keyword_is_not_asked(url):
    assert walk(b"", url).requests == []


def test_without_a_listing_there_is_nothing_to_look_for():
    assert walk(links("/products/a"), ours="").status == "empty"


def test_no_address_is_read_for_a_place_by_itself():
    assert not SOURCES["ranking"].matches(URL)
    assert source_for(URL, "listing").name != "ranking"
