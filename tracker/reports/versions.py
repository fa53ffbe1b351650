"""Which version of the facts a report would read."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import FactVersion


def read_versions(session: Session, workspace_id: int) -> tuple[tuple[str, int], ...]:
    """Versions of a workspace's facts by scope; one statement, a handful of rows by their key.

    Equal versions under equal `ReportState` mean equal figures, as far as they come from the daily
    facts and the promotions. Read it in the session that reads the facts, before them.
    """
    statement = select(FactVersion.scope, FactVersion.version).where(
        FactVersion.workspace_id == workspace_id
    )
    return tuple(sorted((scope, version) for scope, version in session.execute(statement)))
