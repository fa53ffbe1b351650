"""The job that approves commissions whose holding period is over (see jobs/schedule.py)."""

from __future__ import annotations

from sqlalchemy import select

from tracker.config import Settings
from tracker.db import connect
from tracker.models import Workspace
from tracker.services.commissions import approve_ripe


def approve_commissions() -> dict[str, int]:
    """Approve what has waited long enough, in every workspace (safe to repeat, beside a twin).

    Returns:
        {"rows": commissions whose status changed}.
    """
    database = connect(Settings.from_env().database)
    rows = 0
    try:
        with database.read() as session:
            ids = list(session.scalars(select(Workspace.id).order_by(Workspace.id)))
        for workspace_id in ids:
            with database.write() as session:
                workspace = session.get(Workspace, workspace_id)
                if workspace is not None:  # it may have been removed meanwhile
                    rows += approve_ripe(session, workspace)
    finally:
        database.dispose()
    return {"rows": rows}
