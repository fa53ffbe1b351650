"""Undoing an import: whether it is possible, what it would change, and the work itself.

The work is done in steps (`undo_steps`), claimed with a lease and a fence like an import, and a
workspace does one thing at a time: no import is taken up while another one is being undone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.models import (
    AffiliateRow,
    CustomerLock,
    FxRate,
    ImportBatch,
    ImportChange,
    Order,
    OrderDecision,
    Spend,
    TrackedLink,
    Workspace,
)
from tracker.models.base import to_day_number
from tracker.services import audit, fx
from tracker.services.batches import LEASE, ONE_AT_A_TIME, UNDOING, LostBatchError
from tracker.services.bulk import among, one_loader_at_a_time
from tracker.services.changes import Entry, rows_of_keys, unpack
from tracker.services.errors import RefusedError
from tracker.services.undo_marks import rate_days
from tracker.services.undo_steps import take_step
from tracker.services.undo_tables import TRACKED, to_raw, typed

KEPT = timedelta(days=30)
"""How long it is known what an import changed."""

MAX_KEPT_BYTES = 512 * 1024**2
"""Bytes of that of all imports together; of the oldest it is forgotten first."""

UNDOABLE = frozenset({"done", "cancelled", "failed"})


@dataclass(frozen=True, slots=True)
class Plan:
    """Whether a batch can be undone.

    problem: a code of `problem_of`; "": it can.
    blockers: the later imports that have to be undone first.
    """

    problem: str
    blockers: tuple[ImportBatch, ...] = ()


def plan_undo(session: Session, batch: ImportBatch) -> Plan:
    """What is in the way of undoing a batch.

    Problems: never_kept, expired, undone, undoing, still_running, other_running (another import of
    the workspace runs or is being undone), later_imports (see `blockers`), influencers_in_use
    (codes, deals or links that people made refer to its influencers), rates_in_use (rows of later
    imports were converted at its exchange rates and would have none).
    """
    problem = _state_problem(session, batch)
    if problem:
        return Plan(problem)
    blockers = _later_takers(session, batch)
    own = _small_entries(session, batch)
    later = _later_entries(session, batch) if own else {}
    blockers |= {later[key] for entry in own if (key := _name(entry)) in later}
    users, is_used = _users_of_influencers(session, batch, own, later)
    blockers |= users
    if blockers:
        found = session.scalars(
            select(ImportBatch)
            .where(among(session, ImportBatch.id, blockers))
            .order_by(ImportBatch.id.desc())
        )
        return Plan("later_imports", tuple(found))
    if is_used:
        return Plan("influencers_in_use")
    return Plan("rates_in_use" if _unpriced(session, batch, own) else "")


def _state_problem(session: Session, batch: ImportBatch) -> str:
    if batch.undo_state != "kept":
        return {"": "never_kept", "queued": "undoing", "running": "undoing"}.get(
            batch.undo_state, batch.undo_state
        )
    if batch.status not in UNDOABLE:
        return "still_running"
    others = select(ImportBatch.id).where(
        ImportBatch.workspace_id == batch.workspace_id,
        ImportBatch.id != batch.id,
        or_(ImportBatch.status == "running", ImportBatch.undo_state.in_(UNDOING)),
    )
    return "other_running" if session.scalar(others.limit(1)) is not None else ""


def _small_entries(session: Session, batch: ImportBatch) -> list[Entry]:
    """What it wrote to tables without a batch, and the rows of other batches that it moved."""
    small = {name for name, spec in TRACKED.items() if not spec.has_batch} | {"affiliate_row"}
    rows = session.execute(
        select(ImportChange.id, ImportChange.tables).where(ImportChange.batch_id == batch.id)
    )
    ids = sorted(row_id for row_id, tables in rows if small & set(tables))
    found: list[Entry] = []
    for row_id in ids:
        for entry in unpack(session.get_one(ImportChange, row_id)):
            if entry[1] == "t" or (entry[1] != "p" and not TRACKED[entry[0]].has_batch):
                found.append(entry)
    return found


def _others(session: Session, batch: ImportBatch) -> Any:
    return (
        select(ImportChange)
        .join(ImportBatch, ImportBatch.id == ImportChange.batch_id)
        .where(ImportBatch.workspace_id == batch.workspace_id, ImportBatch.id != batch.id)
    )


def _later_takers(session: Session, batch: ImportBatch) -> set[int]:
    """Batches that overwrote rows which this one had written last."""
    query = _others(session, batch).with_only_columns(ImportChange.batch_id, ImportChange.taken)
    return {other for other, taken in session.execute(query) if str(batch.id) in taken}


def _later_entries(session: Session, batch: ImportBatch) -> dict[tuple[Any, ...], int]:
    """Rows that batches changed after this one did: (table, key) -> batch."""
    first = session.scalar(
        select(func.min(ImportChange.id)).where(ImportChange.batch_id == batch.id)
    )
    query = _others(session, batch).where(ImportChange.id > first).order_by(ImportChange.id)
    found: dict[tuple[Any, ...], int] = {}
    for change in session.scalars(query):
        for entry in unpack(change):
            if entry[1] != "p":
                found[_name(entry)] = change.batch_id
    return found


def _name(entry: Entry) -> tuple[Any, ...]:
    return (entry[0], *entry[2])


def _users_of_influencers(
    session: Session, batch: ImportBatch, own: list[Entry], later: dict[tuple[Any, ...], int]
) -> tuple[set[int], bool]:
    """Later batches whose rows refer to influencers of this one; whether something else does."""
    spec = TRACKED["influencer"]
    added = [tuple(one[2]) for one in own if one[0] == "influencer" and one[1] == "i"]
    if not added:
        return set(), False
    ids = [row["id"] for row in rows_of_keys(session, spec, added).values()]
    users: set[int] = set()
    for model in (AffiliateRow, Spend):
        query = select(model.batch_id).where(among(session, model.influencer_id, ids)).distinct()
        users |= set(session.scalars(query)) - {batch.id, 0}
    mine = {_name(one) for one in own}
    is_used = False
    for name in ("deal", "coupon_ownership", "social_account"):
        other = TRACKED[name]
        found = session.execute(
            select(*other.table.c).where(among(session, other.table.c.influencer_id, ids))
        ).mappings()
        for row in found:
            raw = _raw(row)
            key = (name, *other.key_of(raw))
            if key in later:
                users.add(later[key])
            elif key not in mine:
                is_used = True
    return users, is_used or bool(_linked(session, ids))


def _linked(session: Session, ids: list[int]) -> set[int]:
    """Influencers to whom people gave links, locks or decisions."""
    found: set[int] = set()
    for model in (CustomerLock, OrderDecision, TrackedLink):
        found |= set(
            session.scalars(
                select(model.influencer_id).where(among(session, model.influencer_id, ids))
            )
        )
    return found


def _raw(row: Any) -> dict[str, Any]:
    return {name: to_raw(value) for name, value in row.items()}


def _unpriced(session: Session, batch: ImportBatch, own: list[Entry]) -> bool:
    """Whether orders or spend that stay were converted at rates that would be gone."""
    spec = TRACKED["fx_rate"]
    added = [typed(spec.table, one[3]) for one in own if one[0] == "fx_rate" and one[1] == "i"]
    if not added:
        return False
    workspace = session.get_one(Workspace, batch.workspace_id)
    gone = {(row["from_currency"], row["day"]) for row in added}
    rates = session.execute(
        select(FxRate.from_currency, FxRate.day).where(
            FxRate.workspace_id == workspace.id, FxRate.to_currency == workspace.base_currency
        )
    ).all()
    left = {(currency, day) for currency, day in rates} - gone
    for currency, days in rate_days(workspace, added).items():
        bare = {
            to_day_number(day)
            for day in days
            if not any((currency, day - timedelta(n)) in left for n in range(fx.MAX_AGE_DAYS + 1))
        }
        for model, day_column in ((Order, Order.ordered_on), (Spend, Spend.spent_on),
                                  (AffiliateRow, AffiliateRow.booked_on)):  # fmt: skip
            query = select(model.id).where(
                model.currency == currency, model.batch_id != batch.id,
                among(session, day_column, bare),
            )  # fmt: skip
            if session.scalar(query.limit(1)) is not None:
                return True
    return False


def queue_undo(session: Session, batch: ImportBatch, *, user_id: int = 0) -> None:
    """Let a worker undo a batch.

    Raises RefusedError: a problem of `plan_undo`, with `first`: the names of blockers.
    """
    one_loader_at_a_time(session, ONE_AT_A_TIME, batch.workspace_id)
    session.refresh(batch)
    plan = plan_undo(session, batch)
    if plan.problem:
        names = ", ".join(one.file_name for one in plan.blockers)
        raise RefusedError(plan.problem, "batch", first=names)
    batch.undo_state, batch.undone_by = "queued", user_id
    batch.resume, batch.leased_until = None, None
    audit.note(session, "import.undo_started", batch.file_name, user_id=user_id, batch=batch.id)
    session.flush()


def due_undos(session: Session, now: datetime) -> list[int]:
    """Batches that wait to be undone, and those whose worker died over it."""
    query = select(ImportBatch.id).where(_is_due(now)).order_by(ImportBatch.id)
    return list(session.scalars(query))


def _is_due(now: datetime) -> Any:
    running = (ImportBatch.undo_state == "running") & (ImportBatch.leased_until < now)
    return or_(ImportBatch.undo_state == "queued", running)


def claim_undo(session: Session, batch_id: int, now: datetime) -> int | None:
    """Take a batch to undo it: its fence, or None when it is another's or done."""
    return session.scalar(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id, _is_due(now))
        .values(undo_state="running", fence=ImportBatch.fence + 1, leased_until=now + LEASE)
        .returning(ImportBatch.fence)
    )


