from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.costs import (
    DealTerms,
    booked_on,
    commission,
    commission_steps,
    deal_for,
    spread,
)

DAY = date(2026, 11, 11)


@given(st.integers(-(10**12), 10**12), st.integers(1, 400))
def test_a_spread_fee_adds_up_to_the_fee(amount, days):
    parts = spread(amount, DAY, days)
    assert sum(part for _, part in parts) == amount
    assert [day for day, _ in parts] == [DAY + timedelta(days=n) for n in range(days)]
    assert max(p for _, p in parts) - min(p for _, p in parts) <= 1
    assert [booked_on(amount, DAY, days, day) for day, _ in parts] == [p for _, p in parts]


def test_nothing_is_booked_outside_the_spread():
    assert booked_on(100, DAY, 2, DAY - timedelta(days=1)) == 0
    assert booked_on(100, DAY, 2, DAY + timedelta(days=2)) == 0
    with pytest.raises(ValueError, match="at least 1 day"):
        spread(100, DAY, 0)


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1), st.integers(0, 10**6))
def test_commission_steps_add_up_to_the_commission_on_what_is_left(nets, rate):
    assert sum(commission_steps(nets, rate)) == commission(nets[-1], rate)


def test_a_full_refund_takes_back_the_whole_commission():
    assert commission_steps([333, 111, 0], 150_000) == [50, -33, -17]


def test_the_newest_deal_that_covers_the_day_counts():
    deals = [
        DealTerms(1, 7, 0, 100_000, DAY, None),
        DealTerms(2, 7, 0, 200_000, DAY + timedelta(days=5), DAY + timedelta(days=9)),
        DealTerms(3, 7, 0, 0, DAY + timedelta(days=6), None),
        DealTerms(4, 8, 0, 300_000, DAY, None),
    ]
    rates = [deal_for(deals, 7, DAY + timedelta(days=n)) for n in (-1, 0, 5, 9, 10)]
    assert [deal and deal.deal_id for deal in rates] == [None, 1, 2, 2, 1]
