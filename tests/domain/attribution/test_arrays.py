import sys
from bisect import bisect_left, bisect_right

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.attribution import arrays
from tracker.domain.attribution.allocate import offsets_of
from tracker.domain.attribution.arrays import (
    argsort_pairs,
    bisect_segments,
    distinct,
    is_among,
    is_large,
    repeated_pairs,
)

numbers = st.integers(-(2**62), 2**62)


@given(st.lists(numbers))
def test_distinct_is_the_sorted_set(values):
    assert distinct(np.array(values, np.int64)).tolist() == sorted(set(values))


@given(
    st.lists(st.tuples(st.lists(st.integers(0, 9), max_size=9).map(sorted), st.integers(-1, 10))),
    st.booleans(),
)
def test_each_segment_is_searched_like_a_list(drawn, after_equal):
    values = np.array([v for segment, _ in drawn for v in segment], np.int64)
    offsets = offsets_of(np.array([len(segment) for segment, _ in drawn], np.int64))
    wanted = np.array([w for _, w in drawn], np.int64)
    found = bisect_segments(values, offsets[:-1], offsets[1:], wanted, after_equal=after_equal)
    plain = bisect_right if after_equal else bisect_left
    assert (found - offsets[:-1]).tolist() == [plain(segment, w) for segment, w in drawn]


@pytest.mark.parametrize("far", [9, 2**61])
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9))))
def test_pairs_are_sorted_whether_they_fit_one_number_or_not(far, drawn):
    pairs = [(major, minor * far // 9) for major, minor in drawn]
    by = argsort_pairs(*(np.array([p[i] for p in pairs], np.int64) for i in (0, 1)))
    assert [pairs[i] for i in by] == sorted(pairs)


@pytest.mark.parametrize("far", [9, 2**61])
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 3))))
def test_equal_pairs_are_sorted_by_their_ties(far, drawn):
    rows = [(major, minor * far // 3, tie) for major, minor, tie in drawn]
    major, minor, tie = (np.array([row[i] for row in rows], np.int64) for i in range(3))
    by = argsort_pairs(major, minor, lambda some: (tie[some],))
    assert [rows[i] for i in by] == sorted(rows)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-3, 3))))
def test_pairs_that_occur_again_are_found(pairs):
    found = repeated_pairs(*(np.array([p[i] for p in pairs], np.int64) for i in (0, 1)))
    assert found.tolist() == [pairs.count(pair) > 1 for pair in pairs]


@given(st.sets(st.integers(-5, 20), min_size=1), st.lists(st.integers(-9, 25)))
def test_values_are_looked_up_in_a_table_of_some(keys, values):
    low = min(keys)
    table = np.isin(np.arange(low, max(keys) + 1), list(keys))
    assert is_among(table, low, np.array(values, np.int64)).tolist() == [v in keys for v in values]


def test_loops_are_used_for_less_once_they_are_loaded(monkeypatch: pytest.MonkeyPatch):
    module = "tracker.domain.attribution.compiling"
    monkeypatch.delitem(sys.modules, module, raising=False)
    assert [is_large(n) for n in (50_000, 100_000)] == [False, True]
    monkeypatch.setitem(sys.modules, module, arrays)
    assert [is_large(n) for n in (1_000, 50_000)] == [False, True]
