from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.attribution.journey_worlds import any_rows, journeys
from tracker.domain.attribution.components import component_of
from tracker.domain.attribution.unit_sets import collapse, distinct_in_each


def lists(members):
    return [part.tolist() for part in np.split(members.place, members.offsets[1:-1])]


@given(any_rows())
def test_the_set_of_a_journey_has_each_unit_once_rising(rows):
    told = journeys(rows)
    members = distinct_in_each(told.unit, told.offsets)
    assert len(members) == len(rows)
    if rows:
        assert lists(members) == [sorted(set(path)) for path, _, _ in rows]


@given(any_rows(longest=12), st.randoms())
def test_collapsing_counts_equal_sets_and_does_not_depend_on_their_order(rows, random):
    told = journeys(rows)
    sets, counts = collapse(distinct_in_each(told.unit, told.offsets), told.conversions)
    expected = Counter()
    for path, conversions, _ in rows:
        if path:
            expected[tuple(sorted(set(path)))] += conversions
    assert len(sets) == len(expected)
    if expected:
        found = dict(zip(map(tuple, lists(sets)), counts.tolist(), strict=True))
        assert found == expected
    random.shuffle(rows)
    told = journeys(rows)
    again, counted = collapse(distinct_in_each(told.unit, told.offsets), told.conversions)
    assert again.place.tobytes() == sets.place.tobytes()
    assert counted.tobytes() == counts.tobytes()


@given(st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=3), max_size=40))
def test_components_join_exactly_the_units_that_a_chain_of_sets_links(groups):
    told = journeys([(group, 1, 0) for group in groups])
    sets, _ = collapse(distinct_in_each(told.unit, told.offsets), told.conversions)
    found = component_of(sets, 31)
    leader = list(range(31))

    def find(unit):
        while leader[unit] != unit:
            unit = leader[unit]
        return unit

    for group in groups:
        for unit in group:
            leader[find(unit)] = find(group[0])
    roots = [find(unit) for unit in range(31)]
    for a in range(31):
        for b in range(31):
            assert (found[a] == found[b]) == (roots[a] == roots[b])


def test_a_long_chain_of_pairs_is_one_component():
    pairs = journeys([([i, i + 1], 1, 0) for i in range(999)])
    sets, _ = collapse(distinct_in_each(pairs.unit, pairs.offsets), pairs.conversions)
    assert set(component_of(sets, 1_000).tolist()) == {0}
