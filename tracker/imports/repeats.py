"""How often each key came before, in eight bytes a key however many rows a file has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Repeats:
    """Counts keys by their 64-bit hash.

    Hashes are kept in a few sorted runs that are merged as they grow, so a million rows cost some
    16 MB and no dictionary. Two keys of one hash (1 in 10^7 files of a million rows) would be taken
    for a repeat, and then a row is reported that could have been loaded.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []

    def ranks(self, keys: Sequence[str]) -> list[int]:
        """How often each key came before in the file: 0 for the first time."""
        if not keys:
            return []
        hashes = np.fromiter(map(hash, keys), np.int64, len(keys))
        unique, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
        before = np.zeros(len(unique), np.int64)
        for run, run_counts in self._runs:
            place = np.minimum(np.searchsorted(run, unique), len(run) - 1)
            before += np.where(run[place] == unique, run_counts[place], 0)
        self._add(unique, counts.astype(np.int64))
        order = np.argsort(inverse, kind="stable")
        starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
        within = np.empty(len(keys), np.int64)
        within[order] = np.arange(len(keys)) - np.repeat(starts, counts)
        ranks: list[int] = (before[inverse] + within).tolist()
        return ranks

    def _add(self, keys: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
        while self._runs and len(self._runs[-1][0]) < 2 * len(keys):
            other_keys, other_counts = self._runs.pop()
            together = np.concatenate((other_keys, keys))
            keys, inverse = np.unique(together, return_inverse=True)
            counts = np.bincount(
                inverse, np.concatenate((other_counts, counts)), minlength=len(keys)
            ).astype(np.int64)
        self._runs.append((keys, counts))
