"""The attribution kernel: orders and signals in, qualified paths and weights out, all as arrays.

Pure and deterministic: equal input in any order gives equal output, and the credits of an order
depend on that order, its buyer's signals and the policy only. SEMANTICS 3 is the contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import offsets_of, weights_of_factors
from tracker.domain.attribution.arrays import is_large
from tracker.domain.attribution.expansion import Pairs, expand
from tracker.domain.attribution.qualification import qualify
from tracker.domain.attribution.weights import factors_of
from tracker.domain.paths import Orders, Touches
from tracker.domain.policy import FITTED_MODELS, MODELS, Model, Policy

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NO_TOUCH = -1


@dataclass(frozen=True, slots=True)
class Paths:
    """Qualified paths of all orders.

    offsets: CSR, one path an order, never empty: an order without any touchpoint has one stand-in
    with touch NO_TOUCH (unattributed). touch: index into `pairs.signals`. evidence: bits. rank:
    place of its strongest class in the precedence list. at: its instant (the order's own for a
    stand-in). position: 1..n, 0 for a stand-in. conflicts: Conflict bits of each order.
    """

    offsets: Ints
    touch: Ints
    at: Ints
    position: Ints
    evidence: Ints
    rank: Ints
    is_direct: Bools
    conflicts: Ints
    pairs: Pairs

    def of_touch(self, name: str) -> Ints:
        """A column of the signals, one value a touchpoint; 0 for stand-ins."""
        values: Ints = getattr(self.pairs.signals, name)
        if values.size == 0:
            return np.zeros(self.touch.size, np.int64)
        found = values[np.maximum(self.touch, 0)].astype(np.int64)
        return np.where(self.touch == NO_TOUCH, 0, found)


def qualified_paths(
    orders: Orders, shared: Touches, own: Touches, policy: Policy, *, keep_all: bool = False
) -> Paths:
    """The qualified path of every order (see `expand` for the arguments)."""
    pairs = expand(orders, shared, own, policy, keep_all=keep_all)
    conflicts = qualify(pairs, policy)
    kept = np.flatnonzero(pairs.active)
    counts = np.bincount(pairs.order[kept], minlength=len(orders)).astype(np.int64)
    offsets = offsets_of(np.maximum(counts, 1))
    n = int(offsets[-1])
    owner = np.repeat(np.arange(len(orders), dtype=np.int64), np.diff(offsets))
    place = np.flatnonzero(counts[owner] > 0)
    touch = np.full(n, NO_TOUCH, np.int64)
    touch[place] = pairs.touch[kept]
    evidence, rank = np.zeros(n, np.int64), np.full(n, len(policy.precedence), np.int64)
    evidence[place], rank[place] = pairs.evidence[kept], pairs.rank[kept]
    at = orders.placed_at[owner].copy()
    at[place] = pairs.signals.at[touch[place]]
    is_direct = np.zeros(n, np.bool_)
    is_direct[place] = pairs.signals.is_direct[touch[place]]
    position = np.where(touch == NO_TOUCH, 0, np.arange(n) - offsets[owner] + 1)
    return Paths(offsets, touch, at, position, evidence, rank, is_direct, conflicts, pairs)


def weigh(
    paths: Paths, policy: Policy, fitted: Mapping[Model, Ints] = MappingProxyType({})
) -> Ints:
    """Weights of all models: one row a model (as in MODELS), one column a touchpoint.

    Integers of 2^-40, adding up to 1 in every path. fitted: the factors of fitted models, see
    `fitted.factors_of_units`; one that is missing weighs like `linear`.
    """
    if is_large(paths.touch.size):
        return _weigh_compiled(paths, policy, fitted)
    factors = factors_of(paths.at, paths.is_direct, paths.offsets, policy) | dict(fitted)
    made: dict[int, Ints] = {}
    for model in MODELS:
        # Models without a fit share one array with `linear`: it is normalised once.
        if id(factors[model]) not in made:
            made[id(factors[model])] = weights_of_factors(factors[model], paths.offsets)
    return np.stack([made[id(factors[model])] for model in MODELS])


def _weigh_compiled(paths: Paths, policy: Policy, fitted: Mapping[Model, Ints]) -> Ints:
    from tracker.domain.attribution import compiled  # see is_large

    weights = np.empty((len(MODELS), paths.touch.size), np.int64)
    compiled.rule_weights(paths.at, paths.is_direct, paths.offsets, policy, weights)
    for row, model in enumerate(MODELS):
        if model in fitted:
            weights[row] = weights_of_factors(fitted[model], paths.offsets)
        elif model in FITTED_MODELS:
            weights[row] = weights[MODELS.index(Model.linear)]
    return weights
