"""Credits as a ledger: entry 0 is the sale, entry n the n-th refund (SEMANTICS 2.3).

What an entry books is the difference between the split of the cumulative net after it and before
it. So every entry sums to its own amount, all entries of an order sum to the split of what is left,
and an order that was refunded in full ends at 0 for every touchpoint, in however many parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import (
    allocate,
    check_totals,
    lengths_of,
    offsets_of,
    segment_ids,
)
from tracker.domain.attribution.arrays import is_large

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries of orders, sorted by order, an order's entries together and in time order.

    order: index of the order. net: its cumulative net after the entry, in minor units. The first
    entry of each order is the sale.
    """

    order: Ints
    net: Ints


@dataclass(frozen=True, slots=True)
class Ledger:
    """Ledger rows: entry (index of the entry), number (0 the sale, then 1, 2 …), touchpoint (index
    into the paths' touchpoints), amounts (one row a model, one column a ledger row)."""

    entry: Ints
    number: Ints
    touchpoint: Ints
    amounts: Ints


def book(offsets: Ints, weights: Ints, entries: Entries) -> Ledger:
    """The ledger of orders whose paths are CSR `offsets`, under models x touchpoints `weights`."""
    lengths = lengths_of(offsets)[entries.order]
    row_offsets = offsets_of(lengths)
    entry = segment_ids(row_offsets)
    within = np.arange(entry.size, dtype=np.int64) - row_offsets[entry]
    touchpoint = offsets[entries.order[entry]] + within
    number = _numbers(entries.order)[entry]
    if is_large(entry.size):
        amounts = _compiled_amounts(offsets, weights, entries)
        return Ledger(entry, number, touchpoint, amounts)
    later = number > 0
    # An order's entries follow each other and have one length: the row before is `length` away.
    before = np.flatnonzero(later) - lengths[entry[later]]
    amounts = np.empty((weights.shape[0], entry.size), np.int64)
    for model, weight in enumerate(weights):
        split = allocate(entries.net, weight[touchpoint], row_offsets)
        amounts[model] = split
        amounts[model, later] -= split[before]
    return Ledger(entry, number, touchpoint, amounts)


def share_out(offsets: Ints, weights: Ints, totals: Ints) -> Ints:
    """Share one total an order (goods cost, 1,000,000 millionths) by each model's weights."""
    if is_large(weights.shape[1]):
        each = Entries(np.arange(totals.size, dtype=np.int64), totals)
        return _compiled_amounts(offsets, weights, each)
    return np.stack([allocate(totals, weight, offsets) for weight in weights])


def _compiled_amounts(offsets: Ints, weights: Ints, entries: Entries) -> Ints:
    from tracker.domain.attribution.compiled import book_amounts  # see is_large

    check_totals(entries.net)
    return book_amounts(offsets, weights, entries.order, entries.net)


def _numbers(order: Ints) -> Ints:
    """0, 1, 2 … within each run of equal orders."""
    starts = np.flatnonzero(np.diff(order, prepend=-1) != 0)
    sizes = np.diff(np.append(starts, order.size))
    return np.arange(order.size, dtype=np.int64) - np.repeat(starts, sizes)


def cumulative_net(first_net: Ints, refund_order: Ints, refunds: Ints) -> Entries:
    """Entries of orders from the sale's net and the refunds, all in one currency.

    first_net: net of each order before refunds. refund_order, refunds: index of the order and the
    amount given back (positive), each order's refunds in time order. Negative: taken back.
    """
    order = np.concatenate([np.arange(first_net.size, dtype=np.int64), refund_order])
    change = np.concatenate([first_net, -refunds])
    by = np.argsort(order, kind="stable")
    order, change = order[by], change[by]
    running = np.cumsum(change)
    starts = np.flatnonzero(np.diff(order, prepend=-1) != 0)
    sizes = np.diff(np.append(starts, order.size))
    base = np.repeat(running[starts] - change[starts], sizes)
    return Entries(order, running - base)


def reference_ledger(
    nets: Sequence[int], split: Sequence[Sequence[int]]
) -> list[tuple[int, list[int]]]:
    """One order, plainly: per entry its own amount and the change of each touchpoint's share.

    nets: cumulative net after each entry; split: the split of each.
    """
    rows: list[tuple[int, list[int]]] = []
    net_before, shares_before = 0, [0] * len(split[0])
    for net, shares in zip(nets, split, strict=True):
        rows.append((net - net_before, [a - b for a, b in zip(shares, shares_before, strict=True)]))
        net_before, shares_before = net, list(shares)
    return rows
