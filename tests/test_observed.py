"""Items: what a reading may say, and what it may not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tracker.domain.numbers import read_count, read_number
from tracker.observed import (
    AccountItem,
    Count,
    Item,
    ListingItem,
    PostItem,
    counts_of,
    iso_datetime,
    rating_of,
)


@given(st.text(max_size=60))
def test_any_text_is_a_count_or_none(text):
    count = Count.of_reading(read_count(text))
    if count is not None:
        assert 0 <= count.low <= count.value
        assert count.high is None or count.value < count.high


@pytest.mark.parametrize(
    ("text", "value", "low", "high"),
    [
        ("1,234", 1234, 1234, 1235),
        ("1.2万", 12_000, 11_500, 13_000),
        ("10万+", 100_000, 100_000, None),
    ],
)
def test_a_count_keeps_what_is_not_known(text, value, low, high):
    count = Count.of_reading(read_count(text))
    assert (count.value, count.low, count.high, count.raw) == (value, low, high, text)


def test_what_is_unclear_or_no_whole_number_is_missing_and_not_zero():
    readings = {
        "likes": read_count("many"), "views": read_number("4.5"), "comments": read_count("7"),
    }  # fmt: skip
    assert set(counts_of(readings)) == {"comments"}
    assert Count.of_reading(None) is None


@pytest.mark.parametrize(
    ("stars", "best", "value"),
    [("4.5", None, 4_500), ("9", "10", 4_500), ("98", "100", 4_900), ("6", None, None),
     ("-1", None, None), ("1", "0", 1_000)],
)  # fmt: skip
def test_ratings_are_on_a_scale_of_five(stars, best, value):
    rating = rating_of(Decimal(stars), None if best is None else Decimal(best))
    assert (None if rating is None else rating.value) == value


@pytest.mark.parametrize(
    "make",
    [
        lambda: Count(value=-1, low=0),
        lambda: Count(value=5, low=5, high=5),
        lambda: PostItem(ref="", parser_version=1),
        lambda: ListingItem(price=Decimal(-1), parser_version=1),
        lambda: ListingItem(currency="euro", parser_version=1),
        lambda: AccountItem(counts={"friends": Count.exactly(1)}, parser_version=1),
        lambda: AccountItem(title="x" * 301, parser_version=1),
    ],
)
def test_impossible_items_are_refused(make):
    with pytest.raises(ValidationError):
        make()


def test_items_survive_the_way_between_processes():
    item = ListingItem(
        title="杯子", price=Decimal("9.90"), currency="CNY", parser_version=1,
        counts={"sold": Count.of_reading(read_count("10万+"))},
    )  # fmt: skip
    assert TypeAdapter(Item).validate_json(item.model_dump_json()) == item


def test_an_instant_without_a_zone_is_none():
    assert iso_datetime("2026-11-11T04:00:00Z").isoformat() == "2026-11-11T04:00:00+00:00"
    assert iso_datetime("2026-11-11T04:00:00") is None
    assert iso_datetime("yesterday") is iso_datetime(None) is None
