from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.periods import (
    DAY_US,
    Period,
    day_bounds,
    day_number,
    day_numbers,
    day_of_number,
    from_microseconds,
    is_immature,
    period_bounds,
    previous,
    same_weekdays_last_year,
    to_microseconds,
)

HOUR = DAY_US // 24
ZONES = ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "UTC", "Pacific/Apia",
         "America/Sao_Paulo", "Asia/Beirut"]  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Asia/Shanghai", date(2026, 11, 11), 24),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Pacific/Apia", date(2011, 12, 30), 0),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),  # the clock skips midnight
    ],
)
def test_days_are_as_long_as_the_zone_says(zone, day, hours):
    start, end = day_bounds(day, ZoneInfo(zone))
    assert end - start == hours * HOUR


def test_a_day_in_shanghai_begins_at_sixteen_utc():
    start, _ = day_bounds(date(2026, 11, 11), ZoneInfo("Asia/Shanghai"))
    assert from_microseconds(start) == datetime(2026, 11, 10, 16, tzinfo=UTC)


@given(
    st.lists(st.integers(15 * 365 * DAY_US, 60 * 365 * DAY_US), max_size=5),
    st.sampled_from(ZONES),
)
def test_the_day_of_an_instant_is_its_local_date(moments, zone):
    tz = ZoneInfo(zone)
    aware = [from_microseconds(m) for m in moments]
    got = day_numbers(np.array([to_microseconds(m) for m in aware], np.int64), tz)
    assert got.tolist() == [day_number(m.astimezone(tz).date()) for m in aware]


@given(st.dates(date(1987, 1, 1), date(2037, 1, 1)), st.sampled_from(ZONES))
def test_days_follow_each_other_without_gap(day, zone):
    tz = ZoneInfo(zone)
    start, end = day_bounds(day, tz)
    assert start <= end
    assert day_bounds(day + timedelta(days=1), tz)[0] == end
    assert period_bounds(Period(day, day), tz) == (start, end)


def test_instants_are_exact_both_ways():
    moment = datetime(2026, 11, 11, 0, 0, 0, 1, tzinfo=UTC)
    assert from_microseconds(to_microseconds(moment)) == moment
    with pytest.raises(ValueError, match="time zone"):
        to_microseconds(datetime(2026, 1, 1))  # noqa: DTZ001


def test_day_numbers_of_the_epoch():
    assert day_number(date(1970, 1, 1)) == 0
    assert day_of_number(day_number(date(2026, 11, 11))) == date(2026, 11, 11)


def test_periods_to_compare_with():
    week = Period(date(2026, 11, 9), date(2026, 11, 15))
    assert week.n_days == len(week.days()) == 7
    assert previous(week) == Period(date(2026, 11, 2), date(2026, 11, 8))
    year_before = same_weekdays_last_year(week)
    assert year_before.start.weekday() == week.start.weekday()
    assert year_before == Period(date(2025, 11, 10), date(2025, 11, 16))


def test_a_period_does_not_end_before_it_starts():
    with pytest.raises(ValueError, match="ends on or after"):
        Period(date(2026, 1, 2), date(2026, 1, 1))


def test_a_young_period_is_immature():
    november = Period(date(2026, 11, 1), date(2026, 11, 11))
    assert is_immature(november, date(2026, 11, 22), lookback_days=7, refund_days=15)
    assert not is_immature(november, date(2026, 11, 26), lookback_days=7, refund_days=15)
