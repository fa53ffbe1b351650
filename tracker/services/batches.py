"""Import batches: one row a file that was or is being imported, its progress and its notes.

A batch is claimed with a lease and a fence: a worker that lost its lease can write nothing more,
and one that died leaves a batch that a sweep may queue again. Loading is idempotent, so a batch
that runs again begins at the file's beginning and ends the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.domain.records import Reason
from tracker.models import ImportBatch, ImportNote, Shop, Workspace
from tracker.services.bulk import one_loader_at_a_time, table_of

LEASE = timedelta(minutes=3)
"""A chunk takes a second; a worker that was not heard of for so long is dead."""

MAX_DETAIL = 200

ONE_AT_A_TIME = "batches"
"""What begins or ends in a workspace one after the other: imports, and undoing them."""

UNDOING = frozenset({"queued", "running"})
"""States of a batch that is being undone."""


class LostBatchError(Exception):
    """The batch is not ours any more: cancelled, or taken over after the lease ran out."""


@dataclass(frozen=True, slots=True)
class Note:
    """A row that was not loaded."""

    line: int
    outcome: Literal["rejected", "ignored"]
    reason: Reason
    detail: str = ""


@dataclass(slots=True)
class Figures:
    """What came of a batch so far."""

    rows_read: int = 0
    loaded: int = 0
    updated: int = 0
    unchanged: int = 0
    ignored: int = 0
    rejected: int = 0
    period_from: date | None = None
    period_until: date | None = None
    currency: str = ""
    totals: dict[str, str] = field(default_factory=dict)
    notices: list[list[str]] = field(default_factory=list)
    """Pairs of a code of `tracker.domain.records.NOTICES` and a text."""

    def columns(self) -> dict[str, Any]:
        """As columns of the batch."""
        return {name: getattr(self, name) for name in self.__slots__}


def create_batch(
    session: Session,
    workspace: Workspace,
    shop: Shop | None,
    *,
    file_name: str,
    preset: str = "",
    sha256: str = "",
    stored_name: str = "",
    user_id: int = 0,
) -> ImportBatch:
    """A new batch of a file; it waits as "uploaded".

    Args:
        file_name: as the user calls it; shown, never opened.
        stored_name: of our copy under the uploads folder; "": the file is read in place.
    """
    batch = ImportBatch(
        workspace_id=workspace.id,
        shop_id=shop.id if shop else 0,
        user_id=user_id,
        file_name=file_name[:300],
        stored_name=stored_name,
        sha256=sha256,
        preset=preset,
        status="uploaded",
        undo_state="kept",
        created_at=datetime.now(UTC),
    )
    session.add(batch)
    session.flush()
    return batch


def register_upload(
    session: Session,
    workspace: Workspace,
    shop: Shop | None,
    *,
    file_name: str,
    stored_name: str,
    sha256: str,
    preset: str = "",
    user_id: int = 0,
) -> ImportBatch:
    """A batch of a file that was uploaded and stored; `queue_batch` lets a worker have it."""
    return create_batch(
        session, workspace, shop, file_name=file_name, preset=preset, sha256=sha256,
        stored_name=stored_name, user_id=user_id,
    )  # fmt: skip


def find_same(session: Session, workspace_id: int, sha256: str, but: int = 0) -> ImportBatch | None:
    """The last import of the very same bytes that still counts; None: there was none.

    Args:
        but: a batch that is not meant.
    """
    return session.scalar(
        select(ImportBatch)
        .where(
            ImportBatch.workspace_id == workspace_id,
            ImportBatch.sha256 == sha256,
            ImportBatch.id != but,
            ImportBatch.status == "done",
            ImportBatch.undo_state != "undone",
        )
        .order_by(ImportBatch.id.desc())
        .limit(1)
    )


def queue_batch(session: Session, batch: ImportBatch) -> bool:
    """Let a worker import it; False: it was queued, run or cancelled already."""
    return _move(session, batch.id, "queued", ("uploaded",))


def cancel_batch(session: Session, batch: ImportBatch) -> bool:
    """Stop it, at the latest after the chunk that is being loaded; what is loaded stays."""
    return _move(session, batch.id, "cancelled", ("uploaded", "queued", "running"))


def _move(session: Session, batch_id: int, status: str, of: Sequence[str]) -> bool:
    moved = session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id, ImportBatch.status.in_(of))
        .values(status=status)
        .returning(ImportBatch.id)
    )
    return moved.first() is not None


def due_batches(session: Session, now: datetime) -> list[int]:
    """Batches that a worker should take: queued ones, and those whose worker died."""
    found = session.scalars(
        select(ImportBatch.id)
        .where(
            or_(
                ImportBatch.status == "queued",
                (ImportBatch.status == "running") & (ImportBatch.leased_until < now),
            )
        )
        .order_by(ImportBatch.id)
    )
    return list(found)


def claim_batch(session: Session, batch_id: int, now: datetime) -> int | None:
    """Take a batch to import it: its fence, or None when it is another's or done, or when another
    import of the workspace is being undone just now (then it waits).

    Figures and notes of an earlier try are cleared, unless it left word where to go on.
    """
    workspace_id = session.scalar(
        select(ImportBatch.workspace_id).where(ImportBatch.id == batch_id)
    )
    if workspace_id is None:
        return None
    one_loader_at_a_time(session, ONE_AT_A_TIME, workspace_id)
    undoing = select(ImportBatch.id).where(
        ImportBatch.workspace_id == workspace_id, ImportBatch.undo_state.in_(UNDOING)
    )
    if session.scalar(undoing.limit(1)) is not None:
        return None
    taken = session.execute(
        update(ImportBatch)
        .where(
            ImportBatch.id == batch_id,
            or_(
                ImportBatch.status.in_(("uploaded", "queued")),
                (ImportBatch.status == "running") & (ImportBatch.leased_until < now),
            ),
        )
        .values(status="running", fence=ImportBatch.fence + 1, leased_until=now + LEASE, error="")
        .returning(ImportBatch.fence, ImportBatch.resume)
    ).first()
    if taken is None:
        return None
    if "chunks" not in (taken.resume or {}):
        start_over(session, batch_id)
    fence: int = taken.fence
    return fence


def start_over(session: Session, batch_id: int) -> None:
    """Forget what an earlier try told of a batch; what it loaded stays."""
    session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id)
        .values(effect={}, **Figures().columns())
    )
    session.execute(delete(ImportNote).where(ImportNote.batch_id == batch_id))


def begin(
    session: Session, batch_id: int, fence: int, *, is_undoable: bool, **columns: Any
) -> None:
    """What a batch that was claimed will be read as, and how large it is.

    Args:
        is_undoable: whether it will be known what it changed.
        columns: of the batch: `preset`, `mapping_id`, `size_rows`, `resume`.
    """
    session.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id, ImportBatch.fence == fence)
        .values(undo_state="kept" if is_undoable else "", **columns)
    )


def report(
    session: Session,
    batch_id: int,
    fence: int,
    figures: Figures,
    notes: Sequence[Note] = (),
    **further: Any,
) -> None:
    """Write progress in the transaction that loaded it, and hold on to the lease.

    Args:
        further: other columns of the batch, such as `size_rows` or `preset`.

    Raises LostBatchError: then the transaction must not be committed.
    """
    held = session.scalar(
        update(ImportBatch)
        .where(
            ImportBatch.id == batch_id,
            ImportBatch.fence == fence,
            ImportBatch.status == "running",
        )
        .values(leased_until=datetime.now(UTC) + LEASE, **figures.columns(), **further)
        .returning(ImportBatch.id)
    )
    if held is None:
        raise LostBatchError(f"import {batch_id} was cancelled or taken over")
    rows: list[Mapping[str, Any]] = [
        {"batch_id": batch_id, "line": note.line, "outcome": note.outcome,
         "reason": note.reason.value, "detail": note.detail[:MAX_DETAIL]}
        for note in notes
    ]  # fmt: skip
    insert_new(session, table_of(ImportNote), [dict(row) for row in rows])


def finish_batch(
    session: Session, batch_id: int, fence: int, error: str = "", **further: Any
) -> None:
    """End a batch: done, or failed with an error for its user. Without effect when it is lost.

    Args:
        further: other columns of the batch, such as `rejects_name`.
    """
    session.execute(
        update(ImportBatch)
        .where(
            ImportBatch.id == batch_id,
            ImportBatch.fence == fence,
            ImportBatch.status == "running",
        )
        .values(
            status="failed" if error else "done", error=error, leased_until=None, resume=None,
            finished_at=datetime.now(UTC), **further,
        )
    )  # fmt: skip