def undo_step(session: Session, batch_id: int, fence: int) -> int | None:
    """One step, in a transaction of its own.

    Returns:
        rows left as they are because others wrote them since; None: all is undone.

    Raises LostBatchError: another worker has taken it over.
    """
    held = session.scalar(
        update(ImportBatch)
        .where(
            ImportBatch.id == batch_id,
            ImportBatch.fence == fence,
            ImportBatch.undo_state == "running",
        )
        .values(leased_until=datetime.now(UTC) + LEASE)
        .returning(ImportBatch.id)
    )
    if held is None:
        raise LostBatchError(f"undoing import {batch_id} was taken over")
    batch = session.get_one(ImportBatch, batch_id, populate_existing=True)
    kept = take_step(session, batch)
    if kept is None:
        batch.undo_state, batch.undone_at = "undone", datetime.now(UTC)
        batch.resume, batch.leased_until = None, None
        audit.note(
            session, "import.undone", batch.file_name, user_id=batch.undone_by, batch=batch.id
        )
    session.flush()
    return kept


def forget_changes(session: Session, now: datetime) -> None:
    """Forget what old imports changed: they cannot be undone any more (safe to repeat)."""
    old = select(ImportBatch.id).where(
        ImportBatch.undo_state == "kept", ImportBatch.created_at < now - KEPT
    )
    _forget(session, list(session.scalars(old)))
    sizes = session.execute(
        select(ImportChange.batch_id, func.sum(func.length(ImportChange.entries)))
        .join(ImportBatch, ImportBatch.id == ImportChange.batch_id)
        .where(ImportBatch.undo_state == "kept")
        .group_by(ImportChange.batch_id)
        .order_by(ImportChange.batch_id.desc())
    )
    total, dropped = 0, []
    for batch_id, size in sizes:
        total += size
        if total > MAX_KEPT_BYTES:
            dropped.append(batch_id)
    if dropped:  # and of all that are older: a later one may have rows of theirs
        older = select(ImportBatch.id).where(
            ImportBatch.undo_state == "kept", ImportBatch.id <= max(dropped)
        )
        _forget(session, list(session.scalars(older)))


def _forget(session: Session, batch_ids: list[int]) -> None:
    session.execute(delete(ImportChange).where(among(session, ImportChange.batch_id, batch_ids)))
    session.execute(
        update(ImportBatch)
        .where(among(session, ImportBatch.id, batch_ids))
        .values(undo_state="expired")
    )
