from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.pacing import Clock, Standing, clock_of, forecast_of, last_full_day, pace_of

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 20)


def test_only_whole_days_are_gone():
    assert last_full_day(date(2026, 11, 11)) == date(2026, 11, 10)
    assert clock_of(FIRST, LAST, date(2026, 11, 10)) == Clock(n_days=20, days_gone=10)
    assert clock_of(FIRST, LAST, date(2026, 10, 31)) == Clock(n_days=20, days_gone=0)
    assert clock_of(FIRST, LAST, date(2027, 1, 1)) == Clock(n_days=20, days_gone=20)
    assert clock_of(FIRST, None, LAST) is None
    assert clock_of(None, LAST, LAST) is None


@pytest.mark.parametrize(
    ("daily", "standing"),
    [(100, Standing.ON_TIME), (111, Standing.AHEAD), (89, Standing.BEHIND), (0, Standing.BEHIND)],
)
def test_half_of_the_time_expects_half_of_the_goal(daily, standing):
    pace = pace_of([daily] * 10, 2_000, Clock(20, 10))
    assert pace.expected == 1_000
    assert pace.pace == pytest.approx(daily / 100)
    assert pace.done_share == pytest.approx(daily * 10 / 2_000)
    assert pace.standing is standing
    assert pace.forecast == daily * 20


def test_the_forecast_goes_on_as_the_last_seven_days_went():
    assert forecast_of([0, 0, 0, *[70] * 7], Clock(20, 10)) == 490 + 700
    assert forecast_of([10, 20], Clock(4, 2)) == 30 + 30
    assert forecast_of([5] * 20, Clock(20, 20)) == 100


def test_without_goal_end_or_beginning_nothing_is_claimed():
    for pace in (
        pace_of([5] * 3, None, Clock(20, 3)),
        pace_of([5] * 3, 0, Clock(20, 3)),
        pace_of([5] * 3, 100, None),
        pace_of([], 100, Clock(20, 0)),
    ):
        assert pace.standing is Standing.UNKNOWN
        assert pace.pace is None
    assert pace_of([5] * 3, None, Clock(20, 3)).forecast == 100


@given(st.lists(st.integers(-1_000, 1_000), min_size=1, max_size=40), st.integers(0, 40))
def test_at_the_end_the_forecast_is_what_was_done(daily, more):
    assert forecast_of(daily, Clock(len(daily), len(daily))) == sum(daily)
    same = [daily[0]] * len(daily)
    clock = Clock(len(daily) + more, len(daily))
    assert forecast_of(same, clock) == daily[0] * clock.n_days
