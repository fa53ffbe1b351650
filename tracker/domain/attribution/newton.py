"""Newton's method for the raking: one smooth, strictly convex function of the log factors.

f(z) = sum of n_S log(sum of e^z over S) + 1/eps * sum of wanted_c e^(-eps z_c)
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import lengths_of, offsets_of, segment_ids
from tracker.domain.attribution.journeys import weighted_counts
from tracker.domain.attribution.unit_sets import Membership

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_BACK = 0.25
_SHORTEST = 1e-9
_PAIRS_AT_ONCE = 1 << 22


def shares_of(sets: Membership, log_factors: Floats) -> Floats:
    """How each set is split over its units: in proportion to the factors, adding up to 1."""
    if sets.place.size == 0:
        return np.zeros(0)
    owner = segment_ids(sets.offsets)
    logs = log_factors[sets.place]
    powers = np.exp(logs - np.maximum.reduceat(logs, sets.offsets[:-1])[owner])
    shares: Floats = powers / np.add.reduceat(powers, sets.offsets[:-1])[owner]
    return shares


@dataclass(slots=True)
class Problem:
    """Sets with their numbers of orders, and the total that each unit should get.

    Sets of one unit are known beforehand: their orders go to that unit whatever the factors are.
    """

    sets: Membership
    counts: Floats
    wanted: Floats
    owner: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.owner = segment_ids(self.sets.offsets)

    def gradient(self, shares: Floats, z: Floats, eps: float) -> Floats:
        """What each unit gets, less what it should get."""
        got = weighted_counts(self.sets.place, shares * self.counts[self.owner], z.size)
        # Beyond e^700 a number cannot be written; a search along a line may look there.
        return got - self.wanted * np.exp(np.minimum(-eps * z, 700.0))

    def hessian(self, shares: Floats, z: Floats, eps: float) -> Floats:
        """n_S (diag(p) - p p') summed over the sets, plus the pull of the wanted totals."""
        n = z.size
        several = np.flatnonzero(lengths_of(self.sets.offsets) > 1)
        matrix = np.zeros((n, n))
        sizes = lengths_of(self.sets.offsets)[several]
        batches = np.cumsum(sizes * sizes) // _PAIRS_AT_ONCE
        for batch in np.split(several, np.flatnonzero(np.diff(batches)) + 1):
            matrix += self._products(batch, shares, n)
        # Rows of the first part add up to 0: the diagonal is what they give to others, without
        # subtracting nearly equal numbers.
        np.fill_diagonal(matrix, 0.0)
        hessian = -matrix
        pull = eps * self.wanted * np.exp(-eps * z)
        np.fill_diagonal(hessian, matrix.sum(axis=1) + pull)
        return hessian

    def _products(self, chosen: Ints, shares: Floats, n: int) -> Floats:
        """Sum of n_S p p' over the chosen sets."""
        if chosen.size == 0:
            return np.zeros((n, n))
        begins, sizes = self.sets.offsets[chosen], lengths_of(self.sets.offsets)[chosen]
        pairs = offsets_of(sizes * sizes)
        which = np.repeat(np.arange(chosen.size), sizes * sizes)
        number = np.arange(int(pairs[-1]), dtype=np.int64) - pairs[which]
        left, right = np.divmod(number, sizes[which])
        left += begins[which]
        right += begins[which]
        product = self.counts[chosen][which] * shares[left] * shares[right]
        cell = self.sets.place[left] * n + self.sets.place[right]
        return weighted_counts(cell, product, n * n).reshape(n, n)


def minimise(problem: Problem, z: Floats, eps: float, rounds: int) -> tuple[Floats, int]:
    """The log factors where the function is least, from a start, and the steps it took.

    Stops when every unit's total is right to 1e-13 of all orders, when rounding hides the way, or
    after so many rounds.
    """
    enough = 1e-13 * problem.counts.sum()
    shares = shares_of(problem.sets, z)
    gradient = problem.gradient(shares, z, eps)
    for used in range(rounds):
        if np.abs(gradient).max() <= enough:
            return z, used
        step = -np.linalg.solve(problem.hessian(shares, z, eps), gradient)
        slope = float(gradient @ step)
        size = 1.0
        # The function is convex: a step is short enough when the slope at its end does not point
        # back by much. Slopes stay exact where differences of the function's values would not.
        while True:
            after = z + size * step
            shares = shares_of(problem.sets, after)
            gradient = problem.gradient(shares, after, eps)
            if gradient @ step <= -_BACK * slope:
                break
            size /= 2
            if size < _SHORTEST:
                return z, used
        z = after
    return z, rounds
