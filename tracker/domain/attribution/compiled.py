"""The rule models, `allocate` and `ledger` as compiled loops, for hundreds of thousands of rows.

The same definitions, the same digits: tests hold each function to its NumPy original. Here every
path is walked once while it is in the cache, where NumPy walks all paths dozens of times; that is
ten times faster. Callers come here for large inputs only (see `arrays.is_large`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import MAX_SEGMENT, ONE, SCALE_BITS
from tracker.domain.attribution.compiling import compiled
from tracker.domain.attribution.weights import EXP2_SERIES
from tracker.domain.policy import Policy

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

EXP2 = np.array(EXP2_SERIES)

_HALF, _MASK = 20, (1 << 20) - 1
_SHORT_AMOUNT = 1 << 22
"""Amounts below this times a weight stay below 2^63."""


@compiled
def _hand_out(shares: Ints, rest: Ints, n: int, units: int) -> None:
    """One more for the `units` elements with the largest rest, ties to the earliest.

    Paths are short and units fewer still: looking for the largest again and again is the fastest.
    """
    for _ in range(units):
        best = 0
        for i in range(1, n):
            if rest[i] > rest[best]:
                best = i
        shares[best] += 1
        rest[best] = -1


@compiled
def _normalise_path(factors: Ints, weights: Ints, rest: Ints) -> None:
    n, total, given = factors.size, np.int64(0), np.int64(0)
    for i in range(n):
        total += factors[i]
    is_equal = total == 0
    if is_equal:
        total += n
    scale = 0.0 if n == 0 else ONE / total
    for i in range(n):
        factor = np.int64(1) if is_equal else factors[i]
        # The quotient of doubles is off by one at most; the remainder, whose high bits may run
        # over, says in which direction.
        share = np.int64(factor * scale)
        left = (factor << SCALE_BITS) - share * total
        if left < 0:
            share, left = share - 1, left + total
        elif left >= total:
            share, left = share + 1, left - total
        weights[i], rest[i] = share, left
        given += share
    if n > 0 and given < ONE:
        _hand_out(weights, rest, n, ONE - given)


@compiled
def _normalise(factors: Ints, offsets: Ints, weights: Ints) -> None:
    rest = np.empty(MAX_SEGMENT, np.int64)
    for segment in range(offsets.size - 1):
        begin, end = offsets[segment], offsets[segment + 1]
        _normalise_path(factors[begin:end], weights[begin:end], rest)


@compiled
def _decay(age: int, half_life: int) -> int:
    """`weights.decay_factors` of one age, by the same steps."""
    exponent = age / -float(half_life)
    whole = np.rint(exponent)
    if whole < -SCALE_BITS - 2:  # less than half a unit
        return 0
    part = exponent - whole
    power = EXP2[-1]
    for k in range(EXP2.size - 2, -1, -1):
        power = power * part + EXP2[k]
    return int(np.floor(power * _POWERS[np.int64(whole) + SCALE_BITS + 2] + 0.5))


_POWERS = 2.0 ** np.arange(-2, SCALE_BITS + 1)
"""2^-2 .. 2^40: to multiply with them is exact."""


@compiled
def _rule_path(
    at: Ints, is_direct: Bools, begin: int, end: int, half_life: int, ends: int, weights: Ints,
    factors: Ints, rest: Ints,
) -> None:  # fmt: skip
    """The weights of one path; factors, rest: room for MAX_SEGMENT numbers."""
    n, newest = 0, np.int64(0)
    for i in range(begin, end):
        if not is_direct[i]:
            n, newest = n + 1, at[i]
    only_direct = n == 0
    if only_direct:
        n, newest = end - begin, at[end - 1]
    each, more, k = ONE // n, ONE % n, 0
    for i in range(begin, end):
        weights[0, i] = ONE if i == begin else 0
        weights[1, i] = ONE if i == end - 1 else 0
        if is_direct[i] and not only_direct:
            weights[2, i], weights[3, i], factors[i - begin] = 0, 0, 0
            continue
        weights[2, i] = ONE if k == n - 1 else 0
        weights[3, i] = each + (k < more)
        is_end = k == 0 or k == n - 1
        factors[i - begin] = ends * max(n - 2, 1) if is_end else 1000 - 2 * ends
        k += 1
    if n <= 2:
        weights[4, begin:end] = weights[3, begin:end]
    else:
        _normalise_path(factors[: end - begin], weights[4, begin:end], rest)
    for i in range(begin, end):
        if only_direct or not is_direct[i]:
            factors[i - begin] = _decay(newest - at[i], half_life)
    _normalise_path(factors[: end - begin], weights[5, begin:end], rest)


@compiled
def _rule_weights(
    at: Ints, is_direct: Bools, offsets: Ints, half_life: int, ends: int, weights: Ints
) -> None:
    rest, factors = np.empty(MAX_SEGMENT, np.int64), np.empty(MAX_SEGMENT, np.int64)
    for path in range(offsets.size - 1):
        begin, end = offsets[path], offsets[path + 1]
        _rule_path(at, is_direct, begin, end, half_life, ends, weights, factors, rest)


@compiled
def _share(total: int, weights: Ints, begin: int, n: int, shares: Ints, rest: Ints) -> bool:
    """Share one amount by weights[begin : begin + n]; False: they do not add up."""
    amount = abs(total)
    given, weight_sum = np.int64(0), np.int64(0)
    for i in range(n):
        weight = weights[begin + i]
        weight_sum += weight
        if weight == 0 or weight == ONE:
            floor, left = (amount if weight else np.int64(0)), np.int64(0)
        elif amount < _SHORT_AMOUNT:
            product = amount * weight
            floor, left = product >> SCALE_BITS, product & (ONE - 1)
        else:
            a1, a0 = amount >> _HALF, amount & _MASK
            w1, w0 = weight >> _HALF, weight & _MASK
            middle = a1 * w0
            low = ((middle & _MASK) << _HALF) + a0 * weight
            floor = a1 * w1 + (middle >> _HALF) + (low >> SCALE_BITS)
            left = low & (ONE - 1)
        shares[i], rest[i] = floor, left
        given += floor
    if given < amount:
        _hand_out(shares, rest, n, amount - given)
    if total < 0:
        for i in range(n):
            shares[i] = -shares[i]
    return bool(weight_sum == ONE or (n == 0 and total == 0))


@compiled
def _book(
    offsets: Ints, weights: Ints, entry_order: Ints, entry_net: Ints, longest: int, amounts: Ints
) -> bool:
    rest, now = np.empty(longest, np.int64), np.empty(longest, np.int64)
    before = np.empty(longest, np.int64)
    for model in range(weights.shape[0]):
        row, by_model, out = 0, weights[model], amounts[model]
        for entry in range(entry_order.size):
            order = entry_order[entry]
            begin = offsets[order]
            n = offsets[order + 1] - begin
            if not _share(entry_net[entry], by_model, begin, n, now, rest):
                return False
            if entry > 0 and entry_order[entry - 1] == order:
                for i in range(n):
                    out[row + i] = now[i] - before[i]
            else:
                for i in range(n):
                    out[row + i] = now[i]
            row += n
            now, before = before, now
    return True


def rule_weights(at: Ints, is_direct: Bools, offsets: Ints, policy: Policy, weights: Ints) -> None:
    """Weights of the six rule models into the first six rows of `weights`: what `factors_of` and
    `weights_of_factors` give. Paths are not empty and have MAX_SEGMENT touchpoints at most."""
    ends = policy.position_ends_permille
    _rule_weights(at, is_direct, offsets, policy.half_life_us, ends, weights)


def normalise(factors: Ints, offsets: Ints) -> Ints:
    """`allocate.weights_of_factors` without its checks: factors of 0..ONE, segments in bounds."""
    weights = np.empty(factors.size, np.int64)
    _normalise(factors, offsets, weights)
    return weights


def book_amounts(offsets: Ints, weights: Ints, entry_order: Ints, entry_net: Ints) -> Ints:
    """Amounts of `ledger.book`: models x rows.

    Raises ValueError: weights of a path that do not add up to ONE.
    """
    lengths = np.diff(offsets)
    rows = int(lengths[entry_order].sum())
    amounts = np.empty((weights.shape[0], rows), np.int64)
    longest = int(lengths.max(initial=1))
    if not _book(offsets, weights, entry_order, entry_net, longest, amounts):
        raise ValueError("weights do not add up to 1")
    return amounts
