import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import metrics as m

amounts = st.none() | st.integers(-(10**12), 10**12)


def test_ratios_of_a_small_campaign():
    assert m.roas(10_186, 3_488) == pytest.approx(2.92, abs=0.001)
    assert m.roi(10_000, 4_000, 2_000) == 2.0
    assert m.roi_before_goods_cost(10_000, 2_000) == 4.0
    assert m.cpa_minor(1_000, 2_500_000) == 400
    assert m.cac_minor(1_000, 500_000) == 2_000
    assert m.cpe_minor(1_001, 2) == 500
    assert m.cpm_minor(100, 2_000) == 50
    assert m.cpc_minor(100, 8) == 12
    assert m.conversion_rate(1_500_000, 30) == 0.05
    assert m.aov_minor(9_000, 3_000_000) == 3_000
    assert m.refund_rate(250, 750) == 0.25
    assert m.refunded_orders_rate(500_000, 2_000_000) == 0.25
    assert m.bounce_rate(1, 4) == 0.25
    assert m.mean_duration_seconds(90, 4) == 22.5
    assert m.engagement_rate(30, 1_000) == 0.03
    assert m.share_of(1, 4) == 0.25


@pytest.mark.parametrize(
    "metric",
    [m.roas, m.roi_before_goods_cost, m.cpa_minor, m.cac_minor, m.cpe_minor, m.cpm_minor,
     m.cpc_minor, m.conversion_rate, m.aov_minor, m.refunded_orders_rate, m.bounce_rate,
     m.mean_duration_seconds, m.engagement_rate, m.share_of],
)  # fmt: skip
@given(amount=amounts)
def test_an_unknown_side_or_a_denominator_of_zero_gives_nothing(metric, amount):
    assert metric(amount, 0) is None
    assert metric(amount, None) is None
    assert metric(None, 5) is None


def test_roi_is_unknown_while_goods_cost_is():
    assert m.roi(10_000, None, 2_000) is None


def test_a_loss_is_a_negative_roi_and_nothing_sold_is_zero():
    assert m.roi(0, 0, 100) == -1.0
    assert m.roas(0, 100) == 0.0
    assert m.refund_rate(0, 0) is None


@pytest.mark.parametrize(
    ("current", "previous", "kind", "share"),
    [
        (150, 100, "changed", 0.5),
        (50, 100, "changed", -0.5),
        (50, -100, "changed", 1.5),
        (100, 0, "new", None),
        (0, 0, "same", 0.0),
        (None, 5, "unknown", None),
        (5, None, "unknown", None),
    ],
)
def test_a_change_against_nothing_is_new_and_never_a_percentage(current, previous, kind, share):
    assert m.change(current, previous) == m.Change(m.ChangeKind(kind), share)
