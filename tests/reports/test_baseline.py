"""The estimator: right where the answer is known, honest about what it does not know."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from tracker.reports.baseline import _fitting, measure, prepare

N_DAYS = 98
BEFORE = list(range(91))
DURING = list(range(91, 98))


def event(values: np.ndarray, **changes: object) -> dict[str, object]:
    found: dict[str, object] = {
        "weekday": 2,
        "series": {"net": values.tolist()},
        "others": [0.0] * len(values),
        "festivals": [],
        "runs": [["net", BEFORE, DURING, []]],
    }
    return found | changes


def week(n_days: int = N_DAYS) -> np.ndarray:
    return 1_000 + np.array([0, 10, 20, 30, 40, 300, 250])[np.arange(n_days) % 7]


def test_without_noise_the_lift_is_exact():
    values = week() + 3.5 * np.arange(N_DAYS)
    baseline = values[DURING].sum()
    values[DURING] += 400
    [[lift, low, high, expected]] = measure(event(values))
    assert lift == pytest.approx(2_800)
    assert expected == pytest.approx(baseline)
    assert high - low < 1e-3


def test_a_partial_week_is_compared_with_its_own_weekdays():
    values = week() + 0.0
    during = DURING[:3]
    values[during] += 50
    [[lift, *_]] = measure(event(values, runs=[["net", BEFORE, during, []]]))
    assert lift == pytest.approx(150)


def test_posts_of_others_are_not_this_event_s_doing():
    others = np.zeros(N_DAYS)
    others[20:27] = 1
    others[50:57] = 2
    others[90:98] = 3
    values = week() + 200 * others
    [[blind, *_]] = measure(event(values))
    [[seeing, *_]] = measure(event(values, others=others.tolist()))
    assert blind > 1_000
    assert seeing == pytest.approx(0, abs=1e-6)


def test_a_festival_that_was_there_before_is_part_of_the_baseline():
    festival = [30, 31, 94, 95]
    values = week() + 0.0
    values[festival] += 5_000
    [[lift, *_]] = measure(event(values, festivals=[festival]))
    assert lift == pytest.approx(0, abs=1e-6)


def test_what_never_moved_before_the_event_cannot_explain_it():
    others = np.zeros(N_DAYS)
    others[DURING] = 1
    values = week() + 0.0
    values[DURING] += 100
    [[lift, low, high, _]] = measure(event(values, others=others.tolist(), festivals=[DURING]))
    assert lift == pytest.approx(700)
    assert high - low < 1e-3


def test_the_interval_holds_the_truth_as_often_as_it_says():
    dice = np.random.default_rng(5)
    runs, held = 400, 0
    for _ in range(runs):
        values = week() + dice.normal(0, 100, N_DAYS)
        values[DURING] += 60
        [[_lift, low, high, _expected]] = measure(event(values))
        held += low <= 420 <= high
    assert 0.92 <= held / runs <= 0.98


WINDOWS = [[first, 7] for first in range(28, 85, 3)]


def widths_and_hits(noise: Callable[[np.random.Generator], np.ndarray], windows: list[list[int]],
                    runs: int = 150) -> tuple[float, float]:  # fmt: skip
    """Mean width of the interval over random worlds, and how often it holds the truth (0)."""
    dice, fit = np.random.default_rng(6), _fitting()
    found = []
    for _ in range(runs):
        values = week() + noise(dice)
        [[_, low, high, _]] = measure(event(values, runs=[["net", BEFORE, DURING, windows]]), fit)
        found.append((high - low, low <= 0 <= high))
    width, held = np.mean(found, axis=0)
    return float(width), float(held)


def test_days_that_go_together_widen_the_interval_until_it_holds_the_truth():
    def steps(dice: np.random.Generator) -> np.ndarray:
        """The level changes from week to week, as posts of uneven quality make it."""
        return np.repeat(dice.normal(0, 100, N_DAYS // 7), 7) + dice.normal(0, 30, N_DAYS)

    plain, held = widths_and_hits(steps, [])
    assert held < 0.8
    checked, held = widths_and_hits(steps, WINDOWS)
    assert held > 0.9
    assert checked > 1.5 * plain


def test_days_that_do_not_go_together_cost_some_width_only():
    plain, _ = widths_and_hits(lambda dice: dice.normal(0, 100, N_DAYS), [])
    checked, held = widths_and_hits(lambda dice: dice.normal(0, 100, N_DAYS), WINDOWS)
    assert held > 0.93
    assert plain < checked < 1.6 * plain


def test_windows_before_the_event_never_narrow_its_interval():
    values = week() + 0.0
    values[DURING] += 50
    values[::9] += 1
    runs = [["net", BEFORE, DURING, windows] for windows in ([], WINDOWS)]
    plain, checked = measure(event(values, runs=runs))
    assert checked[0] == plain[0]
    assert checked[2] - checked[1] >= plain[2] - plain[1]


def test_the_interval_grows_as_the_baseline_shrinks():
    values = week() + np.random.default_rng(1).normal(0, 50, N_DAYS)
    wide, narrow = (
        measure(event(values, runs=[["net", BEFORE[-n:], DURING, []]]))[0] for n in (28, 91)
    )
    assert wide[2] - wide[1] > narrow[2] - narrow[1]


def test_many_events_are_answered_in_their_order():
    values = week() + 0.0
    answer = prepare()
    plain, lifted = event(values), event(np.where(np.arange(N_DAYS) > 90, values + 10, values))
    found = json.loads(answer(json.dumps([plain, lifted, plain]).encode()))
    assert [round(runs[0][0]) for runs in found] == [0, 70, 0]
