import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.attribution.journey_worlds import TINY, any_rows, journeys
from tracker.domain.attribution.markov import (
    credits_of_effects,
    p_conversion,
    removal_effects,
)
from tracker.domain.attribution.transitions import count_transitions


def solve(matrix, right):
    """A linear system in fractions (Gauss and Jordan)."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        pivot = next(r for r in range(i, len(rows)) if rows[r][i] != 0)
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(len(rows)):
            if r != i and rows[r][i] != 0:
                factor = rows[r][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[-1] for row in rows]


def by_definition(rows, order):
    """P(conversion), and the effect of each unit by really removing it and solving again."""
    told = [(path, c, n) for path, c, n in rows if path and c + n]
    units = sorted({unit for path, _, _ in told for unit in path})
    arcs, out = {}, {}
    for path, conversions, nulls in told:
        walk = [("start",), *(tuple(path[max(0, i + 1 - order) : i + 1]) for i in range(len(path)))]
        steps = list(itertools.pairwise(walk))
        steps = [(a, b, conversions + nulls) for a, b in steps]
        for a, b, weight in [*steps, (walk[-1], "yes", conversions), (walk[-1], "no", nulls)]:
            arcs[a, b] = arcs.get((a, b), 0) + weight
            out[a] = out.get(a, 0) + weight

    def chance(removed):
        states = [state for state in out if removed is None or removed not in state]
        places = {state: i for i, state in enumerate(states)}
        matrix = [[Fraction(int(i == j)) for j in range(len(states))] for i in range(len(states))]
        right = [Fraction(0)] * len(states)
        for (a, b), weight in arcs.items():
            if a in places and b in places:
                matrix[places[a]][places[b]] -= Fraction(weight, out[a])
            elif a in places and b == "yes":
                right[places[a]] += Fraction(weight, out[a])
        return solve(matrix, right)[places["start",]] if states else Fraction(0)

    whole = chance(None) if told else Fraction(0)
    return whole, {u: 1 - chance(u) / whole if whole else Fraction(0) for u in units}


def check(rows, order, dense_states, rel=1e-11):
    whole, effects = by_definition(rows, order)
    chain = count_transitions(journeys(rows), order)
    assert p_conversion(chain) == pytest.approx(float(whole), rel=1e-13)
    found = removal_effects(chain, dense_states)
    assert chain.units.tolist() == list(effects)
    assert found == pytest.approx([float(e) for e in effects.values()], rel=rel, abs=rel / 100)


def test_the_journeys_worked_out_by_hand_have_the_effects_of_the_hand():
    chain = count_transitions(journeys(TINY))
    assert p_conversion(chain) == pytest.approx(1 / 3, rel=1e-15)
    assert removal_effects(chain) == pytest.approx([1 / 2, 1, 1], rel=1e-14)
    assert credits_of_effects(removal_effects(chain), 1.0) == pytest.approx([0.2, 0.4, 0.4])


def test_another_converting_journey_with_a_repeat_changes_them_as_by_hand():
    chain = count_transitions(journeys([*TINY, ([1, 1, 2], 1, 0)]))
    assert removal_effects(chain) == pytest.approx([2 / 3, 1, 1 / 2], rel=1e-14)


@given(any_rows(), st.integers(1, 3))
def test_effects_are_those_of_removing_each_unit_and_solving_in_fractions(rows, order):
    check(rows, order, dense_states=3_000)


@given(any_rows(n_units=12), st.integers(1, 3))
def test_effects_of_a_chain_that_is_walked_are_the_same(rows, order):
    check(rows, order, dense_states=0)


@given(any_rows())
def test_a_chain_that_remembers_whole_journeys_counts_the_conversions_that_touch_a_unit(rows):
    chain = count_transitions(journeys(rows), 8)
    total = sum(c for path, c, _ in rows if path)
    for unit, effect in zip(chain.units.tolist(), removal_effects(chain), strict=True):
        touching = sum(c for path, c, _ in rows if unit in path)
        assert effect == pytest.approx(touching / total if total else 0, abs=1e-13)


@given(any_rows())
def test_staying_at_a_unit_does_not_matter_at_order_1(rows):
    once = [([u for i, u in enumerate(p) if i == 0 or p[i - 1] != u], c, n) for p, c, n in rows]
    with_stays = removal_effects(count_transitions(journeys(rows)))
    assert with_stays == pytest.approx(removal_effects(count_transitions(journeys(once))))


@given(any_rows(), st.integers(1, 4), st.randoms())
def test_equal_journeys_in_any_order_give_the_same_effects_to_the_bit(rows, order, random):
    other = list(rows)
    random.shuffle(other)
    first, second = (removal_effects(count_transitions(journeys(r), order)) for r in (rows, other))
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize(
    ("rows", "effects"),
    [
        ([], []),
        ([([], 3, 2)], []),
        ([([7], 0, 5)], [0.0]),
        ([([7], 2, 5)], [1.0]),
        ([([7, 7, 7], 2, 0)], [1.0]),
        ([([1], 1, 0), ([2], 0, 9)], [1.0, 0.0]),
        ([([1, 2, 1, 2, 1, 2], 1, 0)], [1.0, 1.0]),
        ([([1], 0.25, 0), ([2], 0.5, 0.125)], [1 / 3, 2 / 3]),
    ],
)
@pytest.mark.parametrize("dense_states", [0, 3_000])
def test_odd_journeys_have_defined_effects(rows, effects, dense_states):
    found = removal_effects(count_transitions(journeys(rows)), dense_states)
    assert found == pytest.approx(effects, rel=1e-14, abs=0)


def test_a_journey_in_circles_costs_no_digits():
    # Only 2 of 200,000 turns end: ordinary elimination would lose a third of its digits here.
    rows = [([1, 2] * 100_000, 1, 0), ([1, 3], 1, 0), ([3], 2, 6)]
    check(rows, 1, dense_states=3_000, rel=1e-14)


def test_nobody_is_credited_when_no_unit_has_an_effect():
    assert credits_of_effects(np.zeros(3), 5.0).tolist() == [0, 0, 0]
