"""Customer locks (锁客): for a time, a customer's orders are an influencer's.

The engine reads them as the class `lock` of the policy's precedence list.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.models import CustomerLock, Influencer, Workspace
from tracker.services import dirty
from tracker.services.bulk import among, one_loader_at_a_time, table_of
from tracker.services.customers import customer_ids
from tracker.services.errors import RefusedError


def lock_customers(
    session: Session,
    influencer: Influencer,
    keys: Iterable[str],
    *,
    valid_from: datetime,
    valid_until: datetime | None = None,
    note: str = "",
    user_id: int = 0,
) -> int:
    """Lock the customers of these keys, who may never have ordered yet; gives how many.

    valid_until: the first instant that no longer counts; None: open.

    Raises RefusedError: value_missing (keys), period_ends_early (valid_until), lock_overlaps (keys;
    detail `customers`: how many are locked already in that time). Then nobody is locked.
    """
    wanted = set(keys)
    if not wanted:
        raise RefusedError("value_missing", "keys")
    if valid_until is not None and valid_until <= valid_from:
        raise RefusedError("period_ends_early", "valid_until")
    one_loader_at_a_time(session, "customer locks", influencer.workspace_id)
    workspace = session.get_one(Workspace, influencer.workspace_id)
    customers = sorted(customer_ids(session, workspace.id, wanted).values())
    overlapping = (
        select(CustomerLock.customer_id)
        .distinct()
        .where(
            among(session, CustomerLock.customer_id, customers),
            or_(CustomerLock.valid_until.is_(None), CustomerLock.valid_until > valid_from),
        )
    )
    if valid_until is not None:
        overlapping = overlapping.where(CustomerLock.valid_from < valid_until)
    taken = len(session.scalars(overlapping).all())
    if taken:
        raise RefusedError("lock_overlaps", "keys", customers=taken)
    now = datetime.now(UTC)
    rows = [
        {"workspace_id": workspace.id, "customer_id": customer, "influencer_id": influencer.id,
         "valid_from": valid_from, "valid_until": valid_until, "note": note.strip(),
         "user_id": user_id, "created_at": now}
        for customer in customers
    ]  # fmt: skip
    insert_new(session, table_of(CustomerLock), rows, ["customer_id", "valid_from"])
    dirty.buyers_changed(session, workspace, dict.fromkeys(customers, valid_from))
    return len(rows)


def unlock(session: Session, lock: CustomerLock) -> None:
    """Remove a lock as if it had never been."""
    workspace = session.get_one(Workspace, lock.workspace_id)
    since = {lock.customer_id: lock.valid_from}
    session.delete(lock)
    session.flush()
    dirty.buyers_changed(session, workspace, since)
