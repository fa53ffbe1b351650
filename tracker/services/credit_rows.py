"""From computed orders to the rows of the ledger and of the daily facts, as int64 columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tracker.domain.policy import MODELS
from tracker.services.attribution import Computed

Ints = NDArray[np.int64]
Columns = dict[str, Ints]

T = TypeVar("T", int, Ints)

FACT_KEYS = (
    "shop_id", "ordered_on", "booked_on", "channel_code", "kind_code", "campaign_id",
    "influencer_id", "evidence", "customer_kind",
)  # fmt: skip
FACT_SUMS = (
    "orders_micro", "net_revenue_minor", "refund_minor", "refunded_orders_micro",
    "goods_cost_minor", "orders_without_goods_cost_micro",
)  # fmt: skip


def ledger_columns(computed: Computed, policy_id: int) -> Columns:
    """Rows of `credit`, sorted by partition, order, entry and position.

    The weights stand on entry 0 only, so that every weight column sums to one order.
    """
    rows, paths, orders = computed.ledger, computed.paths, computed.orders
    point = rows.touchpoint
    order = computed.owner[point]
    columns: Columns = {
        "policy_id": np.full(point.size, policy_id, np.int64),
        "shop_id": orders.shop_id[order],
        "ordered_on": orders.ordered_on[order],
        "order_id": orders.id[order],
        "entry": rows.number,
        "position": paths.position[point],
        "booked_on": computed.bookings.booked_on[rows.entry],
        "touch_kind": paths.of_touch("touch_kind")[point],
        "touch_id": paths.of_touch("raw_id")[point],
        "touched_at": paths.at[point],
        "channel_code": paths.of_touch("channel")[point],
        "kind_code": paths.of_touch("traffic_kind")[point],
        "campaign_id": paths.of_touch("campaign")[point],
        "influencer_id": paths.of_touch("influencer")[point],
        "evidence": paths.evidence[point],
    }
    is_sale = rows.number == 0
    for number, model in enumerate(MODELS):
        columns[f"weight_{model}"] = np.where(is_sale, computed.micro[number][point], 0)
    for number, model in enumerate(MODELS):
        columns[f"net_{model}"] = rows.amounts[number]
    by = np.lexsort((columns["ordered_on"], columns["shop_id"]))  # stable: the rest is in order
    return {name: values[by] for name, values in columns.items()}


def fact_columns(computed: Computed, policy_id: int) -> Columns:
    """Rows of `credit_day`: sums of the ledger by day, channel, owner, evidence and customer.

    A model that gives a touchpoint nothing makes no row of it.
    """
    rows, paths, orders = computed.ledger, computed.paths, computed.orders
    point = rows.touchpoint
    order = computed.owner[point]
    keys = {
        "shop_id": orders.shop_id[order],
        "ordered_on": orders.ordered_on[order],
        "booked_on": computed.bookings.booked_on[rows.entry],
        "channel_code": paths.of_touch("channel")[point],
        "kind_code": paths.of_touch("traffic_kind")[point],
        "campaign_id": paths.of_touch("campaign")[point],
        "influencer_id": paths.of_touch("influencer")[point],
        "evidence": computed.winning_evidence()[point],
        "customer_kind": orders.customer_kind[order],
    }
    group, first = group_rows([keys[name] for name in FACT_KEYS])
    by = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[by], prepend=-1) != 0)
    parts = []
    for number in range(len(MODELS)):
        measures = _measures(computed, number, order)
        sums = np.add.reduceat(measures[:, by], starts, axis=1) if by.size else measures
        some = np.flatnonzero(sums.any(axis=0))
        part: Columns = {name: keys[name][first[some]] for name in FACT_KEYS}
        part |= {name: sums[i][some] for i, name in enumerate(FACT_SUMS)}
        part["model_code"] = np.full(some.size, number + 1, np.int64)
        part["policy_id"] = np.full(some.size, policy_id, np.int64)
        parts.append(part)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def rows_of(columns: Columns, partitions: Sequence[tuple[int, int]]) -> Columns:
    """The rows of these partitions (shop, number of the order day), in the order they had."""
    wanted = np.array([partition_code(shop, day) for shop, day in partitions], np.int64)
    mask = np.isin(partition_code(columns["shop_id"], columns["ordered_on"]), wanted)
    if mask.all():
        return columns
    return {name: values[mask] for name, values in columns.items()}


def partition_code(shop_id: T, day: T) -> T:
    """One number for a partition: both halves are 32-bit columns, and one number sorts faster."""
    return (shop_id << 32) + day + (1 << 31)


def _measures(computed: Computed, model: int, order: Ints) -> Ints:
    """FACT_SUMS of every ledger row under one model, one row a measure."""
    rows = computed.ledger
    amounts = rows.amounts[model]
    is_sale, is_first_refund = rows.number == 0, rows.number == 1
    micro = computed.micro[model][rows.touchpoint]
    goods = computed.goods[model][rows.touchpoint]
    return np.stack(
        [
            np.where(is_sale, micro, 0),
            amounts,
            np.where(is_sale, 0, -amounts),
            np.where(is_first_refund, micro, 0),
            np.where(is_sale, goods, 0),
            np.where(is_sale & (computed.goods_unknown[order] > 0), micro, 0),
        ]
    )


def group_rows(keys: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Dense group number of each row of equal keys, and a row of each group.

    Groups are numbered by the sorted keys. Keys are made dense and packed into one integer, one
    after the other, so that sorting compares single numbers.
    """
    packed = np.zeros(keys[0].size, np.int64)
    for key in keys:
        _, dense = np.unique(key, return_inverse=True)
        packed = packed * (int(dense.max(initial=0)) + 1) + dense
        _, packed = np.unique(packed, return_inverse=True)
    _, first, group = np.unique(packed, return_index=True, return_inverse=True)
    return group.astype(np.int64), first.astype(np.int64)
