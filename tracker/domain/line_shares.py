"""What an order's credits say about its lines: credited amounts shared among products.

A credited amount goes to the lines by what the buyer paid for them; once refunds name lines, by
what is left of them. As in the ledger, what an entry books is the difference between two splits of
the cumulative amount (SEMANTICS 2.3): so the lines of every ledger row add up to the row, to the
minor unit, and an order that was refunded in full ends at 0 for every product and everybody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import (
    MAX_SEGMENT,
    ONE,
    allocate,
    lengths_of,
    offsets_of,
    weights_of_factors,
)

Ints = NDArray[np.int64]

MAX_LINES = MAX_SEGMENT
"""Most lines of an order that can be shared among; what has more must be put together first."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of orders as CSR arrays: those of order i are offsets[i] .. offsets[i+1]-1, at least
    one, at most MAX_LINES.

    amount: what the buyer paid for the line. refunded: of it, given back in the end, as far as
    lines say so. Both in the order's currency; nothing negative.
    """

    offsets: Ints
    amount: Ints
    refunded: Ints


@dataclass(frozen=True, slots=True)
class Entries:
    """Ledger rows of orders, sorted by order, touchpoint and entry; arrays of equal length.

    order: index into `Lines`. point: any number that tells the order's touchpoints apart. number: 0
    the sale, n the n-th refund. net: what the entry books for the touchpoint.
    """

    order: Ints
    point: Ints
    number: Ints
    net: Ints


@dataclass(frozen=True, slots=True)
class Shares:
    """entry: the ledger row; line: index of the line; net: the line's share of what it books. Every
    ledger row has one element for each line of its order, and they add up to it."""

    entry: Ints
    line: Ints
    net: Ints


def share_lines(lines: Lines, entries: Entries) -> Shares:
    """Share what ledger rows book among the lines of their orders.

    The weight of a line after refunds of R out of R_all (in the end) is amount - refunded * R /
    R_all: with one refund that names its line, the others keep exactly what they had. Where no
    weight is left, all lines weigh the same.

    Raises ValueError: an order without lines or with too many, or rows out of order.
    """
    counts = lengths_of(lines.offsets)[entries.order]
    if counts.size and (int(counts.min()) < 1 or int(counts.max()) > MAX_LINES):
        raise ValueError(f"an order has 1 to {MAX_LINES} lines")
    offsets = offsets_of(counts)
    entry = np.repeat(np.arange(counts.size, dtype=np.int64), counts)
    within = np.arange(entry.size, dtype=np.int64) - offsets[entry]
    line = lines.offsets[entries.order[entry]] + within
    given, in_the_end = _given_back(entries)
    amount = np.clip(lines.amount, 0, ONE)[line]
    refunded = np.clip(lines.refunded, 0, ONE)[line]
    # floats: amounts are below 2^40 and the share is a weight, whose sum is made exact below
    part = np.clip(given / np.maximum(in_the_end, 1), 0.0, 1.0)[entry]
    left = np.maximum(amount - np.rint(refunded * part).astype(np.int64), 0)
    weights = weights_of_factors(left, offsets)
    is_first = _is_first(entries)
    running = _running(entries.net, is_first)
    split = allocate(running, weights, offsets)
    # A touchpoint's rows follow each other and have as many lines: the row before is `counts` away.
    later = np.flatnonzero(~is_first[entry])
    net = split.copy()
    net[later] -= split[later - counts[entry[later]]]
    return Shares(entry, line, net)


def _is_first(entries: Entries) -> NDArray[np.bool_]:
    """Which rows are the first of their order and touchpoint."""
    first = np.ones(entries.order.size, np.bool_)
    same = (entries.order[1:] == entries.order[:-1]) & (entries.point[1:] == entries.point[:-1])
    first[1:] = ~same
    if np.any(same & (entries.number[1:] <= entries.number[:-1])):
        raise ValueError("entries of a touchpoint are not in their order")
    return first


def _running(net: Ints, is_first: NDArray[np.bool_]) -> Ints:
    """Cumulative net of each row within its order and touchpoint."""
    total = np.cumsum(net)
    starts = np.flatnonzero(is_first)
    sizes = np.diff(np.append(starts, net.size))
    return total - np.repeat(total[starts] - net[starts], sizes)


def _given_back(entries: Entries) -> tuple[Ints, Ints]:
    """For each row: what was given back of its whole order up to this entry, and in the end."""
    if not entries.order.size:
        return entries.net, entries.net
    width = int(entries.number.max()) + 1
    place = entries.order * width + entries.number
    _, group = np.unique(place, return_inverse=True)
    keys = np.unique(place)
    back = np.zeros(keys.size, np.int64)
    np.add.at(back, group, np.where(entries.number > 0, -entries.net, 0))
    order = keys // width
    total = np.cumsum(back)
    starts = np.flatnonzero(np.diff(order, prepend=-1) != 0)
    sizes = np.diff(np.append(starts, order.size))
    so_far = total - np.repeat(total[starts] - back[starts], sizes)
    last = np.append(starts[1:], order.size) - 1
    in_the_end = np.repeat(so_far[last], sizes)
    return so_far[group], in_the_end[group]
