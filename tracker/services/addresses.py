"""Values that addresses may have, and addresses to begin with."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.text import normalise
from tracker.models import AddressTemplate, AllowedValue, Workspace
from tracker.models.address import FIELDS
from tracker.services.errors import RefusedError
from tracker.services.links import UTM_FIELDS, check_target

MOST_VALUES = 2_000
MOST_TEMPLATES = 200


def allow_value(session: Session, workspace: Workspace, *, field: str, value: str) -> AllowedValue:
    """Put a value on the list of a field; from the first one on the field takes no other.

    Raises RefusedError: unknown_value (field), value_missing, value_known, too_many (value).
    """
    if field not in FIELDS:
        raise RefusedError("unknown_value", "field")
    normal = normalise(value)
    if not normal:
        raise RefusedError("value_missing", "value")
    mine = AllowedValue.workspace_id == workspace.id
    if session.scalar(
        select(AllowedValue.id).where(
            mine, AllowedValue.field == field, AllowedValue.value == normal
        )
    ):
        raise RefusedError("value_known", "value")
    if (session.scalar(select(func.count()).where(mine)) or 0) >= MOST_VALUES:
        raise RefusedError("too_many", "value", most=MOST_VALUES)
    row = AllowedValue(
        workspace_id=workspace.id, field=field, value=normal, created_at=datetime.now(UTC)
    )
    session.add(row)
    session.flush()
    return row


def disallow_value(session: Session, workspace: Workspace, row_id: int) -> None:
    """Take a value off its list; one that is gone already is no error."""
    row = session.get(AllowedValue, row_id)
    if row is not None and row.workspace_id == workspace.id:
        session.delete(row)
        session.flush()


def allowed_values(session: Session, workspace_id: int) -> dict[str, tuple[str, ...]]:
    """The lists: field -> its values, in order; a field without a list is left out."""
    rows = session.execute(
        select(AllowedValue.field, AllowedValue.value)
        .where(AllowedValue.workspace_id == workspace_id)
        .order_by(AllowedValue.field, AllowedValue.value)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for field, value in rows:
        found[field].append(value)
    return {field: tuple(values) for field, values in found.items()}


def save_template(
    session: Session, workspace: Workspace, *, name: str, target_url: str = "", **utm: str
) -> AddressTemplate:
    """Keep an address under a name; one of that name is replaced.

    utm: utm_source, utm_medium, utm_campaign, utm_content, utm_term, as written.

    Raises RefusedError: value_missing (name), too_many (name); see `links.check_target`.
    """
    title = name.strip()
    if not title:
        raise RefusedError("value_missing", "name")
    target = check_target(target_url) if target_url.strip() else ""
    mine = AddressTemplate.workspace_id == workspace.id
    row = session.scalar(select(AddressTemplate).where(mine, AddressTemplate.name == title))
    if row is None:
        if (session.scalar(select(func.count()).where(mine)) or 0) >= MOST_TEMPLATES:
            raise RefusedError("too_many", "name", most=MOST_TEMPLATES)
        row = AddressTemplate(workspace_id=workspace.id, name=title, created_at=datetime.now(UTC))
        session.add(row)
    row.target_url = target
    for field in UTM_FIELDS:
        setattr(row, field, utm.get(field, "").strip())
    session.flush()
    return row


def delete_template(session: Session, workspace: Workspace, row_id: int) -> None:
    """Forget a template; one that is gone already is no error."""
    row = session.get(AddressTemplate, row_id)
    if row is not None and row.workspace_id == workspace.id:
        session.delete(row)
        session.flush()
