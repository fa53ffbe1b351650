from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.costs import booked_on, commission, spread

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


def test_halves_of_a_commission_go_to_the_even_unit():
    assert [commission(net, 500_000) for net in (1, 3, 5)] == [0, 2, 2]
