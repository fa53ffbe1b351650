"""Keywords as addresses say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.keywords import LONGEST, is_first_page, keyword_of


@pytest.mark.parametrize(
    ("url", "keyword"),
    [
        ("https://shop.example/search?q=Green++Tea", "green tea"),
        ("https://shop.example/s?wd=%E7%BB%BF%E8%8C%B6", "绿茶"),
        ("https://shop.example/search?q=&keyword=tea", "tea"),
        ("https://shop.example/collections/Green-Tea?sort=price", "green-tea"),
        ("https://shop.example/", ""),
        ("http://[", ""),
    ],
)
def test_the_query_says_it_else_the_path(url, keyword):
    assert keyword_of(url) == keyword


@pytest.mark.parametrize(
    ("query", "is_first"), [("", True), ("&page=1", True), ("&page=2", False), ("&p=abc", False)]
)
def test_places_are_of_the_first_page(query, is_first):
    assert is_first_page(f"https://shop.example/search?q=tea{query}") is is_first


@given(st.text(max_size=200))
def test_a_keyword_is_short_and_in_one_line(text):
    keyword = keyword_of(f"https://shop.example/s?q={text}")
    assert len(keyword) <= LONGEST
    assert keyword == " ".join(keyword.split())
