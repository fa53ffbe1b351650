from itertools import combinations
from math import factorial

import numpy as np
import pytest
from hypothesis import given

from tests.domain.attribution.journey_worlds import any_rows, journeys
from tracker.domain.attribution.shapley import shapley_credits


def by_enumeration(rows, n_units):
    """The Shapley value over all coalitions of v(S) = conversions of journeys inside S."""

    def v(coalition):
        return sum(c for path, c, _ in rows if path and set(path) <= set(coalition))

    found = []
    for unit in range(n_units):
        others = [u for u in range(n_units) if u != unit]
        credit = 0.0
        for size in range(n_units):
            weight = factorial(size) * factorial(n_units - size - 1) / factorial(n_units)
            for coalition in combinations(others, size):
                credit += weight * (v((*coalition, unit)) - v(coalition))
        found.append(credit)
    return found


@given(any_rows(n_units=5))
def test_the_closed_form_is_the_value_of_enumerating_all_coalitions(rows):
    rows = [([unit - 1 for unit in path], c, n) for path, c, n in rows]
    told = journeys(rows)
    found = shapley_credits(told.unit, told.offsets, told.conversions, 5)
    assert found == pytest.approx(by_enumeration(rows, 5), abs=1e-12)


def test_repeats_and_order_do_not_matter_and_empty_journeys_go_to_nobody():
    told = journeys([([0, 1, 0, 0], 1, 0), ([1, 0], 1, 0), ([], 5, 0), ([2], 0, 7)])
    found = shapley_credits(told.unit, told.offsets, told.conversions, 4)
    assert found.tolist() == [1, 1, 0, 0]


def test_money_is_shared_like_orders():
    told = journeys([([0, 1], 1, 0)])
    assert shapley_credits(told.unit, told.offsets, np.array([-9.0]), 2).tolist() == [-4.5, -4.5]
