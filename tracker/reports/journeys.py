"""Journeys: which paths led to orders, how long they were, who opened and who closed.

The qualified path of an order is the same under every model (the models only share it out), so
nothing here depends on the model. Reading is in `journey_paths`, grouping in `domain.journeys`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from tracker.domain.channels import Channel
from tracker.domain.journeys import (
    Ints,
    collapse,
    delay_bucket,
    group_paths,
    length_bucket,
    medians_by,
    roles,
    sums_by,
)
from tracker.domain.metrics import share_of
from tracker.models.facts import CUSTOMER_KINDS
from tracker.reports.context import read_context
from tracker.reports.influencers import read_names
from tracker.reports.journey_paths import INFLUENCER_UNIT, Paths, newest_days, read_paths
from tracker.reports.rows import Context
from tracker.reports.state import ReportState

PAGE_PATHS = 30
"""Paths that a page lists; a file has all."""

MOST_ORDERS = 10_000
"""Orders that a page looks at; of a longer period it takes the newest days. A file takes all."""

LENGTH_NAMES = ("1", "2", "3", "4", "5", "6_to_10", "over_10")
DELAY_NAMES = ("1h", "1d", "3d", "7d", "14d", "30d", "longer")
CUSTOMER_NAMES = tuple(sorted(CUSTOMER_KINDS, key=CUSTOMER_KINDS.__getitem__))
"""Codes of the buckets of a distribution, in their order."""

Names = dict[int, str]


@dataclass(frozen=True, slots=True)
class Step:
    """A run of touchpoints of one unit. channel None: the unit is an influencer."""

    channel: Channel | None
    influencer_id: int
    name: str
    times: int


@dataclass(frozen=True, slots=True)
class OrderGroup:
    """Some orders: how many, which share of all with a path, and what they are like.

    net_minor: after refunds. new_share: of the orders whose customer is known. mean_length: of
    their paths. median_seconds: from first touchpoint to order, the lower median. None: no order.
    """

    orders: int
    share: float | None
    net_minor: int
    new_share: float | None
    mean_length: float | None
    median_seconds: int | None

    @property
    def aov_minor(self) -> int | None:
        """Net revenue / orders."""
        return round(self.net_minor / self.orders) if self.orders else None


@dataclass(frozen=True, slots=True)
class PathRow:
    """Orders with one and the same path."""

    steps: tuple[Step, ...]
    length: int
    group: OrderGroup


@dataclass(frozen=True, slots=True)
class BucketRow:
    """A bucket of a distribution. dimension: length (touchpoints), delay (first touchpoint to
    order) or customer; code: of LENGTH_NAMES, DELAY_NAMES or CUSTOMER_NAMES."""

    dimension: str
    code: str
    group: OrderGroup


@dataclass(frozen=True, slots=True)
class RoleRow:
    """What one unit did: whole orders and their whole net revenue, so these rows do not add up.

    closing: it was the last qualified touchpoint. assisting: it is on the path, but not the last.
    opening: it was the first one.
    """

    channel: Channel | None
    influencer_id: int
    name: str
    closing_orders: int
    closing_net_minor: int
    assisting_orders: int
    assisting_net_minor: int
    opening_orders: int

    @property
    def orders(self) -> int:
        """Orders whose path it is on."""
        return self.closing_orders + self.assisting_orders

    @property
    def assisting_share(self) -> float | None:
        """Assisted orders / all that it is on the path of: near 1 it opens doors, near 0 it
        closes."""
        return share_of(self.assisting_orders, self.orders)


@dataclass(frozen=True, slots=True)
class Journeys:
    """All that the page shows. n_orders: with a path; n_without: without any touchpoint.

    looked_from: the first day that is looked at, after `state.start` when there are too many.
    n_paths: distinct ones; `paths` has the most frequent of them.
    """

    context: Context
    looked_from: date
    n_orders: int
    n_without: int
    n_paths: int
    all_orders: OrderGroup
    paths: tuple[PathRow, ...]
    lengths: tuple[BucketRow, ...]
    delays: tuple[BucketRow, ...]
    customers: tuple[BucketRow, ...]
    channels: tuple[RoleRow, ...]
    influencers: tuple[RoleRow, ...]


def journeys(session: Session, state: ReportState) -> Journeys:
    """The report of a page: four statements beside the context's."""
    looked_from = newest_days(session, state, MOST_ORDERS)
    paths = read_paths(session, state.changed(start=looked_from, preset="custom"))
    names = read_names(session, state)
    delay = paths.delay
    listed, n_paths = _path_rows(paths, state.unit, delay, names, PAGE_PATHS)
    influencers = (row for row in _role_rows(paths, "influencer", names) if row.influencer_id)
    n_orders = int(np.count_nonzero(paths.length))
    return Journeys(
        context=read_context(session, state),
        looked_from=looked_from,
        n_orders=n_orders,
        n_without=paths.net.size - n_orders,
        n_paths=n_paths,
        all_orders=_groups(paths, np.zeros(paths.net.size, np.int64), 1, delay)[0],
        paths=tuple(listed),
        lengths=tuple(_buckets(paths, "length", delay)),
        delays=tuple(_buckets(paths, "delay", delay)),
        customers=tuple(_buckets(paths, "customer", delay)),
        channels=tuple(_role_rows(paths, "channel", names)),
        influencers=tuple(influencers),
    )


