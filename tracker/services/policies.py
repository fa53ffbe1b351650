"""Policies of a workspace: saved once per content, and which one the reports show."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.domain import policy as domain
from tracker.models import Policy, Workspace
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
    workspace.policy_id = made.id
    session.flush()
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


def apply_policy(session: Session, workspace: Workspace, row: Policy) -> None:
    """Let the reports show another policy; its credits are computed by the job that follows.

    Raises ValueError for a policy of another workspace.
    """
    if row.workspace_id != workspace.id:
        raise ValueError("a policy belongs to its workspace")
    workspace.policy_id = row.id
    session.flush()
    dirty.policy_applied(session, workspace)
