"""Writing credits: each partition is swapped as a whole, in short transactions, under its claim.

A partition's ledger goes in slices of orders when it is large; its facts and roll-ups change in the
last transaction, together with the clearing of the dirty mark. So pages see the old facts or the
new ones, a kill leaves the mark, and running again gives the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
from sqlalchemy import cast, delete, func, insert, select, text
from sqlalchemy.orm import Session

from tracker.domain.policy import MODELS
from tracker.models import Credit, CreditDay, CreditDayChannel
from tracker.models.base import from_day_number, to_day_number
from tracker.services import dirty
from tracker.services.bulk import table_of
from tracker.services.claims import ClaimedDay, finish, hold
from tracker.services.coupon_facts import of_partitions, replace_coupon_days
from tracker.services.credit_orders import Partition
from tracker.services.credit_rows import FACT_SUMS, Columns, rows_of
from tracker.services.fact_versions import CREDIT, raise_versions_of_shops
from tracker.services.int_rows import insert_int_rows
from tracker.services.product_facts import replace_product_days

SLICE_ROWS = 20_000
"""Ledger rows of one transaction: a third of a second on SQLite, on a busy machine."""


def store_slice(
    session: Session,
    claim: ClaimedDay,
    policy_id: int,
    ledger: Columns,
    after_order: int,
    up_to_order: int,
) -> bool:
    """Replace the ledger rows of a partition's orders with after_order < id <= up_to_order.

    False: the claim is no longer ours, nothing was written.
    """
    if not hold(session, [claim]):
        return False
    replace_orders(session, policy_id, (claim.shop_id, claim.day), ledger, after_order, up_to_order)
    return True


def replace_orders(
    session: Session,
    policy_id: int,
    partition: Partition,
    ledger: Columns,
    after_order: int,
    up_to_order: int,
) -> None:
    """Replace the ledger rows of a partition's orders with after_order < id <= up_to_order."""
    credit = table_of(Credit)
    shop_id, day = partition
    session.execute(
        delete(credit).where(
            credit.c.policy_id == policy_id,
            credit.c.shop_id == shop_id,
            credit.c.ordered_on == day,
            credit.c.order_id > after_order,
            credit.c.order_id <= up_to_order,
        )
    )
    insert_int_rows(session, credit, ledger)


def store_partitions(
    session: Session,
    claims: Sequence[ClaimedDay],
    policy_id: int,
    facts: Columns,
    ledger: Columns | None,
) -> list[ClaimedDay]:
    """Replace facts (and the ledger, unless its slices are written) of partitions; clear marks.

    facts, ledger: rows of all the claims' partitions; rows of claims that were lost are left out.
    Gives the claims that were ours, whose rows are now in place.
    """
    ours = hold(session, claims)
    if not ours:
        return []
    partitions = [c.partition for c in ours]
    booked = replace_days(
        session,
        policy_id,
        [(c.shop_id, c.day) for c in ours],
        rows_of(facts, partitions),
        None if ledger is None else rows_of(ledger, partitions),
    )
    for workspace_id in {c.workspace_id for c in ours}:
        dirty.credits_changed(session, workspace_id, booked)
    finish(session, ours)
    return ours


def replace_days(
    session: Session,
    policy_id: int,
    partitions: Sequence[Partition],
    facts: Columns,
    ledger: Columns | None,
) -> set[date]:
    """Replace facts (and the ledger, unless its slices are written) of partitions under a policy.

    facts, ledger: rows of exactly these partitions. Gives the booked days that were rolled up anew:
    those that the old rows named and those that the new ones name.
    """
    credit, days = table_of(Credit), table_of(CreditDay)
    _one_swap_at_a_time(session, sorted({shop_id for shop_id, _ in partitions}))
    if ledger is not None:
        session.execute(delete(credit).where(of_partitions(credit, policy_id, partitions)))
        insert_int_rows(session, credit, ledger)
    theirs = of_partitions(days, policy_id, partitions)
    booked = {
        (shop_id, to_day_number(day))
        for shop_id, day in session.execute(
            select(days.c.shop_id, days.c.booked_on).where(theirs).distinct()
        )
    }
    session.execute(delete(days).where(theirs))
    insert_int_rows(session, days, facts)
    booked |= set(zip(facts["shop_id"].tolist(), facts["booked_on"].tolist(), strict=True))
    _roll_up(session, policy_id, booked)
    replace_coupon_days(session, policy_id, partitions)
    replace_product_days(session, policy_id, partitions)
    raise_versions_of_shops(session, (shop_id for shop_id, _ in partitions), CREDIT)
    return {from_day_number(day) for _, day in booked}


def slices(ledger: Columns, rows: int = SLICE_ROWS) -> Iterator[tuple[Columns, int, int]]:
    """Cut a partition's ledger between orders: (rows, after this order id, up to this one).

    The slices cover all order ids, so that rows of orders that are gone are deleted too.
    """
    order = ledger["order_id"]
    lowest, highest = -(1 << 62), 1 << 62
    start, after = 0, lowest
    while start < order.size:
        stop = int(np.searchsorted(order, order[min(start + rows, order.size) - 1], side="right"))
        up_to = highest if stop == order.size else int(order[stop - 1])
        yield {name: values[start:stop] for name, values in ledger.items()}, after, up_to
        start, after = stop, up_to
    if order.size == 0:
        yield ledger, lowest, highest


def _one_swap_at_a_time(session: Session, shop_ids: Sequence[int]) -> None:
    """Partitions of one shop book on each other's days: their roll-ups are written in turn.

    On SQLite the write lock already does it.
    """
    if session.get_bind().dialect.name == "postgresql":
        for shop_id in shop_ids:
            session.execute(
                text("SELECT pg_advisory_xact_lock(hashtext('credit roll-up'), :shop)"),
                {"shop": shop_id},
            )


def _roll_up(session: Session, policy_id: int, booked: set[tuple[int, int]]) -> None:
    """Sum `credit_day` of booked days (shop, day number) by channel anew."""
    source, target = table_of(CreditDay), table_of(CreditDayChannel)
    for shop_id in sorted({shop for shop, _ in booked}):
        numbers = sorted(day for shop, day in booked if shop == shop_id)
        for start in range(0, len(numbers), 500):
            days = [from_day_number(number) for number in numbers[start : start + 500]]
            session.execute(
                delete(target).where(
                    target.c.policy_id == policy_id,
                    target.c.shop_id == shop_id,
                    target.c.booked_on.in_(days),
                )
            )
            keys = [source.c[column.name] for column in target.primary_key.columns]
            # PostgreSQL sums 64-bit integers to a numeric; the column is an integer again.
            sums = [cast(func.sum(source.c[name]), source.c[name].type) for name in FACT_SUMS]
            names = [key.name for key in keys] + list(FACT_SUMS)
            rows = (
                select(*keys, *sums)
                .where(
                    source.c.policy_id == policy_id,
                    source.c.model_code.in_(range(1, 1 + len(MODELS))),
                    source.c.shop_id == shop_id,
                    source.c.booked_on.in_(days),
                )
                .group_by(*keys)
            )
            session.execute(insert(target).from_select(names, rows))
