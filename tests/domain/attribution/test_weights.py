import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.attribution.allocate import ONE, offsets_of, weights_of_factors
from tracker.domain.attribution.weights import (
    decay_factors,
    factors_of,
    reference_split,
    reference_units,
    reference_weights,
)
from tracker.domain.policy import HOUR_US, MODELS, Model, Policy

paths = st.lists(
    st.lists(st.tuples(st.integers(0, 10**13), st.booleans()), min_size=1, max_size=8).map(
        lambda touches: sorted(touches, reverse=True)
    ),
    min_size=1,
    max_size=5,
)
policies = st.builds(
    Policy,
    lookback_days=st.integers(1, 180),
    half_life_hours=st.none() | st.integers(1, 1000),
    position_ends_permille=st.integers(0, 500),
)


def test_time_decay_halves_with_every_half_life():
    half_lives = np.arange(41, dtype=np.int64)
    factors = decay_factors(half_lives * HOUR_US, HOUR_US)
    assert factors.tolist() == [ONE >> n for n in range(41)]
    assert decay_factors(np.array([42, 10**9]) * HOUR_US, HOUR_US).tolist() == [0, 0]


@given(st.integers(0, 2**44), st.integers(1, 2**44))
def test_decay_factors_agree_with_the_library_to_two_to_the_minus_40(age, half_life):
    factor = int(decay_factors(np.array([age]), half_life)[0])
    assert abs(factor - math.ldexp(math.exp2(-age / half_life), 40)) <= 1


@given(paths, policies)
def test_array_factors_mean_what_the_reference_says(drawn, policy):
    at = np.array([-age for path in drawn for age, _ in path], np.int64)
    direct = np.array([d for path in drawn for _, d in path], np.bool_)
    offsets = offsets_of(np.array([len(path) for path in drawn], np.int64))
    factors = factors_of(at, direct, offsets, policy)
    for model in MODELS:
        weights = weights_of_factors(factors[model], offsets)
        for s, path in enumerate(drawn):
            exact = reference_weights(model, [a for a, _ in path], [d for _, d in path], policy)
            assert sum(exact) == 1
            assert weights[offsets[s] : offsets[s + 1]].tolist() == reference_units(exact), model


def weigh(model, n, direct=(), policy=None):
    flags = [i in direct for i in range(n)]
    ages = [(n - i) * HOUR_US for i in range(n)]
    return reference_weights(model, ages, flags, policy or Policy())


@pytest.mark.parametrize(
    ("n", "weights"),
    [(1, [1.0]), (2, [0.5, 0.5]), (3, [0.4, 0.2, 0.4]), (4, [0.4, 0.1, 0.1, 0.4])],
)
def test_position_based_gives_the_ends_most(n, weights):
    assert [float(w) for w in weigh(Model.position_based, n)] == weights


def test_first_and_last_count_direct_visits_and_last_non_direct_skips_them():
    assert weigh(Model.first, 3, direct={0}) == [1, 0, 0]
    assert weigh(Model.last, 3, direct={2}) == [0, 0, 1]
    assert weigh(Model.last_non_direct, 3, direct={2}) == [0, 1, 0]


def test_a_path_of_direct_visits_only_is_credited_to_them():
    assert weigh(Model.last_non_direct, 3, direct={0, 1, 2}) == [0, 0, 1]
    assert weigh(Model.linear, 3, direct={0, 1, 2}) == [Fraction(1, 3)] * 3


def test_linear_skips_direct_visits():
    assert weigh(Model.linear, 3, direct={1}) == [Fraction(1, 2), 0, Fraction(1, 2)]


def test_time_decay_uses_a_quarter_of_the_window_unless_set():
    week = [7 * 24 * HOUR_US, 0]
    default = reference_weights(Model.time_decay, week, [False, False], Policy(lookback_days=28))
    assert [round(float(w), 9) for w in default] == [round(1 / 3, 9), round(2 / 3, 9)]
    short = reference_weights(Model.time_decay, week, [False, False], Policy(half_life_hours=84))
    assert [float(w) for w in short] == [0.2, 0.8]


def test_an_empty_path_has_no_weights():
    with pytest.raises(ValueError, match="at least 1"):
        reference_weights(Model.linear, [], [], Policy())


def test_split_loses_nothing_and_prefers_the_earliest():
    assert reference_split(100, [Fraction(1, 3)] * 3) == [34, 33, 33]
    assert reference_split(-100, [Fraction(1, 3)] * 3) == [-34, -33, -33]
