"""The job that tidies up (a few times a day, see jobs/schedule.py)."""

from __future__ import annotations

from datetime import UTC, datetime

from tracker.config import Settings
from tracker.db import connect
from tracker.services.upkeep import forget_old, help_the_planner


def tidy() -> None:
    """Delete what has no use any more (safe to repeat, and beside a twin)."""
    database = connect(Settings.from_env().database)
    try:
        with database.write() as session:
            forget_old(session, datetime.now(UTC))
        with database.write() as session:
            help_the_planner(session)
    finally:
        database.dispose()
