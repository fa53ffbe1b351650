"""Which units are linked by common orders."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import segment_ids
from tracker.domain.attribution.unit_sets import Membership

Ints = NDArray[np.int64]


def component_of(sets: Membership, n_units: int) -> Ints:
    """The component of each unit, numbered from 0; units in no set are alone in theirs.

    Every unit takes the lowest number among its sets until nothing changes; numbers that were taken
    are followed at once, so chains of any length take few rounds.
    """
    label = np.arange(n_units, dtype=np.int64)
    if len(sets) == 0:
        return label
    owner = segment_ids(sets.offsets)
    while True:
        lowest = np.minimum.reduceat(label[sets.place], sets.offsets[:-1])
        better = label.copy()
        np.minimum.at(better, sets.place, lowest[owner])
        # A unit named by another takes along all that bear its own name.
        np.minimum.at(better, label, better.copy())
        better = better[better]
        if np.array_equal(better, label):
            return np.unique(label, return_inverse=True)[1].astype(np.int64)
        label = better
