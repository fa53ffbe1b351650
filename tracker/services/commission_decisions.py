"""What people say about commissions: approve early, hold, duplicate, fraud, cancel; and back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.commissions import DECISIONS
from tracker.models import CommissionDecision, CommissionRow, Workspace
from tracker.services import audit, dirty
from tracker.services.bulk import among, table_of
from tracker.services.commission_rows import Group, sync_orders
from tracker.services.errors import RefusedError

MAX_NOTE = 500
MAX_ROWS = 2_000
"""Rows that one decision can be about."""

NO_REASON = ("approved",)
"""Decisions that need no note; the others must say why."""


def decide(
    session: Session,
    workspace: Workspace,
    row_ids: Collection[int],
    status: str,
    *,
    note: str = "",
    user_id: int = 0,
) -> int:
    """Say something about the commissions that rows belong to; gives how many they are.

    It is about the whole commission of an order: its sale and what refunds took back. What a
    statement holds stays in it; a paid commission that is a fraud is taken back by a new row.

    Args:
        status: one of DECISIONS, or "" to take back what was said.

    Raises:
        RefusedError: not_found, too_many, no_reason (a note is needed), nothing_chosen.
    """
    if status and status not in DECISIONS:
        raise RefusedError("not_found", "status")
    if status and status not in NO_REASON and not note.strip():
        raise RefusedError("no_reason", "note")
    if len(row_ids) > MAX_ROWS:
        raise RefusedError("too_many", "rows")
    groups = _groups(session, workspace, row_ids)
    if not groups:
        raise RefusedError("nothing_chosen", "rows")
    if status:
        _write(session, workspace, groups, status, note.strip()[:MAX_NOTE], user_id)
    else:
        session.execute(
            delete(CommissionDecision).where(
                CommissionDecision.workspace_id == workspace.id,
                tuple_(
                    CommissionDecision.shop_id,
                    CommissionDecision.order_ref,
                    CommissionDecision.influencer_id,
                ).in_(groups),
            )
        )
    changed = sync_orders(session, workspace, {(shop, ref) for shop, ref, _ in groups})
    dirty.commissions_changed(session, workspace, changed)
    refs = [ref for _, ref, _ in groups[:20]]
    audit.note(
        session, "commission.decided", status or "taken back", user_id=user_id,
        commissions=len(groups), orders=refs, note=note.strip()[:MAX_NOTE],
    )  # fmt: skip
    return len(groups)


def _groups(session: Session, workspace: Workspace, row_ids: Collection[int]) -> list[Group]:
    rows = session.execute(
        select(CommissionRow.shop_id, CommissionRow.order_ref, CommissionRow.influencer_id)
        .where(
            CommissionRow.workspace_id == workspace.id,
            among(session, CommissionRow.id, list(row_ids)),
        )
        .distinct()
        .order_by(CommissionRow.shop_id, CommissionRow.order_ref, CommissionRow.influencer_id)
    )
    return [(shop, ref, who) for shop, ref, who in rows]


def _write(
    session: Session,
    workspace: Workspace,
    groups: Collection[Group],
    status: str,
    note: str,
    user_id: int,
) -> None:
    now = datetime.now(UTC)
    rows = [
        {
            "workspace_id": workspace.id,
            "shop_id": shop,
            "order_ref": ref,
            "influencer_id": who,
            "status": status,
            "note": note,
            "user_id": user_id,
            "decided_at": now,
        }
        for shop, ref, who in groups
    ]
    upsert(
        session, table_of(CommissionDecision), rows, ["shop_id", "order_ref", "influencer_id"],
        ["status", "note", "user_id", "decided_at"],
    )  # fmt: skip
