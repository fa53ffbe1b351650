"""Contributions to a change: nothing is left over, and a driver is only what it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.contributions import (
    DRIVERS,
    Side,
    main_driver,
    revenue_drivers,
    roi_drivers,
    roi_scale,
)

ORDER = 1_000_000

SIDES = st.builds(
    Side,
    visits=st.integers(0, 10**7),
    orders_micro=st.integers(0, 10**12),
    net_minor=st.integers(-(10**11), 10**11),
    refund_minor=st.integers(0, 10**10),
    goods_minor=st.integers(0, 10**10),
    cost_minor=st.integers(0, 10**10),
)


@given(SIDES, SIDES)
def test_drivers_add_up_to_the_change_of_net_revenue(before: Side, now: Side):
    drivers = revenue_drivers(before, now)
    assert sum(drivers.values()) == now.net_minor - before.net_minor
    assert set(drivers) <= set(DRIVERS)
    assert all(drivers.values())


@given(SIDES, SIDES)
def test_going_back_takes_back_what_going_there_brought(before: Side, now: Side):
    there, back = revenue_drivers(before, now), revenue_drivers(now, before)
    for name in ("visits", "conversion", "basket", "orders", "refunds"):
        assert there.get(name, 0) == pytest.approx(-back.get(name, 0), rel=1e-9, abs=3)


@given(st.lists(st.tuples(SIDES, SIDES), min_size=1, max_size=6))
def test_contributions_of_rows_add_up_to_the_change_of_roi(rows: list[tuple[Side, Side]]):
    before, now = (sum((row[i] for row in rows), Side()) for i in (0, 1))
    scale = roi_scale(before, now)
    if scale is None:
        assert min(before.cost_minor, now.cost_minor) == 0
        return
    parts = [value for row in rows for value in roi_drivers(*row, scale).values()]
    change = _roi(now) - _roi(before)
    size = max(abs(_roi(now)), abs(_roi(before)), 1.0)
    assert sum(parts) == pytest.approx(change, abs=1e-7 * size + 1e-9 * sum(map(abs, parts)))


def _roi(side: Side) -> float:
    return (side.net_minor - side.goods_minor - side.cost_minor) / side.cost_minor


def test_twice_the_visits_with_all_else_equal_is_visits_alone():
    before = Side(visits=100, orders_micro=10 * ORDER, net_minor=9_000, refund_minor=1_000)
    now = Side(visits=200, orders_micro=20 * ORDER, net_minor=19_000, refund_minor=1_000)
    assert revenue_drivers(before, now) == {"visits": 10_000}


def test_each_driver_alone_is_found():
    before = Side(visits=100, orders_micro=10 * ORDER, net_minor=10_000)
    fewer_buy = Side(visits=100, orders_micro=5 * ORDER, net_minor=5_000)
    cheaper = Side(visits=100, orders_micro=10 * ORDER, net_minor=7_000)
    sent_back = Side(visits=100, orders_micro=10 * ORDER, net_minor=8_000, refund_minor=2_000)
    assert revenue_drivers(before, fewer_buy) == {"conversion": -5_000}
    assert revenue_drivers(before, cheaper) == {"basket": -3_000}
    assert revenue_drivers(before, sent_back) == {"refunds": -2_000}


def test_factors_that_move_together_share_what_none_of_them_did_alone():
    before = Side(visits=100, orders_micro=10 * ORDER, net_minor=1_000)
    now = Side(visits=200, orders_micro=40 * ORDER, net_minor=4_000)
    # visits 100 -> 200 and conversion 10 % -> 20 %: 1,000 each alone, the third thousand is halved
    assert revenue_drivers(before, now) == {"visits": 1_500, "conversion": 1_500}


def test_orders_without_a_visit_are_one_driver():
    before = Side(orders_micro=10 * ORDER, net_minor=1_000)
    now = Side(visits=50, orders_micro=20 * ORDER, net_minor=2_000)
    assert revenue_drivers(before, now) == {"orders": 1_000}


def test_what_sold_in_one_period_only_is_new_or_gone():
    sold = Side(visits=9, orders_micro=ORDER, net_minor=700, refund_minor=100)
    assert revenue_drivers(Side(), sold) == {"new": 800, "refunds": -100}
    assert revenue_drivers(sold, Side(visits=4)) == {"gone": -800, "refunds": 100}


def test_dearer_traffic_lowers_roi_through_cost_alone():
    before, now = Side(net_minor=300, cost_minor=100), Side(net_minor=300, cost_minor=150)
    scale = roi_scale(before, now)
    assert scale is not None
    assert roi_drivers(before, now, scale) == {"cost": pytest.approx(-1.0)}  # 2.0 -> 1.0


def test_without_cost_in_a_period_roi_has_no_change():
    assert roi_scale(Side(net_minor=5), Side(net_minor=5, cost_minor=1)) is None


def test_the_main_driver_points_where_the_change_points():
    assert main_driver({"visits": 50, "refunds": -90, "basket": 60}, 20) == "basket"
    assert main_driver({"visits": 50, "refunds": -90}, -40) == "refunds"
    assert main_driver({}, 0) == ""
