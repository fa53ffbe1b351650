"""Formulas against statsmodels, which the program does not use here, and against chance itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from tracker.domain.experiments import (
    CONFIDENCE,
    Difference,
    Interval,
    Verdict,
    confidence_of,
    difference,
    evenness,
    planned_sample,
    verdict,
    wilson,
)

COUNTS = st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS)
def test_the_interval_of_a_share_is_wilsons(counted):
    low, high = proportion_confint(*counted, alpha=0.05, method="wilson")
    found = wilson(*counted)
    assert found.low == pytest.approx(low, abs=1e-9)
    assert found.high == pytest.approx(high, abs=1e-9)


@given(COUNTS, COUNTS)
def test_the_interval_of_a_difference_is_newcombes(first, second):
    low, high = confint_proportions_2indep(*second, *first, method="newcomb", compare="diff")
    found = difference(first, second)
    assert found.difference == pytest.approx(second[0] / second[1] - first[0] / first[1])
    assert found.interval.low == pytest.approx(low, abs=1e-9)
    assert found.interval.high == pytest.approx(high, abs=1e-9)
    assert -1 <= found.interval.low <= found.difference <= found.interval.high <= 1


def test_swapping_the_arms_turns_the_interval_round():
    there, back = difference((30, 1_000), (45, 1_100)), difference((45, 1_100), (30, 1_000))
    assert there.interval.low == pytest.approx(-back.interval.high)


def test_newcombes_own_example():
    # table II of the paper, contrast (a): 56/70 against 48/80 gives 0.0524 to 0.3339
    found = difference((48, 80), (56, 70)).interval
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


@pytest.mark.parametrize(("successes", "n"), [(1, 0), (-1, 5), (6, 5), (0, 0)])
def test_impossible_counts_are_refused(successes, n):
    with pytest.raises(ValueError, match="is no share"):
        wilson(successes, n)


def test_the_planned_sample_shows_the_difference_in_four_of_five_tests():
    n = planned_sample(0.05, 0.3)
    assert n == 3_780
    dice = np.random.default_rng(11)
    seen = [
        verdict(difference((int(a), n), (int(b), n)), is_complete=True)
        for a, b in zip(dice.binomial(n, 0.05, 2_000), dice.binomial(n, 0.065, 2_000), strict=True)
    ]
    assert 0.77 < seen.count(Verdict.BETTER) / 2_000 < 0.83
    assert seen.count(Verdict.WORSE) == 0


def test_equal_arms_are_called_different_in_one_of_twenty_tests():
    dice = np.random.default_rng(12)
    n = 3_780
    seen = [
        verdict(difference((int(a), n), (int(b), n)), is_complete=True)
        for a, b in zip(dice.binomial(n, 0.05, 4_000), dice.binomial(n, 0.05, 4_000), strict=True)
    ]
    assert 0.035 < 1 - seen.count(Verdict.NO_DIFFERENCE) / 4_000 < 0.065


def test_more_arms_need_more_visitors_and_surer_comparisons():
    assert confidence_of(2) == CONFIDENCE
    assert confidence_of(3) == pytest.approx(0.975)
    assert planned_sample(0.05, 0.3, 4) > planned_sample(0.05, 0.3, 3) > planned_sample(0.05, 0.3)
    assert planned_sample(0.05, 0.1) > planned_sample(0.05, 0.3)


@pytest.mark.parametrize(
    ("baseline", "uplift", "arms"),
    [(0, 0.2, 2), (1, 0.2, 2), (0.6, 0.7, 2), (0.1, 0, 2), (0.1, 0.2, 1)],
)
def test_a_test_that_cannot_be_planned_is_refused(baseline, uplift, arms):
    with pytest.raises(ValueError, match="no test"):
        planned_sample(baseline, uplift, arms)


def test_nothing_is_said_before_the_planned_sample():
    sure = Difference(0.5, Interval(0.4, 0.6))
    assert verdict(sure, is_complete=False) is Verdict.NOT_ENOUGH
    assert verdict(sure, is_complete=True) is Verdict.BETTER
    assert verdict(Difference(-0.5, Interval(-0.6, -0.4)), is_complete=True) is Verdict.WORSE
    assert verdict(Difference(0.1, Interval(0.0, 0.2)), is_complete=True) is Verdict.NO_DIFFERENCE


@given(st.lists(st.integers(0, 400), min_size=2, max_size=7).filter(any))
def test_evenness_is_the_chi_square_test(counts):
    fair = sum(counts) / len(counts)
    statistic = sum((n - fair) ** 2 / fair for n in counts)
    assert evenness(counts) == pytest.approx(chi2.sf(statistic, len(counts) - 1), abs=1e-9)


def test_evenness_of_nothing_cannot_be_said():
    assert evenness([5]) is None
    assert evenness([0, 0]) is None
    assert evenness([50, 50]) == 1
    assert (evenness([600, 400]) or 1) < 0.001
