"""Journeys for tests: from lists, and any that hypothesis can think of."""

import numpy as np
from hypothesis import strategies as st

from tracker.domain.attribution.allocate import offsets_of
from tracker.domain.attribution.journeys import Journeys


def journeys(rows):
    """Journeys from (units, conversions, nulls)."""
    return Journeys(
        np.array([unit for path, _, _ in rows for unit in path], np.int64),
        offsets_of(np.array([len(path) for path, _, _ in rows], np.int64)),
        np.array([conversions for _, conversions, _ in rows], np.float64),
        np.array([nulls for _, _, nulls in rows], np.float64),
    )


TINY = [([1, 2, 3], 1, 0), ([1], 0, 1), ([2, 3], 0, 1)]
"""C1 > C2 > C3 converts, C1 and C2 > C3 do not (worked out by hand in the guide)."""


def any_rows(n_units=5, longest=7, most=10):
    """Rows of any kind: repeats, cycles, empty paths, rows without weight, nothing converting."""
    path = st.lists(st.integers(1, n_units), max_size=longest)
    return st.lists(st.tuples(path, st.integers(0, 4), st.integers(0, 4)), max_size=most)
