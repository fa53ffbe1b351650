"""Small array tools that NumPy lacks, or does slower."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def distinct(values: Ints) -> Ints:
    """The distinct values, sorted. (`np.unique` hashes first: slower on many distinct numbers.)"""
    ordered = np.sort(values)
    keep = np.ones(ordered.size, np.bool_)
    keep[1:] = ordered[1:] != ordered[:-1]
    return ordered[keep]


def bisect_segments(
    values: Ints, begin: Ints, end: Ints, wanted: Ints, *, after_equal: bool
) -> Ints:
    """Binary search in many sorted segments at once: where `wanted` would stand in each.

    values: sorted within each segment [begin, end). after_equal: behind equal values, else before
    them. Costs as many passes over the segments as the longest one has binary digits.
    """
    low, high = begin.astype(np.int64), end.astype(np.int64)
    open_ = np.flatnonzero(low < high)
    while open_.size:
        middle = (low[open_] + high[open_]) >> 1
        found, limit = values[middle], wanted[open_]
        goes_right = (found <= limit) if after_equal else (found < limit)
        low[open_[goes_right]] = middle[goes_right] + 1
        high[open_[~goes_right]] = middle[~goes_right]
        open_ = open_[low[open_] < high[open_]]
    return low


def argsort_pairs(major: Ints, minor: Ints) -> Ints:
    """Indices that sort by (major >= 0, minor); the order among equal pairs is not defined.

    Packs both into one number where they fit: one fast sort instead of two stable ones.
    """
    if major.size == 0:
        return np.zeros(0, np.int64)
    low = int(minor.min())
    span = int(minor.max()) - low + 1
    if (int(major.max()) + 1) * span < 1 << 62:
        return np.argsort(major * span + (minor - low))
    return np.lexsort((minor, major))
