"""Saved mappings of a workspace: made, changed, found, forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import SavedMapping, Workspace
from tracker.services import audit
from tracker.services.errors import RefusedError

MAX_NAME = 100


def list_mappings(session: Session, workspace_id: int) -> list[SavedMapping]:
    """The mappings of a workspace, the one changed last first."""
    query = (
        select(SavedMapping)
        .where(SavedMapping.workspace_id == workspace_id)
        .order_by(SavedMapping.changed_at.desc(), SavedMapping.id.desc())
    )
    return list(session.scalars(query))


def save_mapping(
    session: Session,
    workspace: Workspace,
    *,
    name: str,
    reader: str,
    header: Sequence[str],
    columns: Mapping[str, str],
    options: Mapping[str, Any],
    user_id: int = 0,
    mapping_id: int = 0,
) -> SavedMapping:
    """Save a mapping, or change one.

    Args:
        mapping_id: the one to change; 0: a new one.

    Raises RefusedError: value_missing (name), mapping_name_taken (name), not_found.
    """
    wanted = _free_name(session, workspace.id, name, mapping_id)
    now = datetime.now(UTC)
    if mapping_id:
        row = find_mapping(session, workspace.id, mapping_id)
        if row is None:
            raise RefusedError("not_found", "name")
    else:
        row = SavedMapping(workspace_id=workspace.id, user_id=user_id, created_at=now)
        session.add(row)
    row.name, row.reader, row.header = wanted, reader, list(header)
    row.columns, row.options, row.changed_at = dict(columns), dict(options), now
    session.flush()
    audit.note(session, "mapping.saved", wanted, user_id=user_id)
    return row


def find_mapping(session: Session, workspace_id: int, mapping_id: int) -> SavedMapping | None:
    """A mapping of a workspace; None: it has none of that id."""
    row = session.get(SavedMapping, mapping_id)
    return row if row is not None and row.workspace_id == workspace_id else None


def rename_mapping(session: Session, row: SavedMapping, name: str, *, user_id: int = 0) -> None:
    """Call a mapping something else.

    Raises RefusedError: value_missing (name), mapping_name_taken (name).
    """
    row.name = _free_name(session, row.workspace_id, name, row.id)
    row.changed_at = datetime.now(UTC)
    audit.note(session, "mapping.saved", row.name, user_id=user_id)
    session.flush()


def delete_mapping(session: Session, row: SavedMapping, *, user_id: int = 0) -> None:
    """Forget a mapping; what was imported by it stays."""
    audit.note(session, "mapping.deleted", row.name, user_id=user_id)
    session.delete(row)
    session.flush()


def _free_name(session: Session, workspace_id: int, name: str, mapping_id: int) -> str:
    wanted = name.strip()[:MAX_NAME]
    if not wanted:
        raise RefusedError("value_missing", "name")
    taken = select(SavedMapping.id).where(
        SavedMapping.workspace_id == workspace_id,
        SavedMapping.name == wanted,
        SavedMapping.id != mapping_id,
    )
    if session.scalar(taken) is not None:
        raise RefusedError("mapping_name_taken", "name", name=wanted)
    return wanted
