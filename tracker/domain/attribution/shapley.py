"""Shapley model: each converting journey is split equally over its distinct units.

That is the Shapley value of the cumulative game v(S) = conversions of the journeys whose units all
lie in S: a sum of unanimity games, one a journey, each of which splits equally over its members.
Journeys that do not convert do not matter. Source: L. S. Shapley, "A value for n-person games"
(1953); checked against enumeration of all coalitions in the tests.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import lengths_of
from tracker.domain.attribution.journeys import weighted_counts
from tracker.domain.attribution.unit_sets import Membership, distinct_in_each

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def shapley_credits(place: Ints, offsets: Ints, amounts: Floats, n_units: int) -> Floats:
    """Credit of each unit.

    place: unit of each touch, 0 .. n_units-1, in CSR journeys. amounts: what each journey brought
    (orders, or money); journeys without touches give it to nobody.
    """
    return shared_equally(distinct_in_each(place, offsets), amounts, n_units)


def shared_equally(members: Membership, amounts: Floats, n_units: int) -> Floats:
    """Credit of each unit when every set shares its amount equally."""
    sizes = lengths_of(members.offsets)
    portion = amounts / np.maximum(sizes, 1)
    return weighted_counts(members.place, np.repeat(portion, sizes), n_units)
