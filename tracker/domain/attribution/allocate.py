"""Exact sharing of whole units: nothing is lost, nothing is made up.

The method is the largest remainder: everybody gets the floor of their share, what is left goes to
the largest remainders, equal remainders to the earliest element. Two facts to know (measured on
random orders): rounding each share on its own fails to add up in a third of all orders, and sharing
two part refunds each on its own leaves residue in half of them; hence a refund books the difference
between two splits of the *cumulative* net (SEMANTICS 2.3). A larger amount can lower one share by
one unit (Alabama paradox), which the fixed tie-break keeps repeatable.

Segments are given as CSR offsets: elements of segment s are offsets[s] .. offsets[s+1]-1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.arrays import is_large

Ints = NDArray[np.int64]

SCALE_BITS = 40
ONE = 1 << SCALE_BITS
"""The weight 1: weights are integers of 2^-40."""

MAX_TOTAL = 1 << 61
"""Largest amount that can be shared, either sign."""

MAX_SEGMENT = 512
"""Longest segment whose factors (each at most ONE) are normalised without overflow."""


def lengths_of(offsets: Ints) -> Ints:
    """Number of elements of each segment."""
    return np.diff(offsets)


def offsets_of(lengths: Ints) -> Ints:
    """CSR offsets of segments with these lengths; one element longer."""
    offsets = np.zeros(lengths.size + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def segment_sums(values: Ints, offsets: Ints) -> Ints:
    """Sum of each segment; 0 for an empty one."""
    running = np.zeros(values.size + 1, np.int64)
    np.cumsum(values, out=running[1:])
    return running[offsets[1:]] - running[offsets[:-1]]


def segment_ids(offsets: Ints) -> Ints:
    """The segment of every element."""
    return np.repeat(np.arange(offsets.size - 1, dtype=np.int64), lengths_of(offsets))


def weights_of_factors(factors: Ints, offsets: Ints) -> Ints:
    """Integer factors as weights: in each segment proportional to the factors, sum exactly ONE.

    This is the door for every model: what a model says is a factor per touchpoint (0 to ONE); a
    segment whose factors are all 0 is shared equally. Exact: floor(factor * ONE / sum) by long
    division in 64 bits, then largest remainder, ties to the earliest.

    Raises ValueError: a factor outside 0..ONE, or a segment longer than MAX_SEGMENT.
    """
    lengths = lengths_of(offsets)
    if factors.size and (int(factors.min()) < 0 or int(factors.max()) > ONE):
        raise ValueError("factors are from 0 to ONE")
    if lengths.size and int(lengths.max()) > MAX_SEGMENT:
        raise ValueError(f"a segment has at most {MAX_SEGMENT} elements")
    if is_large(factors.size):
        from tracker.domain.attribution.compiled import normalise  # see is_large

        return normalise(factors, offsets)
    sums = segment_sums(factors, offsets)
    owner = segment_ids(offsets)
    empty = (sums == 0) & (lengths > 0)
    if empty.any():
        factors = np.where(empty[owner], 1, factors)
        sums = np.where(empty, lengths, sums)
    divisor = sums[owner]
    # factor <= 2^40 and sum <= 2^49: three steps of 22, 14 and 4 bits keep every product < 2^63.
    quotient, rest = np.divmod(factors << 22, divisor)
    for bits in (14, 4):
        digit, rest = np.divmod(rest << bits, divisor)
        quotient = (quotient << bits) + digit
    short = np.where(lengths > 0, ONE - segment_sums(quotient, offsets), 0)
    return quotient + _first_by_remainder(rest, short, offsets, owner)


def allocate(totals: Ints, weights: Ints, offsets: Ints) -> Ints:
    """Share whole units: element e gets about totals[s] * weights[e] / ONE, sums are exact.

    totals: one amount a segment, either sign; a negative one is the mirror of the positive one, so
    that a full refund takes back exactly what the sale gave. weights: integers of 2^-40 adding up
    to ONE in every segment that is not empty. An empty segment must have the total 0.

    Raises ValueError: weights that do not add up, a total for nobody, or one beyond MAX_TOTAL.
    """
    lengths = lengths_of(offsets)
    check_totals(totals)
    if np.any(segment_sums(weights, offsets)[lengths > 0] != ONE):
        raise ValueError("weights do not add up to 1")
    if np.any(totals[lengths == 0] != 0):
        raise ValueError("an amount has nobody to go to")
    owner = segment_ids(offsets)
    amounts = np.abs(totals)
    floors, rest = _scaled(amounts[owner], weights)
    short = amounts - segment_sums(floors, offsets)
    shares = floors + _first_by_remainder(rest, short, offsets, owner)
    return np.where(totals[owner] < 0, -shares, shares)


def check_totals(totals: Ints) -> None:
    """Raises ValueError: an amount beyond MAX_TOTAL."""
    if totals.size and max(int(totals.max()), -int(totals.min())) > MAX_TOTAL:
        raise ValueError("an amount is too large to share")


def _scaled(amounts: Ints, weights: Ints) -> tuple[Ints, Ints]:
    """Floor and remainder of amount * weight / 2^40, without leaving 64 bits.

    With amount = a1 * 2^20 + a0 and weight = w1 * 2^20 + w0 the product is
    a1 w1 2^40 + a1 w0 2^20 + a0 weight; each term stays below 2^63 for amounts up to 2^61.
    """
    half, mask = 20, (1 << 20) - 1
    a1, a0 = amounts >> half, amounts & mask
    w1, w0 = weights >> half, weights & mask
    middle = a1 * w0
    low = ((middle & mask) << half) + a0 * weights
    return a1 * w1 + (middle >> half) + (low >> SCALE_BITS), low & (ONE - 1)


def _first_by_remainder(rest: Ints, short: Ints, offsets: Ints, owner: Ints) -> Ints:
    """1 for the `short[s]` elements of each segment with the largest rest (ties: earliest)."""
    extra = np.zeros(rest.size, np.int64)
    # Most segments have nothing left to give, so only the others are sorted.
    candidates = np.flatnonzero(short[owner] > 0)
    if candidates.size == 0:
        return extra
    segments = owner[candidates]
    order = np.lexsort((-rest[candidates], segments))
    sorted_segments = segments[order]
    begins = np.flatnonzero(np.diff(sorted_segments, prepend=-1))
    sizes = np.diff(np.append(begins, order.size))
    rank = np.arange(order.size) - np.repeat(begins, sizes)
    extra[candidates[order[rank < short[sorted_segments]]]] = 1
    return extra
