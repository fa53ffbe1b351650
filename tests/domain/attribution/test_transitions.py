import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.attribution.journey_worlds import TINY, any_rows, journeys
from tracker.domain.attribution import transitions
from tracker.domain.attribution.transitions import count_transitions


def test_the_chain_of_three_journeys_is_as_counted_by_hand():
    chain = count_transitions(journeys(TINY))
    assert chain.units.tolist() == [1, 2, 3]
    assert chain.begins.tolist() == [2, 1, 0]
    assert chain.converts.tolist() == [0, 0, 1]
    assert chain.nulls.tolist() == [1, 0, 1]
    arcs = zip(chain.source.tolist(), chain.target.tolist(), chain.count.tolist(), strict=True)
    assert list(arcs) == [(0, 1, 1.0), (1, 2, 2.0)]


def test_states_of_order_2_are_windows_of_two_touches_newest_first():
    chain = count_transitions(journeys([([4, 4, 9], 1, 0)]), 2)
    assert chain.units[chain.windows[:, 0]].tolist() == [4, 4, 9]
    assert chain.windows.tolist() == [[0, -1], [0, 0], [1, 0]]


def counted_one_by_one(rows, order):
    found = {}
    for path, conversions, nulls in rows:
        states = [tuple(path[max(0, i + 1 - order) : i + 1]) for i in range(len(path))]
        for a, b in itertools.pairwise(states):
            found[a, b] = found.get((a, b), 0) + conversions + nulls
    return {arc: count for arc, count in found.items() if count}


@pytest.mark.parametrize("table", [0, 1 << 22])
@given(rows=any_rows(), order=st.integers(1, 8))
def test_arcs_are_those_of_counting_one_by_one(table, rows, order):
    before, transitions._TABLE = transitions._TABLE, table
    try:
        chain = count_transitions(journeys(rows), order)
    finally:
        transitions._TABLE = before
    names = [tuple(chain.units[p] for p in window[::-1] if p >= 0) for window in chain.windows]
    assert len(set(names)) == len(names)
    assert chain.windows.tolist() == sorted(chain.windows.tolist())
    arcs = zip(chain.source, chain.target, chain.count, strict=True)
    assert {(names[a], names[b]): n for a, b, n in arcs} == counted_one_by_one(rows, order)


@given(any_rows(), st.integers(1, 4))
def test_what_enters_a_state_leaves_it(rows, order):
    chain = count_transitions(journeys(rows), order)
    n = chain.n_states
    entering = chain.begins + np.bincount(chain.target, chain.count, n)
    leaving = chain.converts + chain.nulls + np.bincount(chain.source, chain.count, n)
    assert entering.tolist() == leaving.tolist()
    assert chain.begins.sum() == chain.total


def test_distant_unit_ids_are_no_trouble():
    chain = count_transitions(journeys([([-(10**15), 10**15], 1, 0)]))
    assert chain.units.tolist() == [-(10**15), 10**15]


@pytest.mark.parametrize("order", [0, 9, -1])
def test_an_order_out_of_range_is_refused(order):
    with pytest.raises(ValueError, match="1 to 8"):
        count_transitions(journeys(TINY), order)
