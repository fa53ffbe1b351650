"""RQ jobs that compute a policy beside the current one. Which are due stands in `policy_run`."""

from __future__ import annotations

from datetime import UTC, datetime

from tracker.config import Settings
from tracker.db import connect
from tracker.services.policy_compute import compute_run
from tracker.services.policy_runs import due_runs


def compute_policy(run_id: int) -> dict[str, int]:
    """Compute one policy for the days that were asked for (safe to repeat, and beside a twin).

    Returns:
        {"run", "days"}; days 0 when it was another worker's or called off.
    """
    database = connect(Settings.from_env().database)
    try:
        return {"run": run_id, "days": compute_run(database, run_id)}
    finally:
        database.dispose()


def compute_due_policies() -> dict[str, int]:
    """Do every run that is queued, or whose worker died.

    Returns:
        {"runs": how many were taken}.
    """
    database = connect(Settings.from_env().database)
    try:
        with database.read() as session:
            due = due_runs(session, datetime.now(UTC))
        for run_id in due:
            compute_run(database, run_id)
        return {"runs": len(due)}
    finally:
        database.dispose()
