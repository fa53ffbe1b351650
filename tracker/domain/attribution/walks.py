"""Removal effects of chains too large to invert: the walks themselves, followed step by step.

All of a chain's mass starts at once and moves along the arcs; what reaches a unit's states for the
first time stops there and counts with the probability h of converting from there. The mass still
under way can add at most its own sum of mass * h, so the walk ends when that is below the rounding
of what was found. No matrix is stored but the arcs; several units are followed side by side.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tracker.domain.attribution.journeys import weighted_counts
from tracker.domain.attribution.transitions import Chain

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_LANES = 8
"""Units followed side by side: a cache line of numbers for each state."""

_PRECISION = 1e-15


def lost_conversions(chain: Chain) -> Floats:
    """Conversions of the walks that visit each unit, in journeys (see `markov`)."""
    stays = chain.source == chain.target
    source, target = chain.source[~stays], chain.target[~stays]
    count = chain.count[~stays]
    n = chain.n_states
    # A stay changes neither where a walk goes nor whether it converts: it is taken out, since
    # journeys that linger would make it slow.
    out = weighted_counts(source, count, n) + chain.converts + chain.nulls
    share = count / out[source]
    reach = _chances(source, target, share, chain.converts / out)
    # Arcs into states with the same older touches come from neighbouring states: cache lines that
    # were just read. (A window without its newest touch is a window that came before.)
    goal = np.lexsort((chain.last, *chain.windows.T[:0:-1]))
    rank = np.empty(n, np.int64)
    rank[goal] = np.arange(n)
    by_goal = np.argsort(rank[target], kind="stable")
    arrives = np.searchsorted(rank[target][by_goal], np.arange(n + 1))
    source, share = source[by_goal].astype(np.int32), share[by_goal]
    lost = np.empty(chain.units.size)
    for first in range(0, chain.units.size, _LANES):
        lane = chain.last - first
        found = _follow(chain.begins, goal, arrives, source, share, lane, reach)
        lost[first : first + _LANES] = found[: chain.units.size - first]
    return lost


def _chances(source: Ints, target: Ints, share: Floats, converts: Floats) -> Floats:
    """Probability of converting from each state.

    Walks that are still under way after so many steps bound what is missing, state by state.
    """
    reach, alive = converts.copy(), np.ones(converts.size)
    can_convert = _leading_to(source, target, converts > 0)
    while True:
        alive = weighted_counts(source, share * alive[target], converts.size)
        missing = alive[can_convert] > _PRECISION * reach[can_convert]
        if not missing.any():
            return reach
        reach = converts + weighted_counts(source, share * reach[target], converts.size)


def _leading_to(source: Ints, target: Ints, goal: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """States from which some way leads to the goal."""
    found = goal.copy()
    while True:
        more = source[found[target] & ~found[source]]
        if more.size == 0:
            return found
        found[more] = True


@njit()
def _stop(mass: Floats, lane: Ints, reach: Floats, found: Floats, ahead: Floats) -> None:
    """Take out the mass that stands in its lane's states; what is left ahead of the rest."""
    ahead[:] = 0.0
    for state in range(mass.shape[0]):
        own = lane[state]
        if 0 <= own < _LANES:
            found[own] += mass[state, own] * reach[state]
            mass[state, own] = 0.0
        for k in range(_LANES):
            ahead[k] += mass[state, k] * reach[state]


@njit()
def _follow(
    begins: Floats,
    goal: Ints,
    arrives: Ints,
    source: NDArray[np.int32],
    share: Floats,
    lane: Ints,
    reach: Floats,
) -> Floats:
    """First visits to each lane's states, weighed with the chance of converting from there.

    goal: states in the order in which their arcs lie; arrives: CSR of those arcs. lane: of each
    state, outside 0 .. _LANES-1 for the states of other units.
    """
    n = begins.size
    found, ahead, sums = np.zeros(_LANES), np.zeros(_LANES), np.zeros(_LANES)
    mass, moved = np.empty((n, _LANES)), np.empty((n, _LANES))
    hopeless = np.ones(_LANES, np.bool_)
    for state in range(n):
        mass[state] = begins[state]
        if 0 <= lane[state] < _LANES and reach[state] > 0.0:
            hopeless[lane[state]] = False
    while True:
        _stop(mass, lane, reach, found, ahead)
        if np.all(hopeless | (ahead <= _PRECISION * found)):
            return found
        for i in range(n):
            sums[:] = 0.0
            for arc in range(arrives[i], arrives[i + 1]):
                origin, part = source[arc], share[arc]
                for k in range(_LANES):
                    sums[k] += part * mass[origin, k]
            moved[goal[i]] = sums
        mass, moved = moved, mass
