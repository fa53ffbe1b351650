"""Our price beside the market's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.price_index import Offer, PriceIndex, price_index


def test_the_index_is_our_lowest_price_over_the_geometric_mean_of_theirs():
    found = price_index([Offer(9_000, True), Offer(9_900, True), Offer(8_000, False),
                         Offer(12_500, False)])  # fmt: skip
    assert found == PriceIndex(pytest.approx(90.0), 9_000, 10_000, 8_000, 2)


def test_what_cannot_be_bought_has_no_price():
    offers = [Offer(9_000, True), Offer(100, False, False), Offer(10_000, False, True),
              Offer(50, True, False), Offer(0, False)]  # fmt: skip
    assert price_index(offers) == PriceIndex(pytest.approx(90.0), 9_000, 10_000, 10_000, 1)


def test_without_one_side_nothing_can_be_said():
    assert price_index([]) == PriceIndex(None, None, None, None, 0)
    assert price_index([Offer(500, True)]) == PriceIndex(None, 500, None, None, 0)
    assert price_index([Offer(500, False)]) == PriceIndex(None, None, 500, 500, 1)


PRICES = st.lists(st.integers(1, 10**12), min_size=1, max_size=20)


@given(st.integers(1, 10**12), PRICES)
def test_the_market_lies_between_the_cheapest_and_the_dearest(ours: int, theirs: list[int]):
    found = price_index([Offer(ours, True), *(Offer(p, False) for p in theirs)])
    assert found.cheapest_minor == min(theirs)
    assert found.market_minor is not None
    assert min(theirs) * (1 - 1e-9) - 1 <= found.market_minor <= max(theirs) * (1 + 1e-9) + 1
    assert found.index == pytest.approx(100 * ours / found.market_minor, rel=0.51)


@given(st.integers(1, 10**9), PRICES, st.integers(2, 1_000))
def test_another_unit_of_money_gives_the_same_index(ours: int, theirs: list[int], unit: int):
    def index(by: int) -> float | None:
        found = price_index([Offer(by * ours, True), *(Offer(by * p, False) for p in theirs)])
        return found.index

    assert index(1) == pytest.approx(index(unit))
