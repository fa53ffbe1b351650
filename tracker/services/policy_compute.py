"""Computing a policy beside the current one, day by day, into the same tables.

`policy_id` leads the keys of ledger and facts, so nothing of the current policy is touched. Like
`recompute` this opens transactions of its own: reading takes long, writing must be short.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import func, select

from tracker.db import Database
from tracker.models import CreditDay, Order, Policy, Shop, Workspace
from tracker.models.base import to_day_number
from tracker.services import audit
from tracker.services.attribution import Computed, compute_partitions
from tracker.services.credit_orders import Partition
from tracker.services.credit_rows import Columns, fact_columns, ledger_columns, rows_of
from tracker.services.credit_store import SLICE_ROWS, replace_days, replace_orders, slices
from tracker.services.fitting import ensure_fits
from tracker.services.policies import apply_policy, content_of
from tracker.services.policy_runs import ClaimedRun, LostRunError, claim_run, end_run, hold_run
from tracker.services.recompute import CLAIM_DAYS, CLAIM_ORDERS, Attributed, attribute_dirty


def compute_run(database: Database, run_id: int) -> int:
    """Do a run that is due; gives the number of partitions computed.

    0: it was not due, somebody else's, or called off meanwhile. Safe to run at once, to kill and to
    run again. Whatever it raises is written to the run first.
    """
    with database.write() as session:
        claim = claim_run(session, run_id, datetime.now(UTC))
    if claim is None:
        return 0
    try:
        return _compute(database, claim)
    except LostRunError:
        return 0
    except BaseException as error:
        with database.write() as session, suppress(LostRunError):
            end_run(session, claim, "failed", f"{type(error).__name__}: {error}")
        raise


def _compute(database: Database, claim: ClaimedRun) -> int:
    def renew(_: Attributed) -> None:
        with database.write() as session:
            hold_run(session, claim)

    # What is compared must be of one state: the current policy's fits and days first.
    ensure_fits(
        database, workspace_id=claim.workspace_id, first=claim.first_day, last=claim.last_day
    )
    attribute_dirty(
        database, workspace_id=claim.workspace_id, first=claim.first_day, last=claim.last_day,
        progress=renew,
    )  # fmt: skip
    ensure_fits(
        database, workspace_id=claim.workspace_id, policy_id=claim.policy_id,
        first=claim.first_day, last=claim.last_day,
    )  # fmt: skip
    days = _partitions(database, claim)
    with database.write() as session:
        hold_run(session, claim, total=len(days))
    for some in _affordable(days):
        _compute_days(database, claim, some)
    with database.write() as session:
        end_run(session, claim, "done")
        if claim.purpose == "apply":
            workspace = session.get_one(Workspace, claim.workspace_id)
            row = session.get_one(Policy, claim.policy_id)
            before = workspace.policy_id
            apply_policy(session, workspace, row, claim.user_id)
            audit.note(session, "policy.applied", str(row.id), user_id=claim.user_id, before=before)
    return len(days)


def _partitions(database: Database, claim: ClaimedRun) -> list[tuple[Partition, int]]:
    """Partitions of the period, newest first, with their number of orders.

    Also days without orders any more on which the policy still has credits.
    """
    with database.read() as session:
        shops = select(Shop.id).where(Shop.workspace_id == claim.workspace_id)
        counted = session.execute(
            select(Order.shop_id, Order.ordered_on, func.count())
            .where(
                Order.shop_id.in_(shops),
                Order.ordered_on.between(claim.first_day, claim.last_day),
            )
            .group_by(Order.shop_id, Order.ordered_on)
        )
        orders = {(shop_id, day): n for shop_id, day, n in counted}
        stored = session.execute(
            select(CreditDay.shop_id, CreditDay.ordered_on)
            .where(
                CreditDay.policy_id == claim.policy_id,
                CreditDay.shop_id.in_(shops),
                CreditDay.ordered_on.between(claim.first_day, claim.last_day),
            )
            .distinct()
        )
        for shop_id, day in stored:
            orders.setdefault((shop_id, day), 0)
    return sorted(orders.items(), key=lambda item: (item[0][1], item[0][0]), reverse=True)


def _affordable(days: Sequence[tuple[Partition, int]]) -> Iterator[list[Partition]]:
    """Partitions that are read at once: as many as fit memory and lease."""
    some: list[Partition] = []
    total = 0
    for partition, orders in days:
        if some and (len(some) == CLAIM_DAYS or total + orders > CLAIM_ORDERS):
            yield some
            some, total = [], 0
        some.append(partition)
        total += orders
    if some:
        yield some


def _compute_days(database: Database, claim: ClaimedRun, days: Sequence[Partition]) -> None:
    with database.read() as session:
        workspace = session.get_one(Workspace, claim.workspace_id)
        policy = content_of(session.get_one(Policy, claim.policy_id))
        computed = compute_partitions(session, workspace, policy, days, claim.policy_id)
    _store(database, claim, days, computed)


def _store(
    database: Database, claim: ClaimedRun, days: Sequence[Partition], computed: Computed
) -> None:
    """Write partitions, as many a transaction as keep it short."""
    ledger = ledger_columns(computed, claim.policy_id)
    facts = fact_columns(computed, claim.policy_id)
    batch: list[Partition] = []
    size = 0
    for day in days:
        rows = int(_rows(ledger, [day])["order_id"].size)
        if batch and size + rows > SLICE_ROWS:
            _store_batch(database, claim, batch, facts, ledger)
            batch, size = [], 0
        batch.append(day)
        size += rows
    _store_batch(database, claim, batch, facts, ledger)


def _store_batch(
    database: Database,
    claim: ClaimedRun,
    batch: Sequence[Partition],
    facts: Columns,
    ledger: Columns,
) -> None:
    theirs = _rows(ledger, batch)
    is_small = theirs["order_id"].size <= SLICE_ROWS
    if not is_small:
        (day,) = batch
        for part, after, up_to in slices(theirs):
            with database.write() as session:
                hold_run(session, claim)
                replace_orders(session, claim.policy_id, day, part, after, up_to)
    with database.write() as session:
        hold_run(session, claim, done=len(batch))
        replace_days(
            session, claim.policy_id, batch, _rows(facts, batch), theirs if is_small else None
        )


def _rows(columns: Columns, days: Sequence[Partition]) -> Columns:
    return rows_of(columns, [(shop_id, to_day_number(day)) for shop_id, day in days])
