"""Searching among millions of touches as compiled loops: whose they are, which are in a window.

Results are those of the NumPy originals in `expansion` and `arrays`; see `arrays.is_large`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.compiling import compiled

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]

_BLOCK = 1 << 16
"""Values looked up at once."""


@compiled
def _chosen(values: Ints, words: Words, low: int, cells: int, found: Ints) -> int:
    n = np.int64(0)
    for i in range(values.size):
        place = np.uint64(values[i] - low)  # what is below `low` comes out very large
        if place < np.uint64(cells):
            found[n] = i
            word = words[place >> np.uint64(6)]
            n += np.int64((word >> (place & np.uint64(63))) & np.uint64(1))
    return int(n)


@compiled
def _fill(words: Words, keys: Ints, low: int) -> None:
    for key in keys:
        place = np.uint64(key - low)
        words[place >> np.uint64(6)] |= np.uint64(1) << (place & np.uint64(63))


@compiled
def _place(at: Ints, low: int, high: int, instant: int, after_equal: bool) -> int:
    """Where the instant would stand in at[low:high], which rises: before or after equal ones."""
    while low < high:
        middle = (low + high) >> 1
        if at[middle] < instant or (after_equal and at[middle] == instant):
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _windows(
    at: Ints, of_key: Ints, key: Ints, since: Ints, until: Ints, start: Ints, stop: Ints
) -> None:
    for i in range(key.size):
        low, high = of_key[key[i]], of_key[key[i] + 1]
        start[i] = _place(at, low, high, since[i], False)
        stop[i] = _place(at, start[i], high, until[i], True)


def windows(at: Ints, of_key: Ints, key: Ints, since: Ints, until: Ints) -> tuple[Ints, Ints]:
    """Where since <= at <= until begins and ends among the touches of each key.

    at: rising within each key's touches, which are of_key[key] .. of_key[key + 1] - 1.
    """
    start, stop = np.empty(key.size, np.int64), np.empty(key.size, np.int64)
    _windows(at, of_key, key, since, until, start, stop)
    return start, stop


def indices_of(values: Ints, keys: Ints) -> Ints:
    """Indices of the values that are among `keys` (distinct, sorted, not empty).

    A bit a key: a table of eight million fits the cache, where a byte a key would not.
    """
    low = int(keys[0])
    cells = int(keys[-1]) - low + 1
    words = np.zeros((cells >> 6) + 1, np.uint64)
    _fill(words, keys, low)
    found = np.empty(min(values.size, _BLOCK) + 1, np.int64)
    parts = []
    for begin in range(0, values.size, _BLOCK):
        n = _chosen(values[begin : begin + _BLOCK], words, low, cells, found)
        parts.append(found[:n] + begin)
    return np.concatenate(parts)
