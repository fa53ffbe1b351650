from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.metrics import ChangeKind
from tracker.reports.figures import FIELD_NAMES, Figures, change_of, total

figures = st.builds(Figures, **{name: st.integers(-(10**12), 10**12) for name in FIELD_NAMES})
RATIOS = (
    "roas", "roi", "cpa_minor", "cac_minor", "cpc_minor", "cpm_minor", "aov_minor",
    "conversion_rate", "refund_rate", "new_customer_share", "bounce_rate", "mean_duration_seconds",
)  # fmt: skip


@given(st.lists(figures, max_size=5))
def test_the_total_is_the_sum_of_every_column(rows: list[Figures]):
    summed = total(rows)
    for name in FIELD_NAMES:
        assert getattr(summed, name) == sum(getattr(row, name) for row in rows)
    assert summed == sum(rows, Figures())
    assert summed.cost_minor == sum(row.cost_minor for row in rows)


@given(figures)
def test_ratios_are_numbers_or_unknown_and_never_infinite(row: Figures):
    for name in RATIOS:
        value = getattr(row, name)
        assert value is None or abs(value) < 1e30


def test_nothing_has_no_ratios():
    assert [getattr(Figures(), name) for name in RATIOS] == [None] * len(RATIOS)
    assert Figures().is_empty
    assert not Figures(visits=1).is_empty


def test_what_cost_nothing_has_no_price():
    free = Figures(orders_micro=5_000_000, new_orders_micro=1_000_000, net_revenue_minor=100)
    assert (free.roas, free.roi, free.cpa_minor, free.cac_minor) == (None, None, None, None)
    assert free.aov_minor == 20


def test_an_unknown_goods_cost_turns_roi_into_roi_before_goods_cost():
    row = Figures(
        net_revenue_minor=300, spend_minor=100, goods_cost_minor=50,
        orders_without_goods_cost_micro=1,
    )  # fmt: skip
    assert row.is_roi_before_goods_cost
    assert row.roi == 2.0
    assert row.profit_minor is None
    known = Figures(net_revenue_minor=300, spend_minor=100, goods_cost_minor=50)
    assert known.roi == 1.5
    assert known.profit_minor == 150


def test_customers_nobody_knows_are_in_no_share():
    row = Figures(orders_micro=10, new_orders_micro=1, returning_orders_micro=3)
    assert row.new_customer_share == 0.25


def test_a_change_against_nothing_is_new_and_without_comparison_unknown():
    now = Figures(net_revenue_minor=50)
    assert change_of("net_revenue_minor", now, Figures()).kind is ChangeKind.new
    assert change_of("net_revenue_minor", now, None).kind is ChangeKind.unknown
    assert change_of("net_revenue_minor", now, Figures(net_revenue_minor=40)).share == 0.25
