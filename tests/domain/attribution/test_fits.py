import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.attribution.journey_worlds import TINY, any_rows, journeys
from tracker.domain.attribution.allocate import ONE, weights_of_factors
from tracker.domain.attribution.fits import (
    FitError,
    FitModel,
    factors_of_fit,
    fit_from_json,
    fit_markov,
    fit_shapley,
)


def weights(fit, *paths, counted=None):
    """Weights of paths under a fit, as shares of 1."""
    told = journeys([(path, 1, 0) for path in paths])
    mask = None if counted is None else np.array(counted)
    factors = factors_of_fit(fit, told.unit, told.offsets, mask)
    found = weights_of_factors(factors, told.offsets) / ONE
    return [part.tolist() for part in np.split(found, told.offsets[1:-1])]


def both(rows, order=1):
    return [fit_markov(journeys(rows), "channel", order), fit_shapley(journeys(rows), "channel")]


def test_a_fit_says_what_was_learnt():
    fit = fit_markov(journeys(TINY), "influencer", 2)
    assert (fit.unit, fit.model, fit.order, fit.version) == ("influencer", FitModel.markov, 2, 1)
    assert fit.units == (1, 2, 3)
    assert fit.states == ((1,), (2,), (1, 2), (2, 3))
    windows = {(fit.states[a], fit.states[b]): n for a, b, n in fit.transitions}
    assert windows == {((1,), (1, 2)): 1, ((1, 2), (2, 3)): 1, ((2,), (2, 3)): 1}
    assert (sum(fit.begins), sum(fit.converts), sum(fit.nulls)) == (3, 1, 2)
    assert fit.p_conversion == pytest.approx(1 / 3)
    assert fit.effects == pytest.approx((0.5, 1, 1))
    assert (fit.n_paths, fit.n_conversions) == (3, 1)


def test_one_order_is_weighed_by_its_totals_under_the_definition():
    fit = fit_markov(journeys(TINY), "channel")
    assert fit.wanted == pytest.approx((0.2, 0.4, 0.4))
    assert fit.gap < 1e-12
    assert weights(fit, [1, 2, 3])[0] == pytest.approx([0.2, 0.4, 0.4], abs=1e-11)


@given(any_rows(), st.integers(1, 3))
def test_weights_of_the_orders_learnt_from_add_up_to_what_was_attained(rows, order):
    converting = journeys(rows).converting()
    for fit in both(rows, order):
        factors = factors_of_fit(fit, converting.unit, converting.offsets)
        found = weights_of_factors(factors, converting.offsets) / ONE
        counts = np.repeat(converting.conversions, np.diff(converting.offsets))
        place = np.searchsorted(fit.units, converting.unit)
        totals = np.bincount(place, found * counts, len(fit.units))
        tolerance = 1e-9 * max(fit.n_conversions, 1)
        assert totals == pytest.approx(fit.attained, abs=tolerance)
        gap = np.abs(totals - np.array(fit.wanted)).sum() / 2
        assert gap == pytest.approx(fit.gap * fit.n_conversions, abs=tolerance)


@given(any_rows(), st.integers(1, 3), st.randoms())
def test_equal_journeys_in_any_order_give_the_same_text_and_it_is_read_back(rows, order, random):
    texts = [fit.canonical_json() for fit in both(rows, order)]
    for text, fit in zip(texts, both(rows, order), strict=True):
        assert fit_from_json(text) == fit
    random.shuffle(rows)
    assert [fit.canonical_json() for fit in both(rows, order)] == texts


def test_shapley_splits_equally_over_distinct_units():
    fit = fit_shapley(journeys([([1, 2, 2], 1, 0), ([1], 2, 5)]), "channel")
    assert fit.wanted == (2.5, 0.5)
    assert fit.gap == 0
    assert fit.p_conversion == pytest.approx(3 / 8)
    assert weights(fit, [1, 2, 2], [2]) == [[0.5, 0.25, 0.25], [1]]


def test_repeats_of_a_unit_share_what_it_gets():
    fit = fit_markov(journeys(TINY), "channel")
    assert weights(fit, [2, 3, 2, 2])[0] == pytest.approx([1 / 6, 1 / 2, 1 / 6, 1 / 6], abs=1e-11)


def test_a_unit_never_seen_weighs_what_the_others_weigh_on_average():
    fit = fit_markov(journeys(TINY), "channel")
    assert weights(fit, [1, 99, 3], [98, 99, 98], [99]) == [
        pytest.approx([0.2 / 0.9, 0.3 / 0.9, 0.4 / 0.9], abs=1e-11),
        pytest.approx([0.25, 0.5, 0.25], abs=1e-11),
        [1.0],
    ]


def test_touches_that_do_not_count_get_nothing_and_change_nothing():
    fit = fit_markov(journeys(TINY), "channel")
    mask = [True, False, True, True, True]
    found = weights(fit, [1, 2, 3], [2, 2], counted=mask)
    assert found[0] == pytest.approx([1 / 3, 0, 2 / 3], abs=1e-11)
    assert found[1] == [0.5, 0.5]


def test_units_that_never_shared_an_order_compare_by_their_effects():
    fit = fit_markov(journeys([([1], 3, 0), ([2], 1, 0), ([3], 0, 4)]), "channel")
    assert weights(fit, [1, 2], [1, 3], [3]) == [
        pytest.approx([0.75, 0.25], abs=1e-11),
        [1.0, 0.0],
        [1.0],
    ]


@pytest.mark.parametrize("rows", [[], [([], 1, 1)], [([1], 0, 3), ([2, 1], 0, 1)]])
def test_journeys_without_an_order_make_a_fit_that_shares_equally(rows):
    for fit in both(rows):
        assert fit.gap == 0
        assert fit.p_conversion == 0
        assert all(np.isfinite(fit.log2_factors))
        assert weights(fit, [1, 2], [8, 9]) == [[0.5, 0.5], [0.5, 0.5]]


def test_no_paths_have_no_factors():
    fit = fit_markov(journeys(TINY), "channel")
    empty = np.zeros(0, np.int64)
    assert factors_of_fit(fit, empty, np.zeros(1, np.int64)).size == 0


def edited(**changes):
    content = json.loads(fit_markov(journeys(TINY), "channel").canonical_json())
    return json.dumps({**content, **changes})


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"version": 1}', "nonsense", edited(version=2), edited(model="guess"),
     edited(extra=1)],
)  # fmt: skip
def test_a_text_that_is_no_fit_is_refused(text):
    with pytest.raises(FitError):
        fit_from_json(text)


def test_a_fit_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        fit_markov(journeys(TINY), "channel").gap = 1.0
