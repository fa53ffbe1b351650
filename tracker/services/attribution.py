"""Attributing orders: from the raw facts of some partitions to their ledger rows, in memory.

Reads in bulk, runs the kernel, and gives arrays; nothing is written here (`credit_store` does). The
job, a rebuild, the benchmark and `explain` all come through `compute_partitions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from tracker.domain.attribution.fitted import factors_of_fits, weeks_of
from tracker.domain.attribution.kernel import Paths, qualified_paths, weigh
from tracker.domain.attribution.ledger import Ledger, book, share_out
from tracker.domain.paths import EVIDENCE_OF, Orders
from tracker.domain.policy import Policy
from tracker.models import Workspace
from tracker.services.credit_decisions import read_decisions, read_held
from tracker.services.credit_marks import read_marks
from tracker.services.credit_orders import (
    Bookings,
    OrderRows,
    Partition,
    in_partitions,
    read_bookings,
    read_goods_costs,
    read_links,
    read_orders,
)
from tracker.services.credit_shared import read_shared
from tracker.services.credit_signals import read_own
from tracker.services.fits import read_fits

Ints = NDArray[np.int64]

WHOLE_ORDER = 1_000_000
"""One order in millionths."""


@dataclass(frozen=True, slots=True)
class Computed:
    """Orders with their paths and everything that is shared out along them.

    weights: models x touchpoints, in 2^-40. micro, goods: models x touchpoints, millionths of the
    order and minor units of goods cost. ledger: see `tracker.domain.attribution.ledger`. owner:
    the order of each touchpoint. goods_unknown: 1 for orders whose goods cost is not fully known.
    """

    policy: Policy
    orders: OrderRows
    paths: Paths
    owner: Ints
    weights: Ints
    micro: Ints
    goods: Ints
    goods_unknown: Ints
    bookings: Bookings
    ledger: Ledger

    @property
    def n_touchpoints(self) -> int:
        """Touchpoints of all paths, stand-ins included."""
        return int(self.owner.size)

    def winning_evidence(self) -> Ints:
        """The bit of each touchpoint's strongest class of signal; 0 for stand-ins."""
        bits = [int(EVIDENCE_OF[signal]) for signal in self.policy.precedence]
        return np.array([*bits, 0], np.int64)[self.paths.rank]


def compute_partitions(
    session: Session,
    workspace: Workspace,
    policy: Policy,
    partitions: Sequence[Partition],
    policy_id: int = 0,
) -> Computed:
    """Attribute all orders of some (shop, order day) partitions of a workspace (see `compute`)."""
    return compute(session, workspace, policy, in_partitions(partitions), policy_id)


def compute(
    session: Session,
    workspace: Workspace,
    policy: Policy,
    chosen: ColumnElement[bool],
    policy_id: int = 0,
    *,
    keep_all: bool = False,
) -> Computed:
    """Attribute the chosen orders; `keep_all` also keeps signals that do not count, with reasons.

    policy_id: the row of the policy, whose fits are used; 0: fitted models are as without a fit.
    The result of an order does not depend on which others are chosen.
    """
    orders, paths, _ = read_paths(session, workspace, policy, chosen, keep_all=keep_all)
    fits = read_fits(session, policy_id, orders.ordered_on)
    weights = weigh(paths, policy, factors_of_fits(paths, weeks_of(orders.ordered_on), fits))
    bookings = read_bookings(session, workspace, orders, chosen)
    cost, unknown = read_goods_costs(session, orders, chosen)
    whole = np.full(len(orders), WHOLE_ORDER, np.int64)
    return Computed(
        policy=policy,
        orders=orders,
        paths=paths,
        owner=np.repeat(np.arange(len(orders), dtype=np.int64), np.diff(paths.offsets)),
        weights=weights,
        micro=share_out(paths.offsets, weights, whole),
        goods=share_out(paths.offsets, weights, cost),
        goods_unknown=unknown,
        bookings=bookings,
        ledger=book(paths.offsets, weights, bookings.entries),
    )


def read_paths(
    session: Session,
    workspace: Workspace,
    policy: Policy,
    chosen: ColumnElement[bool],
    *,
    keep_all: bool = False,
) -> tuple[OrderRows, Paths, Ints]:
    """The chosen orders, their qualified paths, and the visitors that are known as their buyers."""
    orders = read_orders(session, chosen, policy)
    marks = read_marks(session, workspace.id)
    links = read_links(session, orders, chosen, policy)
    shared = read_shared(session, links, orders, marks, policy, all_times=keep_all)
    own = read_own(session, orders, chosen, marks).joined(read_decisions(session, orders, chosen))
    held = read_held(session, workspace.id, orders, chosen)
    kernel_orders = Orders(orders.path_key, orders.placed_at, orders.not_before, held)
    paths = qualified_paths(kernel_orders, shared, own, policy, keep_all=keep_all)
    buyers = np.unique(links[1][np.isin(links[0], orders.path_key)])
    return orders, paths, buyers
