from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import metrics
from tracker.domain.break_even import (
    contribution_of_order,
    days_to_pay_back,
    fee_that_pays,
    orders_that_pay,
)

AMOUNTS = st.integers(-(10**9), 10**9)
COSTS = st.integers(0, 10**9)


@given(AMOUNTS, COSTS, COSTS)
def test_at_the_fee_that_pays_nothing_is_left_and_roi_is_zero(net, goods, other):
    fee = fee_that_pays(net, goods, other)
    assert net - goods - other - fee == 0
    if fee + other > 0:
        assert metrics.roi(net, goods, fee + other) == 0


def test_a_fee_that_pays_is_negative_where_not_even_no_fee_would_have_paid():
    assert fee_that_pays(10_000, 6_000, 5_000) == -1_000


@given(COSTS, st.integers(1, 10**9), st.integers(1, 10**9))
def test_so_many_orders_earn_what_was_agreed_and_one_millionth_less_does_not(agreed, brought, n):
    needed = orders_that_pay(agreed, brought, n)
    assert needed is not None
    assert needed * brought >= agreed * n
    assert needed == 0 or (needed - 1) * brought < agreed * n


@pytest.mark.parametrize(("brought", "orders"), [(0, 1_000_000), (-5, 1_000_000), (5, 0)])
def test_orders_that_bring_nothing_never_earn_anything(brought, orders):
    assert orders_that_pay(100, brought, orders) is None


@pytest.mark.parametrize(
    ("days", "agreed", "expected"),
    [
        ([50, 60, 0], 100, 2),
        ([100], 100, 1),
        ([120, -30, 20], 100, 3),  # a refund takes it below, a later day brings it back
        ([120, -30], 100, None),
        ([99], 100, None),
        ([], 100, None),
        ([], 0, 0),
        ([0, 0, 100, 0, 0], 100, 3),
    ],
)
def test_a_fee_is_paid_back_on_the_day_from_which_on_it_stays_earned(days, agreed, expected):
    assert days_to_pay_back(days, agreed) == expected


@given(st.lists(st.integers(-1_000, 1_000), max_size=40), st.integers(1, 5_000))
def test_from_the_day_of_pay_back_on_the_sum_never_falls_below(days, agreed):
    found = days_to_pay_back(days, agreed)
    sums = [sum(days[: n + 1]) for n in range(len(days))]
    stays = [n + 1 for n in range(len(days)) if all(total >= agreed for total in sums[n:])]
    assert found == (stays[0] if stays else None)


def test_an_order_s_contribution_is_said_only_where_there_is_one():
    assert contribution_of_order(10_000, 4_000_000) == 2_500
    assert contribution_of_order(10_000, 0) is None
