"""Slots: one a day, week or month on a zone's clocks, whatever those clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.periods import Period
from tracker.domain.slots import Rhythm, last_slot, next_slot, period_before

ZONES = ("Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "UTC")
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 4 * 366 * 86_400).map(lambda n: FIRST + timedelta(seconds=n))
RHYTHMS = st.builds(
    Rhythm,
    every=st.sampled_from(["day", "week", "month"]),
    minute=st.integers(0, 1439),
    time_zone=st.sampled_from(ZONES),
    weekday=st.integers(0, 6),
    month_day=st.integers(1, 28),
)
BERLIN = Rhythm("day", 150, "Europe/Berlin")


@given(RHYTHMS, INSTANTS)
def test_slots_follow_each_other_without_a_gap(rhythm, at):
    before, after = last_slot(rhythm, at), next_slot(rhythm, at)
    assert before <= at < after
    assert next_slot(rhythm, before) == after
    assert last_slot(rhythm, after) == after
    assert last_slot(rhythm, after - timedelta(microseconds=1)) == before


@given(RHYTHMS, INSTANTS)
def test_a_slot_is_on_its_day_and_within_an_hour_of_its_clock(rhythm, at):
    zone = ZoneInfo(rhythm.time_zone)
    slot = next_slot(rhythm, at).astimezone(zone)
    if rhythm.every == "week":
        assert slot.weekday() == rhythm.weekday
    if rhythm.every == "month":
        assert slot.day == rhythm.month_day
    assert 0 <= slot.hour * 60 + slot.minute - rhythm.minute <= 60


@given(RHYTHMS, INSTANTS)
def test_the_period_of_a_slot_is_whole_and_over(rhythm, at):
    slot = next_slot(rhythm, at)
    period = period_before(rhythm, slot)
    today = slot.astimezone(ZoneInfo(rhythm.time_zone)).date()
    assert period.end < today
    assert period.n_days in {"day": {1}, "week": {7}, "month": {28, 29, 30, 31}}[rhythm.every]


def test_an_hour_that_is_skipped_and_one_that_comes_twice_have_one_slot_each():
    spring = next_slot(BERLIN, datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert spring == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 2:30 is not there: 3:30
    autumn = next_slot(BERLIN, datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert autumn == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the first 2:30
    assert next_slot(BERLIN, autumn) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_periods_as_a_person_would_say_them():
    monday = datetime(2026, 11, 23, 1, tzinfo=UTC)
    week = Rhythm("week", 540, "Asia/Shanghai")
    assert period_before(week, monday) == Period(date(2026, 11, 16), date(2026, 11, 22))
    wednesday = Rhythm("week", 540, "Asia/Shanghai", weekday=2)
    assert period_before(wednesday, monday + timedelta(days=2)).end == date(2026, 11, 22)
    month = Rhythm("month", 540, "Asia/Shanghai", month_day=3)
    slot = next_slot(month, datetime(2026, 3, 1, tzinfo=UTC))
    assert period_before(month, slot) == Period(date(2026, 2, 1), date(2026, 2, 28))


@pytest.mark.parametrize("wrong", [{"minute": 1440}, {"weekday": 7}, {"month_day": 29}])
def test_a_time_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError):
        Rhythm(**{"every": "day", "minute": 0, "time_zone": "UTC", **wrong})
