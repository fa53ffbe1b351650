"""The compiled searches find what a list finds."""

from bisect import bisect_left, bisect_right

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.attribution import compiled_lookups
from tracker.domain.attribution.allocate import offsets_of
from tracker.domain.attribution.compiled_lookups import indices_of, windows

far = st.integers(-(2**62), 2**62)


@given(st.sets(st.integers(-70, 200), min_size=1), st.lists(st.integers(-80, 210) | far))
def test_values_are_found_by_a_bit_each(keys, values):
    found = indices_of(np.array([*values, 0], np.int64), np.array(sorted(keys), np.int64))
    assert found.tolist() == [i for i, v in enumerate([*values, 0]) if v in keys]


def test_many_values_are_looked_up_block_by_block(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(compiled_lookups, "_BLOCK", 7)
    values = np.arange(100) % 13
    assert (indices_of(values, np.array([3, 5])) == np.flatnonzero(np.isin(values, [3, 5]))).all()


@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(0, 9), max_size=9).map(sorted),
            st.integers(-1, 10),
            st.integers(0, 5),
        ),
        min_size=1,
    )
)
def test_windows_begin_and_end_like_in_a_list(drawn):
    at = np.array([instant for segment, _, _ in drawn for instant in segment], np.int64)
    of_key = offsets_of(np.array([len(segment) for segment, _, _ in drawn], np.int64))
    since = np.array([instant for _, instant, _ in drawn], np.int64)
    until = since + np.array([span for _, _, span in drawn], np.int64)
    start, stop = windows(at, of_key, np.arange(len(drawn)), since, until)
    assert (start - of_key[:-1]).tolist() == [bisect_left(s, a) for s, a, _ in drawn]
    assert (stop - of_key[:-1]).tolist() == [bisect_right(s, a + b) for s, a, b in drawn]
