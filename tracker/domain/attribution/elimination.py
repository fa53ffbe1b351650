"""Inverse of a chain's matrix by elimination without subtraction, so that cycles cost no digits.

M = diag(outflow) - counts, outflow of a state = its arcs to other states plus its exits. Solving M
by ordinary elimination subtracts numbers that are nearly equal when journeys go in circles.
Here every pivot is a sum of what leaves a state, every step adds and multiplies numbers that are
not negative, and each element comes out to about n roundings whatever the chain looks like.
Source: W. K. Grassmann, M. I. Taksar, D. P. Heyman, "Regenerative analysis and steady state
distributions for Markov chains", Operations Research 33 (1985), for the pivots.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_BLOCK = 96


@dataclass(frozen=True, slots=True)
class Factors:
    """M^-1 = upper @ lower, both triangular and not negative."""

    upper: Floats
    lower: Floats

    def solve(self, right: Floats) -> Floats:
        """M^-1 times a vector or matrix."""
        solution: Floats = self.upper @ (self.lower @ right)
        return solution

    def diagonal(self) -> Floats:
        """The diagonal of M^-1."""
        found: Floats = np.einsum("ij,ji->i", self.upper, self.lower)
        return found

    def block(self, begin: int, end: int) -> Floats:
        """The square block of M^-1 of the states begin .. end-1."""
        found: Floats = self.upper[begin:end] @ self.lower[:, begin:end]
        return found


def factorise(counts: Floats, exits: Floats) -> Factors:
    """Factors of the inverse.

    counts: n x n, arcs between states; the diagonal (staying) is not looked at. exits: n, what
    leaves the chain from each state. Both at least 0; from every state some way leads out.
    """
    a = counts.copy()
    np.fill_diagonal(a, 0.0)
    out = exits.copy()
    n = out.size
    pivots = np.empty(n)
    for begin in range(0, n, _BLOCK):
        end = min(begin + _BLOCK, n)
        for p in range(begin, end):
            # Row p and the column below learn of the pivots before p in this block (earlier blocks
            # have told theirs); the pivot is what leaves p for states not yet eliminated.
            a[p, p + 1 :] += a[p, begin:p] @ a[begin:p, p + 1 :]
            out[p] += a[p, begin:p] @ out[begin:p]
            pivots[p] = a[p, p + 1 :].sum() + out[p]
            a[p + 1 :, p] += a[p + 1 :, begin:p] @ a[begin:p, p]
            a[p + 1 :, p] /= pivots[p]
        if end < n:
            a[end:, end:] += a[end:, begin:end] @ a[begin:end, end:]
            out[end:] += a[end:, begin:end] @ out[begin:end]
    upper = np.triu(a, 1) / pivots[:, None]
    lower = np.tril(a, -1)
    return Factors(_inverse_of_unit_upper(upper) / pivots, _inverse_of_unit_upper(lower.T).T)


def _inverse_of_unit_upper(strict: Floats) -> Floats:
    """(I - strict)^-1 for a strictly upper triangular matrix that is not negative."""
    n = strict.shape[0]
    if n <= _BLOCK:
        inverse = np.eye(n)
        for i in range(n - 2, -1, -1):
            inverse[i] += strict[i, i + 1 :] @ inverse[i + 1 :]
        return inverse
    half = n // 2
    inverse = np.zeros((n, n))
    inverse[:half, :half] = _inverse_of_unit_upper(strict[:half, :half])
    inverse[half:, half:] = _inverse_of_unit_upper(strict[half:, half:])
    inverse[:half, half:] = inverse[:half, :half] @ strict[:half, half:] @ inverse[half:, half:]
    return inverse
