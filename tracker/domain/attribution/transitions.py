"""The Markov chain of journeys: which window of touches follows which, how often.

A state of order k is the window of the last k touches (fewer at the start of a journey), so a state
also says which unit came last. Everything is counted in bulk; a sum of whole numbers is exact, so
equal journeys in any order give the same chain to the bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import lengths_of, segment_ids
from tracker.domain.attribution.journeys import Journeys, dense_units, weighted_counts

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MAX_ORDER = 8
_TABLE = 1 << 22
"""Largest table of all pairs of states that is counted in place; beyond it, pairs are sorted."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Counts of a chain; flows balance: what enters a state leaves it.

    units: distinct unit ids, rising. windows: states x order, places in `units`, newest touch
    first, -1 where the journey had not begun; rows rise. begins, converts, nulls: journeys that
    begin, convert and end without order in each state. source, target, count: arcs between
    states, sorted by both.
    """

    order: int
    units: Ints
    windows: Ints
    begins: Floats
    converts: Floats
    nulls: Floats
    source: Ints
    target: Ints
    count: Floats

    @property
    def n_states(self) -> int:
        """Number of states, without start, conversion and null."""
        return int(self.begins.size)

    @property
    def last(self) -> Ints:
        """Place in `units` of each state's newest touch; rising, so a unit's states are a run."""
        newest: Ints = self.windows[:, 0]
        return newest

    @property
    def conversions(self) -> float:
        """Journeys that convert."""
        return float(self.converts.sum())

    @property
    def total(self) -> float:
        """All journeys."""
        return float(self.converts.sum() + self.nulls.sum())


def count_transitions(journeys: Journeys, order: int = 1) -> Chain:
    """The chain of some journeys; those without touch or weight teach nothing.

    Raises ValueError: an order outside 1 .. MAX_ORDER.
    """
    if not 1 <= order <= MAX_ORDER:
        raise ValueError(f"the order of a chain is 1 to {MAX_ORDER}, got {order}")
    told = journeys.telling()
    units, place = dense_units(told.unit)
    windows, state = _states(place, told.offsets, order, units.size)
    n = windows.shape[0]
    owner = segment_ids(told.offsets)
    weight = told.conversions + told.nulls
    first, final = told.offsets[:-1], told.offsets[1:] - 1
    inner = np.ones(place.size, np.bool_)
    inner[final] = False
    before = np.flatnonzero(inner)
    source, target, count = _arcs(state[before], state[before + 1], weight[owner[before]], n)
    return Chain(
        order,
        units,
        windows,
        weighted_counts(state[first], weight, n),
        weighted_counts(state[final], told.conversions, n),
        weighted_counts(state[final], told.nulls, n),
        source,
        target,
        count,
    )


def _states(place: Ints, offsets: Ints, order: int, n_units: int) -> tuple[Ints, Ints]:
    """Distinct windows in rising order, and the state in which each touch leaves its journey."""
    lags = [place]
    position = np.arange(place.size, dtype=np.int64) - offsets[segment_ids(offsets)]
    longest = int(lengths_of(offsets).max(initial=1))
    state = place
    for lag in range(1, order):
        older = np.full(place.size, -1, np.int64)
        if lag < longest:
            far = np.flatnonzero(position >= lag)
            older[far] = place[far - lag]
            # Dense again at each step, so that codes never outgrow 64 bits.
            state = dense_units(state * (n_units + 1) + older + 1)[1]
        lags.append(older)
    n = int(state.max(initial=-1)) + 1
    witness = np.zeros(n, np.int64)
    witness[state] = np.arange(place.size)
    return np.stack([lag[witness] for lag in lags], axis=1), state


def _arcs(source: Ints, target: Ints, weight: Floats, n: int) -> tuple[Ints, Ints, Floats]:
    """Arcs between states with their summed weights, sorted."""
    if source.size == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    pair = source * n + target
    if n * n <= _TABLE:
        table = weighted_counts(pair, weight, n * n)
        found = np.flatnonzero(table)
        return found // n, found % n, table[found]
    found, place = dense_units(pair)
    return found // n, found % n, weighted_counts(place, weight, found.size)
