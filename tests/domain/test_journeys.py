from __future__ import annotations

from collections import Counter
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.journeys import (
    DELAYS_HOURS,
    LENGTHS,
    collapse,
    delay_bucket,
    group_paths,
    length_bucket,
    medians_by,
    roles,
    sums_by,
)

PATHS = st.lists(st.lists(st.integers(1, 4), max_size=7), max_size=30)
HOUR_US = 3_600_000_000


def arrays(paths: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    owner = [number for number, path in enumerate(paths) for _ in path]
    unit = [value for path in paths for value in path]
    return np.array(owner, np.int64), np.array(unit, np.int64)


def collapsed(path: list[int]) -> list[tuple[int, int]]:
    return [(unit, len(list(same))) for unit, same in groupby(path)]


@given(PATHS)
def test_repeats_in_a_row_become_one_run_that_says_how_many(paths):
    runs = collapse(*arrays(paths))
    found = list(zip(runs.owner.tolist(), runs.unit.tolist(), runs.times.tolist(), strict=True))
    assert found == [(n, *run) for n, path in enumerate(paths) for run in collapsed(path)]


@given(PATHS)
def test_orders_share_a_number_exactly_when_their_paths_are_equal(paths):
    grouped = group_paths(collapse(*arrays(paths)), len(paths))
    for i, one in enumerate(paths):
        assert (grouped.of_order[i] == -1) == (not one)
        for j, other in enumerate(paths):
            assert (grouped.of_order[i] == grouped.of_order[j]) == (one == other)
    for number, order in enumerate(grouped.example.tolist()):
        assert grouped.of_order[order] == number


@given(PATHS)
def test_each_unit_closes_or_assists_an_order_once(paths):
    found = roles(*arrays(paths))
    closing = list(zip(*(part.tolist() for part in found.closing), strict=True))
    assisting = list(zip(*(part.tolist() for part in found.assisting), strict=True))
    opening = list(zip(*(part.tolist() for part in found.opening), strict=True))
    assert closing == [(n, path[-1]) for n, path in enumerate(paths) if path]
    assert opening == [(n, path[0]) for n, path in enumerate(paths) if path]
    expected = {(n, u) for n, path in enumerate(paths) for u in path if u != path[-1]}
    assert sorted(expected) == assisting
    on_the_path = Counter(u for path in paths for u in set(path))
    assert Counter(u for _n, u in closing + assisting) == on_the_path


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-(2**50), 2**50))))
def test_sums_and_medians_by_key(pairs):
    key = np.array([k for k, _v in pairs], np.int64)
    values = np.array([v for _k, v in pairs], np.int64)
    sums, medians = sums_by(key, values, 4), medians_by(key, values, 4)
    for k in range(4):
        mine = sorted(v for found, v in pairs if found == k)
        assert sums[k] == sum(mine)
        assert medians[k] == (mine[(len(mine) - 1) // 2] if mine else -1)


def test_one_path_of_a_thousand_runs_beside_short_ones():
    long = [1 + i % 2 for i in range(1_000)]
    paths = [[1], long, [1, 2], [*long[:-1], 3], [1]]
    grouped = group_paths(collapse(*arrays(paths)), len(paths))
    assert grouped.of_order[0] == grouped.of_order[4]
    assert len(set(grouped.of_order.tolist())) == 4


def test_nothing_at_all_has_no_paths():
    grouped = group_paths(collapse(*arrays([])), 0)
    assert grouped.of_order.size == grouped.example.size == 0
    assert roles(*arrays([])).closing[0].size == 0


@pytest.mark.parametrize(("length", "bucket"), [(1, 0), (5, 4), (6, 5), (10, 5), (11, 6), (500, 6)])
def test_lengths_fall_into_their_buckets(length, bucket):
    assert length_bucket(np.array([length])).tolist() == [bucket]
    assert bucket <= len(LENGTHS)


@pytest.mark.parametrize(
    ("hours", "bucket"), [(0, 0), (0.99, 0), (1, 1), (23.9, 1), (24, 2), (719, 5), (720, 6)]
)
def test_times_to_order_fall_into_their_buckets(hours, bucket):
    assert delay_bucket(np.array([int(hours * HOUR_US)])).tolist() == [bucket]
    assert bucket <= len(DELAYS_HOURS)
