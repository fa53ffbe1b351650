"""Policies of a workspace: saved once per content, and which one the reports show."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.domain import policy as domain
from tracker.models import Policy, PolicyUse, Workspace
from tracker.services import dirty
from tracker.services.bulk import table_of


def save_policy(session: Session, workspace: Workspace, content: domain.Policy) -> Policy:
    """The row of a policy with this content; made if the workspace has none."""
    content_hash = content.content_hash()
    row = {
        "workspace_id": workspace.id,
        "content_hash": content_hash,
        "document": json.loads(content.canonical_json()),
        "created_at": datetime.now(UTC),
    }
    insert_new(session, table_of(Policy), [row], key=["workspace_id", "content_hash"])
    return session.scalars(
        select(Policy).where(
            Policy.workspace_id == workspace.id, Policy.content_hash == content_hash
        )
    ).one()


def ensure_policy(session: Session, workspace: Workspace) -> Policy:
    """The policy that the workspace's reports show; the product's default if it has none yet."""
    if workspace.policy_id:
        return session.get_one(Policy, workspace.policy_id)
    made = save_policy(session, workspace, domain.Policy())
    _point(session, workspace, made, 0)
    return made


def current_policy(session: Session, workspace: Workspace) -> tuple[int, domain.Policy]:
    """Row id and content of the policy that the workspace's reports show.

    Raises LookupError when the workspace has none (`ensure_policy` makes the first one).
    """
    if not workspace.policy_id:
        raise LookupError(f"workspace {workspace.slug} has no policy")
    return workspace.policy_id, content_of(session.get_one(Policy, workspace.policy_id))


def content_of(row: Policy) -> domain.Policy:
    """The policy that a row holds."""
    return domain.policy_from(row.document)


def apply_policy(session: Session, workspace: Workspace, row: Policy, user_id: int = 0) -> None:
    """Let the reports show another policy from now on; all days are computed again under it.

    Its credits should be there already (`policy_compute`), or reports are empty until they are. The
    history keeps who did it and when. Raises ValueError for a policy of another workspace.
    """
    if row.workspace_id != workspace.id:
        raise ValueError("a policy belongs to its workspace")
    _point(session, workspace, row, user_id)
    dirty.policy_applied(session, workspace)


def policy_history(session: Session, workspace_id: int) -> list[tuple[PolicyUse, Policy]]:
    """Which policy the reports showed since when, newest first; the first is the current one."""
    rows = session.execute(
        select(PolicyUse, Policy)
        .join(Policy, Policy.id == PolicyUse.policy_id)
        .where(PolicyUse.workspace_id == workspace_id)
        .order_by(PolicyUse.applied_at.desc(), PolicyUse.id.desc())
    )
    return [(use, row) for use, row in rows]


def _point(session: Session, workspace: Workspace, row: Policy, user_id: int) -> None:
    workspace.policy_id = row.id
    session.add(
        PolicyUse(
            workspace_id=workspace.id,
            policy_id=row.id,
            user_id=user_id,
            applied_at=datetime.now(UTC),
        )
    )
    session.flush()
