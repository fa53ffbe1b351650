"""States of what is watched: told once, told again after a step or a while, never lost creeping."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.alerts import (
    MILLION,
    Reading,
    Rule,
    State,
    Watched,
    is_step,
    next_change,
    next_level,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TEN_PERCENT = Rule(step_ppm=100_000)


def test_a_bad_reading_is_told_once_and_a_good_one_ends_it():
    told = next_level(Watched(), Reading(90, True), Rule(), NOW)
    assert told == Watched(State.TRIGGERED, 90, 90, NOW)
    assert next_level(told, Reading(90, True), Rule(), NOW + DAY).told_at == NOW
    good = next_level(told, Reading(110), Rule(), NOW + DAY)
    assert (good.state, good.told_value) == (State.OK, None)
    again = next_level(good, Reading(90, True), Rule(), NOW + 2 * DAY)
    assert again.told_at == NOW + 2 * DAY


def test_small_steps_cannot_creep_past():
    now = next_level(Watched(), Reading(1_000_000, True), TEN_PERCENT, NOW)
    told = [now.told_at]
    for day in range(1, 30):  # one percent a day
        value = round(1_000_000 * 0.99**day)
        now = next_level(now, Reading(value, True), TEN_PERCENT, NOW + day * DAY)
        told.append(now.told_at)
    assert sorted({(at - NOW).days for at in told if at}) == [0, 11, 22]


def test_it_is_told_again_after_rearm_while_it_lasts():
    rule = Rule(rearm=7 * DAY)
    first = next_level(Watched(), Reading(1, True), rule, NOW)
    assert next_level(first, Reading(1, True), rule, NOW + 6 * DAY).told_at == NOW
    assert next_level(first, Reading(1, True), rule, NOW + 7 * DAY).told_at == NOW + 7 * DAY


def test_a_failed_reading_says_nothing():
    for before in (Watched(), Watched(State.TRIGGERED, 5, 5, NOW), Watched(State.OK, 7, 7, None)):
        assert next_level(before, Reading(None, True), TEN_PERCENT, NOW) == before
        assert next_change(before, Reading(None), TEN_PERCENT, NOW) == before


def test_a_jump_is_measured_from_what_was_told_and_becomes_the_measure():
    now = next_change(Watched(), Reading(10_000), TEN_PERCENT, NOW)
    assert (now.state, now.told_at) == (State.OK, None)  # nothing to compare with yet
    now = next_change(now, Reading(10_900), TEN_PERCENT, NOW + DAY)
    assert (now.state, now.told_value) == (State.OK, 10_000)
    now = next_change(now, Reading(11_000), TEN_PERCENT, NOW + 2 * DAY)
    assert now == Watched(State.TRIGGERED, 11_000, 11_000, NOW + 2 * DAY)
    now = next_change(now, Reading(11_050), TEN_PERCENT, NOW + 3 * DAY)
    assert (now.state, now.told_at) == (State.OK, NOW + 2 * DAY)
    assert next_change(now, Reading(9_000), TEN_PERCENT, NOW).state is State.TRIGGERED


@given(st.lists(st.integers(0, 10**9), max_size=40), st.integers(1, MILLION))
def test_what_was_told_is_never_a_step_from_what_is(values: list[int], step: int):
    rule = Rule(step_ppm=step)
    change = level = Watched()
    for n, value in enumerate(values):
        at = NOW + n * DAY
        change = next_change(change, Reading(value), rule, at)
        level = next_level(level, Reading(value, True), rule, at)
        for one in (change, level):
            assert one.value == value
            assert one.told_value is not None
            assert not is_step(one.told_value, value, step)
