"""RQ job that looks whether something that is watched deserves a word."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import or_, select

from tracker.config import Settings
from tracker.db import connect
from tracker.models import Listing, MetricPoint, SocialPost, Workspace
from tracker.services import alerts


def look_at_watched() -> dict[str, int]:
    """Bring the states of all alerts up to date, one workspace a transaction.

    Returns:
        {"read": subjects, "told": those that are worth telling anew}.
    """
    database = connect(Settings.from_env().database)
    done = {"read": 0, "told": 0}
    try:
        with database.read() as session:
            watching = or_(
                *(
                    select(table.id).where(table.workspace_id == Workspace.id).exists()
                    for table in (Listing, MetricPoint, SocialPost)
                )
            )
            ids = session.scalars(select(Workspace.id).where(watching)).all()
        for workspace_id in ids:
            with database.write() as session:
                workspace = session.get_one(Workspace, workspace_id)
                found = alerts.evaluate(session, workspace, datetime.now(UTC))
            done["read"] += found.read
            done["told"] += found.told
    finally:
        database.dispose()
    return done
