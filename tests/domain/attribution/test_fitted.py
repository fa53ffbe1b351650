"""Between kernel and fits: which fit weighs which path, and what a fit gets to see."""

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.attribution.reference import O, S, arrays, order_arrays
from tracker.domain.attribution.allocate import ONE, segment_sums
from tracker.domain.attribution.fitted import (
    UNITS,
    factors_of_fits,
    fit_all,
    learnt_from,
    units_of,
    weeks_of,
)
from tracker.domain.attribution.kernel import qualified_paths, weigh
from tracker.domain.paths import Signal
from tracker.domain.periods import DAY_US, day_number
from tracker.domain.policy import FITTED_MODELS, MODELS, Model, Policy

DAY = DAY_US
WEEK = day_number(date(2026, 11, 9))


def paths_of(*journeys):
    """One order a journey; a journey is a list of (signal, influencer), oldest first."""
    orders = [O(key, 40 * DAY) for key in range(1, len(journeys) + 1)]
    shared = [
        S(key, (20 + place) * DAY, signal, 100 * key + place, influencer)
        for key, journey in enumerate(journeys, 1)
        for place, (signal, influencer) in enumerate(journey)
    ]
    policy = Policy(exclusive=frozenset())
    return qualified_paths(order_arrays(orders), arrays(shared), arrays([]), policy)


def touch(signal, influencer=0):
    return signal, influencer


def weights_of(model, learnt, paths, weeks=None):
    fits = {(m, WEEK): fit for m, fit in fit_all(learnt_from([(learnt, True)]), 1).items()}
    weeks = np.full(len(paths.offsets) - 1, WEEK) if weeks is None else weeks
    weights = weigh(paths, Policy(), factors_of_fits(paths, weeks, fits))[MODELS.index(model)]
    return [
        (weights[a:b] / ONE).round(6).tolist()
        for a, b in zip(paths.offsets[:-1], paths.offsets[1:], strict=True)
    ]


KOL_A, KOL_B = touch(Signal.kol, 1), touch(Signal.kol, 2)
TAG, DIRECT = touch(Signal.tag), touch(Signal.direct)


def test_a_week_begins_on_monday():
    days = np.array([day_number(date(2026, 11, day)) for day in range(8, 17)])
    assert (weeks_of(days) - WEEK).tolist() == [-7, 0, 0, 0, 0, 0, 0, 0, 7]
    assert weeks_of(np.array([0, 3, 4, -4])).tolist() == [-3, -3, 4, -10]


def test_the_unit_is_the_influencer_and_the_channel_where_there_is_none():
    channel, influencer = np.array([5, 5, 22]), np.array([0, 7, 7])
    assert units_of("channel", channel, influencer).tolist() == [5, 5, 22]
    assert units_of("influencer", channel, influencer).tolist() == [-5, 7, 7]


def test_a_fit_sees_no_direct_visits_beside_others_and_no_stand_ins():
    paths = paths_of([TAG, DIRECT, KOL_A], [DIRECT, DIRECT], [])
    learnt = learnt_from([(paths, True), (paths_of([TAG]), False)])
    for unit in ("channel", "influencer"):
        journeys = learnt[unit]
        assert np.diff(journeys.offsets).tolist() == [2, 2, 0, 1]
        assert journeys.conversions.tolist() == [1, 1, 1, 0]
        assert journeys.nulls.tolist() == [0, 0, 0, 1]
    assert learnt["influencer"].unit[1] == 1


def test_nothing_at_all_teaches_nothing():
    fits = fit_all(learnt_from([]), 1)
    assert {fit.n_paths for fit in fits.values()} == {0.0}
    assert set(fits) == set(FITTED_MODELS) == set(UNITS)


def test_shapley_shares_equally_among_distinct_units_and_repeats_share_the_part_of_theirs():
    learnt = paths_of([KOL_A, KOL_B, TAG])
    paths = paths_of([KOL_A, KOL_A, TAG], [KOL_A, KOL_B, KOL_B])
    assert weights_of(Model.shapley_influencer, learnt, paths) == [
        [0.25, 0.25, 0.5],
        [0.5, 0.25, 0.25],
    ]


def test_direct_visits_get_nothing_from_a_fit_unless_there_is_nothing_else():
    learnt = paths_of([TAG, KOL_A], [DIRECT])
    paths = paths_of([DIRECT, TAG, DIRECT], [DIRECT, DIRECT])
    for model in FITTED_MODELS:
        assert weights_of(model, learnt, paths) == [[0, 1, 0], [0.5, 0.5]]


def test_an_order_of_a_week_without_a_fit_is_weighed_as_by_linear():
    learnt = paths_of([KOL_A, KOL_B], [KOL_A], [KOL_A], [KOL_A])
    paths = paths_of([KOL_A, KOL_B, DIRECT], [KOL_A, KOL_B, DIRECT])
    with_fit, without = weights_of(
        Model.markov_influencer, learnt, paths, np.array([WEEK, WEEK + 7])
    )
    # Removal effects 1 and 1/4 of 4 orders: 3.2 and 0.8, and three orders were of A alone.
    assert with_fit == [0.2, 0.8, 0]
    assert without == [0.5, 0.5, 0]


signals = st.sampled_from([KOL_A, KOL_B, touch(Signal.kol, 3), TAG, DIRECT])
many = st.lists(st.lists(signals, max_size=6), min_size=1, max_size=6)


@given(many, many, many, st.integers(1, 2))
def test_weights_add_up_to_one_whatever_was_learnt(converting, nulls, orders, order):
    learnt = learnt_from([(paths_of(*converting), True), (paths_of(*nulls), False)])
    fits = {(model, WEEK): fit for model, fit in fit_all(learnt, order).items()}
    paths = paths_of(*orders)
    weeks = WEEK + 7 * (np.arange(len(orders)) % 2)
    weights = weigh(paths, Policy(), factors_of_fits(paths, weeks, fits))
    for row in weights:
        assert (segment_sums(row, paths.offsets) == ONE).all()
        assert row.min() >= 0
