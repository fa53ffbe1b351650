"""Journeys: what the data-driven models learn from, converting and not, as arrays.

A journey is a qualified path, or the path of a visitor who ordered nothing. Its touches carry the
*unit* that the model speaks of: a channel or an influencer, as an integer of the caller's choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import lengths_of, offsets_of, segment_ids

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Journeys:
    """Many journeys; one row may stand for several alike.

    unit: of each touch, oldest first within a journey. offsets: CSR, journey j has the touches
    offsets[j] .. offsets[j+1]-1; an empty one is allowed and teaches nothing. conversions, nulls:
    how many times the journey ended in an order, and without one; at least 0, finite, whole
    numbers where results must not depend on the order of the journeys.

    Raises ValueError: shapes that do not fit, negative or infinite weights.
    """

    unit: Ints
    offsets: Ints
    conversions: Floats
    nulls: Floats

    def __post_init__(self) -> None:
        n = self.offsets.size - 1
        if n < 0 or self.conversions.shape != (n,) or self.nulls.shape != (n,):
            raise ValueError("offsets have one element more than there are journeys")
        if self.offsets[0] != 0 or self.offsets[-1] != self.unit.size:
            raise ValueError("offsets begin with 0 and end with the number of touches")
        if n and int(lengths_of(self.offsets).min()) < 0:
            raise ValueError("offsets never fall")
        for weights in (self.conversions, self.nulls):
            if not np.isfinite(weights).all() or np.any(weights < 0):
                raise ValueError("weights of journeys are finite and not negative")

    def __len__(self) -> int:
        return int(self.conversions.size)

    def chosen(self, mask: NDArray[np.bool_]) -> Journeys:
        """The journeys of a mask, in their order."""
        if mask.all():
            return self
        touches = mask[segment_ids(self.offsets)]
        return Journeys(
            self.unit[touches],
            offsets_of(lengths_of(self.offsets)[mask]),
            self.conversions[mask],
            self.nulls[mask],
        )

    def telling(self) -> Journeys:
        """Those that have a touch and a weight."""
        return self.chosen((lengths_of(self.offsets) > 0) & (self.conversions + self.nulls > 0))

    def converting(self) -> Journeys:
        """Those that have a touch and ended in an order."""
        return self.chosen((lengths_of(self.offsets) > 0) & (self.conversions > 0))


def dense_units(unit: Ints) -> tuple[Ints, Ints]:
    """Distinct units, rising, and the place of each touch's unit among them."""
    if unit.size == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    low = int(unit.min())
    span = int(unit.max()) - low + 1
    if span > max(4 * unit.size, 1 << 16):
        units, place = np.unique(unit, return_inverse=True)
        return units, place.astype(np.int64)
    present = np.zeros(span, np.bool_)
    present[unit - low] = True
    units = np.flatnonzero(present) + low
    rank = np.cumsum(present) - 1
    return units, rank[unit - low].astype(np.int64)


def weighted_counts(place: Ints, weights: Floats, n: int) -> Floats:
    """Sum of the weights at each place, 0 .. n-1."""
    sums: Floats = np.bincount(place, weights, n).astype(np.float64, copy=False)
    return sums
