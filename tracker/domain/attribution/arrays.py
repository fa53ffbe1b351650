"""Small array tools that NumPy lacks, or does slower."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_BLOCK = 1 << 15
"""Values looked up at once."""

COMPILED_FROM = 100_000
"""Elements from which the loops of `compiled` pay for loading them."""

COMPILED_AGAIN_FROM = 2_000
"""The same, when they are loaded already."""


def is_large(n: int) -> bool:
    """Whether so many elements are work for `compiled`, which gives the same results.

    It is imported where it is called: numba costs half a second and 60 MB, which neither a page nor
    the explanation of one order needs.
    """
    is_loaded = "tracker.domain.attribution.compiling" in sys.modules
    return n >= (COMPILED_AGAIN_FROM if is_loaded else COMPILED_FROM)


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


def argsort_pairs(
    major: Ints, minor: Ints, ties: Callable[[Ints], Sequence[Ints]] | None = None
) -> Ints:
    """Indices that sort by (major >= 0, minor), and equal pairs by what `ties` gives for them.

    ties: further keys of some rows, the most important first; None: equal pairs stand anyhow.
    Packs the pair into one number where it fits: one fast sort instead of several stable ones. Ties
    are rare, so their keys are only read for those.
    """
    if major.size == 0:
        return np.zeros(0, np.int64)
    low = int(minor.min())
    span = int(minor.max()) - low + 1
    if (int(major.max()) + 1) * span >= 1 << 62:
        more = ties(np.arange(major.size)) if ties else ()
        return np.lexsort((*more[::-1], minor, major))
    packed = major * span + (minor - low)
    if bool((packed[1:] > packed[:-1]).all()):
        return np.arange(major.size)
    by = np.argsort(packed)
    if ties is None:
        return by
    ordered = packed[by]
    again = ordered[1:] == ordered[:-1]
    tied = np.zeros(by.size, np.bool_)
    tied[1:] = again
    tied[:-1] |= again
    places = np.flatnonzero(tied)
    some = by[places]
    by[places] = some[np.lexsort((*ties(some)[::-1], packed[some]))]
    return by


def repeated_pairs(major: Ints, minor: Ints) -> Bools:
    """Whether each (major >= 0, minor) occurs more than once."""
    by = argsort_pairs(major, minor)
    same = (major[by[1:]] == major[by[:-1]]) & (minor[by[1:]] == minor[by[:-1]])
    found = np.zeros(by.size, np.bool_)
    found[by[1:][same]] = True
    found[by[:-1][same]] = True
    return found


def is_among(table: Bools, low: int, values: Ints) -> Bools:
    """Whether `table` holds each value - low; False for values that it does not reach to.

    Goes by blocks that stay in the cache, since there may be many millions of values.
    """
    # a cell at both ends catches the values out of range
    cells = np.concatenate([[False], table, [False]])
    found = np.empty(values.size, np.bool_)
    for start in range(0, values.size, _BLOCK):
        block = values[start : start + _BLOCK] - (low - 1)
        np.take(cells, block, mode="clip", out=found[start : start + _BLOCK])
    return found
