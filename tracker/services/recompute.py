"""Making dirty days clean: claim, read, compute, swap, again until nothing is left.

The only services that open transactions of their own (hence a `Database`, not a session): a claim
must be committed before the reading begins, and a swap must stay short. The job, the command, the
demo and the benchmark all come through here. Safe to run at once, to kill and to run again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.db import Database
from tracker.models import Order, Workspace
from tracker.services import dirty
from tracker.services.attribution import compute_partitions
from tracker.services.claims import ClaimedDay, claim_days, give_back
from tracker.services.credit_orders import in_partitions
from tracker.services.credit_rows import (
    Columns,
    fact_columns,
    ledger_columns,
    partition_code,
    rows_of,
)
from tracker.services.credit_store import SLICE_ROWS, slices, store_partitions, store_slice
from tracker.services.policies import current_policy, ensure_policy

CLAIM_DAYS = 64
"""Partitions that are claimed and read at once."""

CLAIM_ORDERS = 15_000
"""Orders that are read at once: under a hundred megabytes, a few seconds, far from the lease."""

Progress = Callable[["Attributed"], None]


@dataclass(slots=True)
class Attributed:
    """What a run did: partitions, orders and ledger rows written; claims lost to another job."""

    days: int = 0
    orders: int = 0
    rows: int = 0
    lost: int = 0
    seconds: float = 0.0


def attribute_dirty(
    database: Database,
    *,
    workspace_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> Attributed:
    """Attribute the orders of all dirty days that nobody else is at.

    workspace_id, first, last: only those (days included). seconds: start no further batch after
    so long; what is left stays dirty. progress: called after every batch.
    """
    done, began = Attributed(), time.monotonic()
    while seconds is None or time.monotonic() - began < seconds:
        with database.write() as session:
            claims = claim_days(
                session, dirty.CREDIT, datetime.now(UTC), limit=CLAIM_DAYS,
                workspace_id=workspace_id, first=first, last=last,
            )  # fmt: skip
            claims, too_many = _affordable(session, claims)
            give_back(session, too_many)
        days_before = done.days
        with _claimed(database, claims):
            for workspace, some in groupby(claims, key=lambda claim: claim.workspace_id):
                _attribute(database, workspace, list(some), done)
        done.seconds = time.monotonic() - began
        if progress is not None and claims:
            progress(done)
        if done.days == days_before:
            break  # nothing to do, or everything lost to another job, which goes on with it
    return done


def _affordable(
    session: Session, claims: list[ClaimedDay]
) -> tuple[list[ClaimedDay], list[ClaimedDay]]:
    """The first claims whose orders fit memory and lease together (one at least), and the rest."""
    if not claims:
        return [], []
    counted = session.execute(
        select(Order.shop_id, Order.ordered_on, func.count())
        .where(in_partitions([(claim.shop_id, claim.day) for claim in claims]))
        .group_by(Order.shop_id, Order.ordered_on)
    )
    orders = {(shop_id, day): n for shop_id, day, n in counted}
    total = 0
    for place, claim in enumerate(claims):
        total += orders.get((claim.shop_id, claim.day), 0)
        if total > CLAIM_ORDERS and place > 0:
            return claims[:place], claims[place:]
    return claims, []


@contextmanager
def _claimed(database: Database, claims: Sequence[ClaimedDay]) -> Iterator[None]:
    """Give the claims back when the work on them raises, so that nobody waits for the lease."""
    try:
        yield
    except BaseException:
        with database.write() as session:
            give_back(session, claims)
        raise


def _attribute(
    database: Database, workspace_id: int, claims: Sequence[ClaimedDay], done: Attributed
) -> None:
    with database.write() as session:
        ensure_policy(session, session.get_one(Workspace, workspace_id))
    with database.read() as session:
        workspace = session.get_one(Workspace, workspace_id)
        policy_id, policy = current_policy(session, workspace)
        partitions = [(claim.shop_id, claim.day) for claim in claims]
        computed = compute_partitions(session, workspace, policy, partitions, policy_id)
    ledger, facts = ledger_columns(computed, policy_id), fact_columns(computed, policy_id)
    stored: list[ClaimedDay] = []
    for batch in _batches(claims, ledger):
        partitions_of_batch = [claim.partition for claim in batch]
        stored += _store(
            database, batch, policy_id, rows_of(facts, partitions_of_batch),
            rows_of(ledger, partitions_of_batch),
        )  # fmt: skip
    done.days += len(stored)
    done.lost += len(claims) - len(stored)
    done.orders += len(computed.orders)
    done.rows += int(ledger["order_id"].size)


def _batches(claims: Sequence[ClaimedDay], ledger: Columns) -> list[list[ClaimedDay]]:
    """Partitions that fit one transaction together; one that is too large stands alone."""
    codes = partition_code(ledger["shop_id"], ledger["ordered_on"])
    distinct, counts = np.unique(codes, return_counts=True)
    sizes = dict(zip(distinct.tolist(), counts.tolist(), strict=True))
    batches: list[list[ClaimedDay]] = [[]]
    size = 0
    for claim in claims:
        rows = sizes.get(partition_code(*claim.partition), 0)
        if batches[-1] and size + rows > SLICE_ROWS:
            batches.append([])
            size = 0
        batches[-1].append(claim)
        size += rows
    return [batch for batch in batches if batch]


def _store(
    database: Database,
    batch: Sequence[ClaimedDay],
    policy_id: int,
    facts: Columns,
    ledger: Columns,
) -> list[ClaimedDay]:
    """Swap one batch in; gives the claims that were still ours."""
    if ledger["order_id"].size <= SLICE_ROWS:
        with database.write() as session:
            return store_partitions(session, batch, policy_id, facts, ledger)
    (claim,) = batch
    for part, after, up_to in slices(ledger):
        with database.write() as session:
            if not store_slice(session, claim, policy_id, part, after, up_to):
                return []
    with database.write() as session:
        return store_partitions(session, batch, policy_id, facts, None)
