"""Distinct units of journeys, and the journeys with equal sets taken together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import lengths_of, offsets_of, segment_ids
from tracker.domain.attribution.arrays import argsort_pairs
from tracker.domain.attribution.journeys import dense_units, weighted_counts

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Membership:
    """Sets of units as CSR: set s has place[offsets[s]:offsets[s+1]], rising, each unit once."""

    place: Ints
    offsets: Ints

    def __len__(self) -> int:
        return int(self.offsets.size - 1)


def distinct_in_each(place: Ints, offsets: Ints) -> Membership:
    """The set of units of each journey; an empty journey has the empty set."""
    owner = segment_ids(offsets)
    by = argsort_pairs(owner, place)
    owner, place = owner[by], place[by]
    fresh = np.ones(place.size, np.bool_)
    fresh[1:] = (owner[1:] != owner[:-1]) | (place[1:] != place[:-1])
    counts = np.bincount(owner[fresh], minlength=offsets.size - 1).astype(np.int64)
    return Membership(place[fresh], offsets_of(counts))


def collapse(members: Membership, weights: Floats) -> tuple[Membership, Floats]:
    """Distinct sets that are not empty, each with the sum of its weights, in one defined order.

    The order depends on the sets only (length, then units), and sums of whole numbers are exact:
    equal journeys in any order give the same arrays to the bit.
    """
    lengths = lengths_of(members.offsets)
    n_units = int(members.place.max(initial=-1)) + 1
    code = lengths.copy()
    kept = going = np.flatnonzero(lengths > 0)
    step = 0
    # A set is named after its length, then again and again after its name and its next unit; names
    # are dense, so that they never outgrow 64 bits.
    while going.size:
        unit = members.place[members.offsets[going] + step]
        code[going] = dense_units(code[going] * n_units + unit)[1]
        step += 1
        going = going[lengths[going] > step]
    _, which = dense_units(lengths[kept] * (lengths.size + 1) + code[kept])
    n = int(which.max(initial=-1)) + 1
    witness = np.zeros(n, np.int64)
    witness[which] = kept
    return members_of(members, witness), weighted_counts(which, weights[kept], n)


def members_of(members: Membership, chosen: Ints) -> Membership:
    """The chosen sets, in that order."""
    sizes = lengths_of(members.offsets)[chosen]
    offsets = offsets_of(sizes)
    within = np.arange(int(offsets[-1]), dtype=np.int64) - np.repeat(offsets[:-1], sizes)
    place = members.place[np.repeat(members.offsets[chosen], sizes) + within]
    return Membership(place, offsets)
