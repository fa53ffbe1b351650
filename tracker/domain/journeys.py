"""Journeys: the paths that led to orders, grouped, measured and told apart, on arrays.

Every function takes touchpoints as arrays of equal length, sorted by order and within it by
position, oldest first. An order is a number from 0 to n_orders - 1; one without touchpoints has no
element. A unit is whatever a path is made of (a channel, an influencer), as a whole number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LENGTHS = (1, 2, 3, 4, 5, 10)
"""Last number of touchpoints of each bucket; what is longer has a bucket of its own."""

DELAYS_HOURS = (1, 24, 72, 168, 336, 720)
"""Hours below which each bucket of the time to order lies; the rest has a bucket of its own."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Repeats of one unit in a row, as one element: `times` of `unit` on the path of `owner`."""

    owner: Ints
    unit: Ints
    times: Ints


@dataclass(frozen=True, slots=True)
class Groups:
    """Equal paths under one number.

    of_order: the path of each order; -1: it has none. example: one order of each path.
    """

    of_order: Ints
    example: Ints


def collapse(owner: Ints, unit: Ints) -> Runs:
    """Direct, direct, search -> direct ×2, search."""
    if owner.size == 0:
        return Runs(owner, unit, owner)
    starts = np.ones(owner.size, np.bool_)
    starts[1:] = (owner[1:] != owner[:-1]) | (unit[1:] != unit[:-1])
    first = np.flatnonzero(starts)
    times = np.diff(np.append(first, owner.size))
    return Runs(owner[first], unit[first], times.astype(np.int64))


def group_paths(runs: Runs, n_orders: int) -> Groups:
    """Number the distinct paths, exactly: no two different ones share a number.

    The paths are walked step by step as a trie, all orders at once; the cost is the number of runs
    times the logarithm of how many there are, whatever the longest path.
    """
    node = np.full(n_orders, -1, np.int64)
    if runs.owner.size:
        _, token = np.unique(np.stack([runs.unit, runs.times]), axis=1, return_inverse=True)
        token = token.ravel().astype(np.int64)
        n_tokens = int(token.max()) + 1
        step = _place_in_order(runs.owner)
        by = np.argsort(step, kind="stable")
        ends = np.flatnonzero(np.diff(np.append(step[by], -1)))
        start, made = 0, 0
        for end in (ends + 1).tolist():
            rows = by[start:end]
            orders = runs.owner[rows]
            pair = (node[orders] + 1) * n_tokens + token[rows]
            distinct, number = np.unique(pair, return_inverse=True)
            node[orders] = made + number
            made += distinct.size
            start = end
    known = np.flatnonzero(node >= 0)
    _, example, number = np.unique(node[known], return_index=True, return_inverse=True)
    of_order = np.full(n_orders, -1, np.int64)
    of_order[known] = number
    return Groups(of_order, known[example])


def _place_in_order(owner: Ints) -> Ints:
    """Place of each element within its order, from 0."""
    starts = np.ones(owner.size, np.bool_)
    starts[1:] = owner[1:] != owner[:-1]
    first = np.flatnonzero(starts)
    return np.arange(owner.size) - np.repeat(first, np.diff(np.append(first, owner.size)))


@dataclass(frozen=True, slots=True)
class Roles:
    """What units did on paths: pairs of an order and a unit, each at most once a role.

    closing: the unit is the last touchpoint. assisting: it is on the path, but not the last. A unit
    that comes early and closes as well is closing only, so both together count an order once.
    opening: it is the first touchpoint.
    """

    closing: tuple[Ints, Ints]
    assisting: tuple[Ints, Ints]
    opening: tuple[Ints, Ints]


def roles(owner: Ints, unit: Ints) -> Roles:
    """Closing, assisting and opening units of every order."""
    if owner.size == 0:
        none = (owner, unit)
        return Roles(none, none, none)
    is_first = np.ones(owner.size, np.bool_)
    is_first[1:] = owner[1:] != owner[:-1]
    is_last = np.roll(is_first, -1)
    number = np.cumsum(is_first) - 1
    closer = unit[is_last][number]
    helps = unit != closer
    pairs = np.unique(np.stack([owner[helps], unit[helps]]), axis=1)
    return Roles(
        (owner[is_last], unit[is_last]), (pairs[0], pairs[1]), (owner[is_first], unit[is_first])
    )


def sums_by(key: Ints, values: Ints, n: int) -> Ints:
    """Sum of `values` for each key from 0 to n - 1, in whole numbers."""
    found = np.zeros(n, np.int64)
    np.add.at(found, key, values)
    return found


def medians_by(key: Ints, values: Ints, n: int) -> Ints:
    """The lower median of `values` for each key from 0 to n - 1; -1 for a key without any."""
    by = np.lexsort((values, key))
    counts = np.bincount(key, minlength=n)
    ends = np.cumsum(counts)
    found = np.full(n, -1, np.int64)
    some = counts > 0
    middle = (ends - counts + (counts - 1) // 2)[some]
    found[some] = values[by][middle]
    return found


def length_bucket(n_touchpoints: Ints) -> Ints:
    """Bucket of LENGTHS for each number of touchpoints (at least 1)."""
    return np.searchsorted(np.array(LENGTHS), n_touchpoints, side="left").astype(np.int64)


def delay_bucket(delay_us: Ints) -> Ints:
    """Bucket of DELAYS_HOURS for each time from first touchpoint to order, in microseconds."""
    edges = np.array(DELAYS_HOURS, np.int64) * 3_600_000_000
    return np.searchsorted(edges, delay_us, side="right").astype(np.int64)