def iter_paths(session: Session, state: ReportState) -> Iterator[PathRow]:
    """All paths of the period, most frequent first."""
    paths = read_paths(session, state)
    rows, _n = _path_rows(paths, state.unit, paths.delay, read_names(session, state), None)
    yield from rows


def iter_roles(session: Session, state: ReportState) -> Iterator[RoleRow]:
    """What each channel, or each influencer, did in the period."""
    rows = _role_rows(read_paths(session, state), state.unit, read_names(session, state))
    yield from (row for row in rows if row.influencer_id or state.unit == "channel")


def iter_buckets(session: Session, state: ReportState) -> Iterator[BucketRow]:
    """All three distributions of the period."""
    paths = read_paths(session, state)
    for dimension in ("length", "delay", "customer"):
        yield from _buckets(paths, dimension, paths.delay)


def _groups(paths: Paths, key: Ints, n: int, delay: Ints) -> list[OrderGroup]:
    """Groups of orders by key, 0 to n - 1; orders without a path are left out of all of them."""
    used = np.flatnonzero((paths.length > 0) & (key >= 0))
    key = key[used]
    ones = np.ones(used.size, np.int64)
    is_new = paths.customer[used] == CUSTOMER_KINDS["new"]
    is_known = paths.customer[used] != CUSTOMER_KINDS["unknown"]
    orders = sums_by(key, ones, n).tolist()
    nets = sums_by(key, paths.net[used], n).tolist()
    new = sums_by(key, is_new.astype(np.int64), n).tolist()
    known = sums_by(key, is_known.astype(np.int64), n).tolist()
    touches = sums_by(key, paths.length[used], n).tolist()
    medians = medians_by(key, delay[used], n).tolist()
    total = int(np.count_nonzero(paths.length))
    return [
        OrderGroup(
            orders=orders[i],
            share=share_of(orders[i], total),
            net_minor=nets[i],
            new_share=share_of(new[i], known[i]),
            mean_length=share_of(touches[i], orders[i]),
            median_seconds=medians[i] // 1_000_000 if orders[i] else None,
        )
        for i in range(n)
    ]


def _path_rows(
    paths: Paths, unit: str, delay: Ints, names: Names, most: int | None
) -> tuple[list[PathRow], int]:
    """The most frequent paths (None: all), and how many there are."""
    runs = collapse(paths.owner, paths.units(unit))
    grouped = group_paths(runs, paths.net.size)
    n_paths = grouped.example.size
    counts = np.bincount(grouped.of_order[grouped.of_order >= 0], minlength=n_paths)
    chosen = np.argsort(-counts, kind="stable")[:most]
    # numbers of the chosen paths alone, so that nothing is computed for the long tail of a page
    number = np.full(n_paths + 1, -1, np.int64)
    number[chosen] = np.arange(chosen.size)
    groups = _groups(paths, number[grouped.of_order], chosen.size, delay)
    starts = np.searchsorted(runs.owner, np.arange(paths.net.size + 1))
    rows = []
    for group, order in zip(groups, grouped.example[chosen].tolist(), strict=True):
        first, end = int(starts[order]), int(starts[order + 1])
        steps = zip(runs.unit[first:end].tolist(), runs.times[first:end].tolist(), strict=True)
        rows.append(
            PathRow(
                tuple(_step(value, times, names) for value, times in steps),
                int(paths.length[order]),
                group,
            )
        )
    rows.sort(key=lambda row: (-row.group.orders, -row.group.net_minor, row.length))
    return rows, n_paths


def _step(unit: int, times: int, names: Names) -> Step:
    if unit >= INFLUENCER_UNIT:
        owner = unit // INFLUENCER_UNIT
        return Step(None, owner, names.get(owner, ""), times)
    return Step(Channel.from_code(unit) if unit else None, 0, "", times)


def _buckets(paths: Paths, dimension: str, delay: Ints) -> list[BucketRow]:
    codes: Sequence[str]
    if dimension == "length":
        codes, key = LENGTH_NAMES, length_bucket(np.maximum(paths.length, 1))
    elif dimension == "delay":
        codes, key = DELAY_NAMES, delay_bucket(delay)
    else:
        codes, key = CUSTOMER_NAMES, paths.customer
    groups = _groups(paths, key, len(codes), delay)
    return [BucketRow(dimension, code, group) for code, group in zip(codes, groups, strict=True)]


def _role_rows(paths: Paths, unit: str, names: Names) -> list[RoleRow]:
    units, dense = np.unique(paths.units(unit), return_inverse=True)
    dense = dense.ravel().astype(np.int64)
    found = roles(paths.owner, dense)

    def counted(pairs: tuple[Ints, Ints]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        owner, key = pairs
        ones = np.ones(owner.size, np.int64)
        return sums_by(key, ones, units.size), sums_by(key, paths.net[owner], units.size)

    closing, closing_net = counted(found.closing)
    assisting, assisting_net = counted(found.assisting)
    opening, _ = counted(found.opening)
    rows = [
        RoleRow(
            step.channel,
            step.influencer_id,
            step.name,
            int(closing[i]),
            int(closing_net[i]),
            int(assisting[i]),
            int(assisting_net[i]),
            int(opening[i]),
        )
        for i, step in enumerate(_step(int(value), 1, names) for value in units)
    ]
    return sorted(rows, key=lambda row: (-row.orders, -row.closing_net_minor, row.name))
