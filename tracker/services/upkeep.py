"""Upkeep: what has no use any more is deleted, in short transactions' worth of work."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from tracker.models import Run, SignIn

RUNS_KEPT = timedelta(days=90)
"""How long it is remembered what ran. Imports and the audit log are kept for good."""


def forget_old(session: Session, now: datetime) -> None:
    """Delete sign-ins that have ended and runs of long ago (safe to repeat)."""
    session.execute(delete(SignIn).where(SignIn.expires_at <= now))
    session.execute(delete(Run).where(Run.started_at <= now - RUNS_KEPT))


def help_the_planner(session: Session) -> None:
    """Let SQLite look again at how its tables are filled; PostgreSQL does that by itself."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA analysis_limit = 1000"))
        session.execute(text("PRAGMA optimize"))
