"""Which days count, which events cannot be judged, and what the helper process is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tracker.reports import lift
from tracker.reports.helper import Helper, HelperError
from tracker.reports.lift import Event, Measured, measure_events
from tracker.reports.lift_days import Days

START = date(2026, 7, 20)
N_DAYS = 120
EVENT = tuple(range(100, 107))


@pytest.fixture(autouse=True, scope="module")
def _helper_ends() -> Iterator[None]:
    yield
    lift.close()


def days(seed: int = 3, **changes: object) -> Days:
    dice = np.random.default_rng(seed)
    net = 10_000 + 2_000 * (np.arange(N_DAYS) % 7 >= 5) + dice.normal(0, 500, N_DAYS)
    made = Days(
        start=START,
        net=np.round(net),
        visits=np.round(200 + dice.normal(0, 10, N_DAYS)),
        first=0,
        until=N_DAYS,
        festivals=("",) * N_DAYS,
        promotions=(0,) * N_DAYS,
    )
    return replace(made, **changes)


def with_promotion(series: Days, *promotions: tuple[str, int, int, int]) -> Days:
    names, ids = list(series.festivals), list(series.promotions)
    for name, number, first, last in promotions:
        for day in range(first, last + 1):
            names[day], ids[day] = name, number
    return replace(series, festivals=tuple(names), promotions=tuple(ids))


def event(numbers: tuple[int, ...] = EVENT, **changes: object) -> Event:
    return replace(Event(numbers, frozenset(), (0.0,) * N_DAYS), **changes)


def measured(series: Days, asked: Event | None = None) -> Measured:
    [found] = measure_events(series, [asked or event()])
    return found


def test_a_lift_is_found_with_its_interval_and_the_baseline_passes():
    series = days()
    series.net[list(EVENT)] += 4_000
    series.visits[list(EVENT)] += 50
    found = measured(series)
    assert found.reason == ""
    assert found.net is not None
    assert found.net.low < 28_000 < found.net.high
    assert found.net.is_clear
    assert found.visits is not None
    assert found.visits.share == pytest.approx(0.25, abs=0.05)
    assert found.placebos == 20
    assert found.placebo == "passed"
    assert found.days[0] == date(2026, 10, 28)
    assert len(found.days) == 7


def test_chance_is_no_lift():
    found = measured(days())
    assert found.net is not None
    assert not found.net.is_clear


def test_a_baseline_that_does_not_fit_fails_on_quiet_days():
    series = days()
    # the level jumps every few days for reasons that nobody gave
    series.net[60:100:4] += 20_000
    series.net[:50] -= 2_000 * np.sin(np.arange(50))
    found = measured(series)
    assert found.placebo == "failed"
    assert found.placebo_share is not None
    assert found.placebo_share > 0.15


@pytest.mark.parametrize(
    ("changes", "numbers", "reason"),
    [
        ({"until": 102}, EVENT, "too_early"),
        ({"until": 0}, EVENT, "too_early"),
        ({"until": 103}, EVENT, ""),
        ({"first": 60}, EVENT, "short_baseline"),
        ({"first": 110}, EVENT, "short_baseline"),
        ({}, tuple(range(20, 27)), "short_baseline"),
        ({}, tuple(range(50, 111)), "too_long"),
        ({}, tuple(range(50, 110)), ""),
        ({}, (100,), ""),
        ({}, (), "too_early"),
    ],
)
def test_what_cannot_be_judged_has_a_reason_and_no_figure(changes, numbers, reason):
    found = measured(days(**changes), event(numbers))
    assert found.reason == reason
    assert (found.net is None) == bool(reason)


def test_a_shop_that_hardly_sold_before_has_no_baseline():
    series = days()
    series.net[:100] = np.where(np.arange(100) % 3 == 0, 9_900, 0)
    assert measured(series).reason == "sparse"


def test_visits_that_nobody_counted_before_have_no_lift():
    series = days()
    series.visits[:100] = 0
    found = measured(series)
    assert found.net is not None
    assert found.visits is None


def test_a_post_in_a_promotion_that_was_never_before_cannot_be_told_from_it():
    series = with_promotion(days(), ("double11", 7, 104, 108))
    assert measured(series).reason == "promotion"
    # its own first days are no earlier one
    series = with_promotion(days(), ("double11", 7, 98, 103))
    assert measured(series).reason == "promotion"


def test_a_campaign_leaves_such_days_out():
    series = with_promotion(days(), ("double11", 7, 104, 108))
    found = measured(series, event(may_skip=True))
    assert [series.number(day) for day in found.days] == [100, 101, 102, 103]
    series = with_promotion(days(), ("double11", 7, 99, 108))
    assert measured(series, event(may_skip=True)).reason == "promotion"


def test_a_promotion_that_comes_again_is_part_of_the_baseline():
    series = with_promotion(days(), ("member_day", 3, 60, 61), ("member_day", 4, 104, 105))
    series.net[[60, 61, 104, 105]] += 30_000
    found = measured(series)
    assert found.reason == ""
    assert found.net is not None
    assert not found.net.is_clear


def test_days_of_other_promotions_are_no_baseline():
    series = with_promotion(days(), ("818", 1, 50, 54))
    series.net[50:55] += 60_000
    found = measured(series)
    assert found.n_baseline == 95
    assert found.net is not None
    assert not found.net.is_clear


def test_days_of_own_earlier_posts_are_no_baseline():
    series = days()
    series.net[85:92] += 30_000
    found = measured(series, event(own=frozenset(range(85, 92))))
    assert found.n_baseline == 93
    assert found.net is not None
    assert not found.net.is_clear


def windows_of(series: Days, asked: Event) -> list[list[int]]:
    return json.loads(lift._plan(series, asked).request)["runs"][0][3]


def test_windows_as_long_as_the_event_check_the_width_of_its_interval():
    found = windows_of(days(), event())
    assert len(found) == lift.MOST_WINDOWS
    assert found[0] == [28, 7]
    assert all(28 <= first <= 93 and n == 7 for first, n in found)


def test_a_long_event_is_checked_by_windows_that_fit_twice_before_it():
    numbers = tuple(range(60, 90))
    assert all(n == 16 for _, n in windows_of(days(), event(numbers)))


def test_no_window_reaches_over_days_that_are_no_baseline():
    own = frozenset(range(40, 47)) | frozenset(range(70, 77))
    before = [day for day in range(100) if day not in own]
    for first, n in windows_of(days(), event(own=own)):
        assert before[first + n - 1] - before[first] == n - 1


def test_the_same_question_is_asked_once(monkeypatch: pytest.MonkeyPatch):
    series = days(seed=11)
    first = measured(series)

    def fail(_self: Helper, _request: bytes) -> bytes:
        raise HelperError("it was asked again")

    monkeypatch.setattr(Helper, "ask", fail)
    assert measured(series) == first
    changed = days(seed=12)
    assert measured(changed).reason == "unavailable"


def test_the_cache_forgets_the_longest_unused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lift, "CACHED", 2)
    measure_events(days(seed=21), [event(), event((100, 101, 102)), event((103,))])
    assert len(lift._statistics.known) == 2


def test_a_forked_child_makes_a_helper_of_its_own(monkeypatch: pytest.MonkeyPatch):
    before = lift._ours()
    monkeypatch.setattr(lift, "_statistics", before)
    monkeypatch.setattr(before, "process", -1)
    assert lift._ours() is not before
