"""Readings that look like a broken reader: kept aside with the reason, for a person to decide.

A lost field waits for the end of its run: where one page of many has no price it sold out, where
all have none the shop changed its markup. Everything else waits for a person at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.domain.plausibility import Doubt, is_broken_reader
from tracker.models import (
    CrawlFetch,
    CrawlTarget,
    Quarantine,
    QuarantineItem,
    Workspace,
)
from tracker.observed import FetchStatus, Item
from tracker.services import audit
from tracker.services.bulk import table_of
from tracker.services.errors import RefusedError
from tracker.services.snapshots import Observed, record

_ITEM: TypeAdapter[Any] = TypeAdapter(Item)

_READ = [
    FetchStatus.OK.value,
    FetchStatus.AMBIGUOUS.value,
    FetchStatus.QUARANTINED.value,
]


def keep_aside(session: Session, doubted: Sequence[tuple[Observed, Doubt]], now: datetime) -> None:
    """Keep readings of a run, each under its workspace, source and reason (safe to repeat)."""
    groups: dict[tuple[int, int, str, str], list[tuple[Observed, Doubt]]] = defaultdict(list)
    for one, doubt in doubted:
        groups[one.run_id, one.workspace_id, one.source, doubt.reason].append((one, doubt))
    for (run_id, workspace_id, source, reason), members in groups.items():
        group_key = {"run_id": run_id, "workspace_id": workspace_id, "source": source,
                     "reason": reason}  # fmt: skip
        state = "held" if reason == "field_lost" else "waiting"
        insert_new(
            session,
            table_of(Quarantine),
            [{**group_key, "state": state, "created_at": now}],
            key=list(group_key),
        )
        group_id = session.scalars(select(Quarantine.id).filter_by(**group_key)).one()
        rows = [_row(group_id, one, doubt) for one, doubt in members]
        insert_new(
            session,
            table_of(QuarantineItem),
            rows,
            key=["quarantine_id", "subject_kind", "subject_id"],
        )


def settle_run(session: Session, run_id: int, now: datetime) -> None:
    """At the end of a run: release lost fields that are few, leave the others to a person."""
    held = select(Quarantine).where(Quarantine.run_id == run_id, Quarantine.state == "held")
    for group in session.scalars(held).all():
        n_lost = session.scalar(
            select(func.count(func.distinct(QuarantineItem.target_id))).where(
                QuarantineItem.quarantine_id == group.id
            )
        )
        n_read = session.scalar(
            select(func.count())
            .select_from(CrawlFetch)
            .join(CrawlTarget, CrawlTarget.id == CrawlFetch.target_id)
            .where(
                CrawlFetch.run_id == run_id,
                CrawlFetch.status.in_(_READ),
                CrawlTarget.workspace_id == group.workspace_id,
                CrawlTarget.source == group.source,
            )
        )
        if is_broken_reader(n_lost or 0, n_read or 0):
            group.state = "waiting"
        else:
            _store(session, group)
            group.state, group.decided_at = "released", now
    session.flush()


def accept(
    session: Session, workspace: Workspace, quarantine_id: int, now: datetime, user_id: int = 0
) -> int:
    """A person says that the readings are right: store them as of when they were taken.

    Returns how many. Raises RefusedError: unknown_quarantine, already_decided.
    """
    group = _waiting(session, workspace, quarantine_id)
    n_stored = _store(session, group)
    _decide(session, group, "accepted", now, user_id)
    return n_stored


def discard(
    session: Session, workspace: Workspace, quarantine_id: int, now: datetime, user_id: int = 0
) -> None:
    """A person says that the readings are wrong: they are never stored, but stay to be seen.

    Raises RefusedError: unknown_quarantine, already_decided.
    """
    _decide(session, _waiting(session, workspace, quarantine_id), "discarded", now, user_id)


def _row(group_id: int, one: Observed, doubt: Doubt) -> dict[str, Any]:
    return {
        "quarantine_id": group_id,
        "target_id": one.target_id,
        "subject_kind": one.subject[0],
        "subject_id": one.subject[1],
        "taken_at": one.taken_at,
        "detail": doubt.detail[:300],
        "item": one.item.model_dump(mode="json"),
    }


def _waiting(session: Session, workspace: Workspace, quarantine_id: int) -> Quarantine:
    group = session.scalars(
        select(Quarantine)
        .where(Quarantine.id == quarantine_id, Quarantine.workspace_id == workspace.id)
        .with_for_update()
    ).one_or_none()
    if group is None:
        raise RefusedError("unknown_quarantine", "quarantine_id")
    if group.state not in ("held", "waiting"):
        raise RefusedError("already_decided", "quarantine_id")
    return group


def _decide(session: Session, group: Quarantine, state: str, now: datetime, user_id: int) -> None:
    group.state, group.decided_at, group.user_id = state, now, user_id
    audit.note(session, f"quarantine.{state}", str(group.id), user_id=user_id, reason=group.reason)
    session.flush()


def _store(session: Session, group: Quarantine) -> int:
    rows = session.scalars(
        select(QuarantineItem)
        .where(QuarantineItem.quarantine_id == group.id)
        .order_by(QuarantineItem.taken_at, QuarantineItem.id)
    ).all()
    observed = [
        Observed(
            workspace_id=group.workspace_id,
            subject=(row.subject_kind, row.subject_id),
            item=_ITEM.validate_python(row.item),
            taken_at=row.taken_at,
            source=group.source,
            run_id=group.run_id,
            target_id=row.target_id,
        )
        for row in rows
    ]
    record(session, observed, is_checked=False)
    for one in observed:
        session.execute(
            update(CrawlTarget)
            .where(
                CrawlTarget.id == one.target_id,
                CrawlTarget.last_at == one.taken_at,
                CrawlTarget.last_status == FetchStatus.QUARANTINED.value,
            )
            .values(last_status=FetchStatus.OK.value, last_detail="", last_ok_at=one.taken_at)
        )
    return len(observed)
