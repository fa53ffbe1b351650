"""The rule models: how an order's credit is shared along its qualified path (SEMANTICS 3.6).

`reference_weights` says in exact fractions, for one path, what each model means. `factors_of` says
the same for many paths at once as integer factors per touchpoint; tests hold them to each other.
Sources: first, last, linear, position based and time decay as in the public Snowplow, PostHog and
Google Analytics documentation; direct visits skipped as in "last non-direct click" of the latter.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import ONE, SCALE_BITS, lengths_of, segment_ids
from tracker.domain.policy import FITTED_MODELS, MODELS, Model, Policy

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_LN2 = 0.6931471805599453
_TERMS = 13


def _coefficients() -> list[float]:
    """ln(2)^k / k! by repeated multiplication: plain IEEE steps, equal on every machine."""
    values = [1.0]
    for k in range(1, _TERMS):
        values.append(values[-1] * _LN2 / k)
    return values


EXP2_SERIES = _coefficients()
"""2^x = sum of these times x^k, to the last bit for |x| <= 1/2."""


def decay_factors(ages: Ints, half_life: int) -> Ints:
    """2^(-age / half_life) as integers of 2^-40; ages and half-life in the same unit, ages >= 0.

    Uses only operations that IEEE 754 rounds in one way (no library exp2, whose last bit differs
    between systems), so that a rebuild elsewhere gives the same credits. Error below 2^-40.
    """
    exponents = ages.astype(np.float64) / -float(half_life)
    whole = np.rint(exponents)
    part = exponents - whole
    power = np.full(ages.shape, EXP2_SERIES[-1])
    for coefficient in reversed(EXP2_SERIES[:-1]):
        power = power * part + coefficient
    # Below -1000 everything is 0 anyway; the clip keeps ldexp's exponent an int32.
    shift = np.clip(whole, -1000, 0).astype(np.int32) + SCALE_BITS
    factors: Ints = np.floor(np.ldexp(power, shift) + 0.5).astype(np.int64)
    return factors


def reference_weights(
    model: Model, ages: Sequence[int], is_direct: Sequence[bool], policy: Policy
) -> list[Fraction]:
    """Weights of one path under one model, oldest touchpoint first, adding up to exactly 1.

    ages: microseconds between touchpoint and order, falling along the path. is_direct: whether the
    touchpoint is a direct visit. `first` and `last` count direct visits, the others skip them
    unless the path has nothing else. A fitted model stands for itself without a fit: `linear`.

    Raises ValueError for an empty path.
    """
    if not ages:
        raise ValueError("a path has at least 1 touchpoint")
    counted = list(range(len(ages)))
    if model not in (Model.first, Model.last) and not all(is_direct):
        counted = [i for i in counted if not is_direct[i]]
    inner = _reference_shares(model, [ages[i] for i in counted], policy)
    weights = [Fraction(0)] * len(ages)
    for i, share in zip(counted, inner, strict=True):
        weights[i] = share
    return weights


def _reference_shares(model: Model, ages: Sequence[int], policy: Policy) -> list[Fraction]:
    n = len(ages)
    if model is Model.first:
        return [Fraction(1)] + [Fraction(0)] * (n - 1)
    if model in (Model.last, Model.last_non_direct):
        return [Fraction(0)] * (n - 1) + [Fraction(1)]
    if (
        model is Model.linear
        or model in FITTED_MODELS
        or (model is Model.position_based and n <= 2)
    ):
        return [Fraction(1, n)] * n
    if model is Model.position_based:
        ends = Fraction(policy.position_ends_permille, 1000)
        return [ends, *[(1 - 2 * ends) / (n - 2)] * (n - 2), ends]
    youngest = min(ages)
    powers = decay_factors(np.array([a - youngest for a in ages], np.int64), policy.half_life_us)
    total = int(powers.sum())
    return [Fraction(int(p), total) for p in powers]


def factors_of(at: Ints, is_direct: Bools, offsets: Ints, policy: Policy) -> dict[Model, Ints]:
    """Integer factors of every model for many paths in one pass.

    at: instants, rising within each path. offsets: CSR, one path an order, no path empty. Give a
    model's factors to `allocate.weights_of_factors` for weights. Fitted models are given as they
    are without a fit, as `linear`; `fitted.factors_of_units` gives those of a fit.
    """
    lengths = lengths_of(offsets)
    owner = segment_ids(offsets)
    counted = counted_touches(is_direct, offsets)
    # Position among the counted touchpoints: running count minus the count before the path.
    running = np.zeros(at.size + 1, np.int64)
    np.cumsum(counted, out=running[1:])
    before = running[offsets[:-1]]
    n = (running[offsets[1:]] - before)[owner]
    position = running[:-1] - before[owner]
    is_first, is_last = counted & (position == 0), counted & (position == n - 1)
    ends, middle = policy.position_ends_permille, 1000 - 2 * policy.position_ends_permille
    outer = np.where(n <= 2, 1, ends * (n - 2))
    newest = np.zeros(lengths.size, np.int64)
    newest[owner[is_last]] = at[is_last]
    ages = np.where(counted, newest[owner] - at, 0)
    factors = {
        Model.first: np.zeros(at.size, np.int64),
        Model.last: np.zeros(at.size, np.int64),
        Model.last_non_direct: is_last.astype(np.int64),
        Model.linear: counted.astype(np.int64),
        Model.position_based: np.where(
            is_first | is_last, outer, np.where(counted, middle, 0)
        ).astype(np.int64),
        Model.time_decay: np.where(counted, decay_factors(ages, policy.half_life_us), 0),
    }
    factors[Model.first][offsets[:-1]] = 1
    factors[Model.last][offsets[1:] - 1] = 1
    return {model: factors.get(model, factors[Model.linear]) for model in MODELS}


def counted_touches(is_direct: Bools, offsets: Ints) -> Bools:
    """The touchpoints that count under all models but `first` and `last`: no direct visits, unless
    the path has nothing else."""
    owner = segment_ids(offsets)
    counted = ~is_direct
    has_counted = np.zeros(lengths_of(offsets).size, np.bool_)
    has_counted[owner[counted]] = True
    counted |= ~has_counted[owner]
    return counted


def reference_units(weights: Sequence[Fraction]) -> list[int]:
    """Exact weights as integers of 2^-40 adding up to ONE (largest remainder, then earliest)."""
    return reference_split(ONE, weights)


def reference_split(amount: int, weights: Sequence[Fraction]) -> list[int]:
    """Split an amount into whole units by exact weights; negative amounts are mirrored."""
    exact = [abs(amount) * weight for weight in weights]
    shares = [int(share // 1) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: shares[i] - exact[i])
    for i in by_remainder[: abs(amount) - sum(shares)]:
        shares[i] += 1
    return [-share for share in shares] if amount < 0 else shares
