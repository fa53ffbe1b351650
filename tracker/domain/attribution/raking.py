"""Raking: factors of units such that orders keep their sums and units get their totals.

Wanted are factors b such that every order, split over its distinct units in proportion to b, adds
up to 1 and each unit's sum over the orders is its total under the model's definition (SEMANTICS
3.7). Iterative proportional fitting multiplies b_c by wanted_c / got_c again and again; where the
orders do not allow the totals (an order of one unit must give it everything) it tends to the
attainable totals t with the least sum of t log(t / wanted), and b falls apart into levels: a unit
of a lower level gets nothing from an order that has one of a higher level.

That limit is found here directly, since the plain iteration needs 10^5 rounds and more where most
orders have one unit only. With z = log b the limit minimises

    sum over sets of n_S log(sum of e^z over S)  +  1/eps * sum over units of wanted_c e^(-eps z_c)

for eps -> 0 (the dual of: nearest totals, plus eps times the entropy of the splits). Its gradient
is got - wanted e^(-eps z), its Hessian positive definite: Newton's method with eps falling step by
step. Where two parts drift so far apart that nothing is shared across, each is solved on its own
with its totals scaled to the orders that are left to it; these parts are the levels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import offsets_of, segment_ids
from tracker.domain.attribution.journeys import weighted_counts
from tracker.domain.attribution.newton import Problem, minimise, shares_of
from tracker.domain.attribution.unit_sets import Membership

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MAX_ROUNDS = 1_000
"""Newton steps of one part, all eps together; 5 to 60 are usual."""

_APART = 45.0
"""Parts are apart when every ratio of b across is below e^-45: less than a rounding of 1."""

_EPS = tuple(10.0**-k for k in range(13))


@dataclass(frozen=True, slots=True)
class Raked:
    """Result of a raking; arrays have one element a unit.

    log_factors: natural logarithms of b; units of a lower level lie at least 64 below all of the
    higher levels. attained: the unit's total over the orders. gap: the share of all orders that
    goes to other units than wanted, 0 to 1. rounds: Newton steps used.
    """

    log_factors: Floats
    attained: Floats
    gap: float
    rounds: int


def rake(sets: Membership, counts: Floats, wanted: Floats) -> Raked:
    """Factors for orders given as sets of units.

    sets: none empty, as `unit_sets.collapse` gives them. counts: orders of each set, above 0.
    wanted: total of each unit, at least 0; they should add up to the orders, and are scaled if they
    do not. Units that stand in no set keep the factor e^0. A unit whose total is 0 gets nothing,
    except from orders that have no other.
    """
    state = _Raking(np.zeros(wanted.size), 0)
    present = np.zeros(wanted.size, np.bool_)
    present[sets.place] = True
    positive = present & (wanted > 0)
    parts = [np.flatnonzero(positive), np.flatnonzero(present & ~positive)]
    weights = np.where(wanted > 0, wanted, 1.0)
    _solve_parts(state, sets, counts, weights, [part for part in parts if part.size], _EPS)
    shares = shares_of(sets, state.log_factors)
    owner = segment_ids(sets.offsets)
    attained = weighted_counts(sets.place, shares * counts[owner], wanted.size)
    total = counts.sum()
    whole = wanted.sum()
    aim = wanted * (total / whole) if whole > 0 else attained
    gap = float(np.abs(attained - aim).sum() / 2 / total) if total > 0 else 0.0
    return Raked(state.log_factors, attained, gap, state.rounds)


@dataclass(slots=True)
class _Raking:
    log_factors: Floats
    rounds: int


def _solve_parts(
    state: _Raking,
    sets: Membership,
    counts: Floats,
    wanted: Floats,
    parts: list[Ints],
    eps: tuple[float, ...],
) -> None:
    """Solve parts of which each takes everything from the ones after it, and put them in levels."""
    level = np.full(wanted.size, len(parts))
    for number, part in enumerate(parts):
        level[part] = number
    ceiling = np.inf
    for number, part in enumerate(parts):
        inner, inner_counts = _restricted(sets, counts, level, number)
        if inner_counts.size:
            _solve(state, part, inner, inner_counts, wanted, eps)
        if ceiling < np.inf:
            state.log_factors[part] += ceiling - 64.0 - float(state.log_factors[part].max())
        ceiling = float(state.log_factors[part].min())


def _restricted(
    sets: Membership, counts: Floats, level: Ints, number: int
) -> tuple[Membership, Floats]:
    """The sets whose highest level (lowest number) is this one, without their lower units."""
    if len(sets) == 0:
        return sets, counts
    levels = level[sets.place]
    mine = np.minimum.reduceat(levels, sets.offsets[:-1]) == number
    kept = mine[segment_ids(sets.offsets)] & (levels == number)
    sizes = np.bincount(segment_ids(sets.offsets)[kept], minlength=len(sets))[mine]
    return Membership(sets.place[kept], offsets_of(sizes.astype(np.int64))), counts[mine]


def _solve(
    state: _Raking,
    units: Ints,
    sets: Membership,
    counts: Floats,
    wanted: Floats,
    eps: tuple[float, ...],
) -> None:
    """Factors of some units, from sets that hold no others; they are centred about 0."""
    units = units[np.isin(units, sets.place)]
    place_of = np.zeros(wanted.size, np.int64)
    place_of[units] = np.arange(units.size)
    own = wanted[units] * (counts.sum() / wanted[units].sum())
    problem = Problem(Membership(place_of[sets.place], sets.offsets), counts, own)
    z = np.zeros(units.size)
    rounds = 0
    for step, small in enumerate(eps):
        z, used = minimise(problem, z, small, MAX_ROUNDS - rounds)
        rounds += used
        state.rounds += used
        order = np.argsort(-z, kind="stable")
        cuts = np.flatnonzero(np.diff(z[order]) < -_APART) + 1
        if cuts.size:
            parts = [units[np.sort(part)] for part in np.split(order, cuts)]
            _solve_parts(state, sets, counts, wanted, parts, eps[step:])
            return
    state.log_factors[units] = z - (z.max() + z.min()) / 2
