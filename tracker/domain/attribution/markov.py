"""Markov model: which share of the conversions of the chain would be lost without a unit.

Removing unit c redirects the arcs into its states to null. What is lost are the walks that visit c
and convert, so with N = (I - Q)^-1, h = N r and K the states whose newest touch is c

    RE_c = N[s,K] N[K,K]^-1 h[K] / h[s]         (order 1: N[s,c] / N[c,c] * h[c] / h[s])

Later windows that still hold c are only reached through K, so they need not be in K. Counting keeps
flows balanced: the chain enters each state as often as the journeys did and converts as often as
they did. Hence N[s,j] = visits_j / journeys and h[s] = conversions / journeys without solving, and
with G = (diag(outflow) - counts)^-1, where N[i,j] = G[i,j] visits_j,

    RE_c = sum of G[K,K]^-1 (G k)[K] / conversions,    k_j = conversions from state j.

One factorisation gives all effects exactly; nothing is simulated. Source of the definition:
E. Anderl et al., "Mapping the customer journey", Int. J. of Research in Marketing 33 (2016).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.elimination import Factors, factorise
from tracker.domain.attribution.transitions import Chain

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DENSE_STATES = 3_000
"""Chains of up to so many states are inverted (72 MB a matrix, seconds); larger ones are walked."""


def p_conversion(chain: Chain) -> float:
    """Probability that a walk of the chain converts; 0.0 for a chain of nothing."""
    return chain.conversions / chain.total if chain.total > 0 else 0.0


def removal_effects(chain: Chain, dense_states: int = DENSE_STATES) -> Floats:
    """Removal effect of each unit of `chain.units`, 0 to 1; all 0 when nothing converts.

    A unit from which no walk converts has 0, one that every converting walk visits has 1.
    """
    if chain.conversions <= 0:
        return np.zeros(chain.units.size)
    if chain.n_states > dense_states:
        # Compiled on first use, which chains of ordinary size need not wait for.
        from tracker.domain.attribution.walks import lost_conversions

        lost = lost_conversions(chain)
    else:
        lost = _lost_conversions(chain)
    effects: Floats = np.clip(lost / chain.conversions, 0.0, 1.0)
    return effects


def credits_of_effects(effects: Floats, total: float) -> Floats:
    """The total shared in proportion to the effects; nothing to anybody when all are 0."""
    whole = effects.sum()
    return effects * (total / whole) if whole > 0 else np.zeros(effects.size)


def _lost_conversions(chain: Chain) -> Floats:
    n = chain.n_states
    counts = np.zeros((n, n))
    counts[chain.source, chain.target] = chain.count
    factors = factorise(counts, chain.converts + chain.nulls)
    reach = factors.solve(chain.converts)
    if chain.order == 1:
        lost: Floats = reach / factors.diagonal()
        return lost
    return _lost_by_blocks(chain, factors, reach)


def _lost_by_blocks(chain: Chain, factors: Factors, reach: Floats) -> Floats:
    """As many conversions as first visits to a unit's states lead to, for each unit."""
    edges = np.searchsorted(chain.last, np.arange(chain.units.size + 1))
    lost = np.empty(chain.units.size)
    for unit, (begin, end) in enumerate(pairwise(edges)):
        block = factors.block(int(begin), int(end))
        lost[unit] = np.linalg.solve(block, reach[begin:end]).sum()
    return lost
