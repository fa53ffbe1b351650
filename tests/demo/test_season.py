"""The calendar of a demo has a peak wherever it lies in the year."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.demo.dice import Dice
from tracker.demo.season import ZONE, in_waking_hours, season, time_of_day

AUTUMN = season(date(2026, 11, 21), 120)


def test_a_season_has_so_many_days_and_ends_on_the_last():
    assert AUTUMN.n_days == 120
    assert AUTUMN.days()[0] == date(2026, 7, 25)
    assert AUTUMN.days()[-1] == date(2026, 11, 21)


def test_an_autumn_has_double_11_from_the_8th_to_the_11th():
    peak = AUTUMN.peak
    assert (peak.code, peak.starts_on, peak.ends_on) == (
        "double11", date(2026, 11, 8), date(2026, 11, 11),
    )  # fmt: skip


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(14, 400))
def test_every_season_has_a_peak_and_no_two_festivals_at_once(until, days):
    made = season(until, days)
    assert made.peak.strength >= 0.5
    assert made.start <= made.peak.starts_on <= made.peak.ends_on <= made.end
    for before, after in zip(made.festivals, made.festivals[1:], strict=False):
        assert before.ends_on < after.starts_on


def test_a_spring_without_a_great_festival_has_an_anniversary_sale():
    spring = season(date(2026, 5, 20), 60)
    assert spring.peak.code == "anniversary"
    assert spring.peak.starts_on == date(2026, 5, 6)


def test_most_people_come_on_the_last_day_of_the_peak():
    busiest = max(AUTUMN.days(), key=AUTUMN.visit_factor)
    assert busiest == date(2026, 11, 11)
    assert AUTUMN.order_factor(busiest) > 1.5 > 1 > AUTUMN.order_factor(date(2026, 11, 5))


def test_too_few_days_are_refused():
    with pytest.raises(ValueError, match="at least 14"):
        season(date(2026, 11, 21), 13)


def test_nobody_comes_back_in_the_small_hours():
    dice = Dice(1)
    day = date(2026, 8, 1)
    for _ in range(500):
        at = in_waking_hours(dice, time_of_day(dice, day) + timedelta(hours=dice.between(0, 24)))
        assert not 2 <= at.astimezone(ZONE).hour < 7
