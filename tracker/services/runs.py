"""Runs: what background work was done, when, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from tracker.db import Database
from tracker.models import Run


@contextmanager
def recorded_run(database: Database, kind: str) -> Iterator[dict[str, Any]]:
    """Record one execution of background work: its start, its end, its figures, its error.

    Commits at the start and at the end, apart from the work itself. Put figures (plain JSON) into
    the mapping that is given. A run that stays "running" belongs to a process that was killed.
    """
    with database.write() as session:
        run = Run(kind=kind, started_at=datetime.now(UTC), outcome="running", figures={}, error="")
        session.add(run)
        session.flush()
        run_id = run.id
    figures: dict[str, Any] = {}
    try:
        yield figures
    except BaseException as error:
        _end(database, run_id, "failed", figures, f"{type(error).__name__}: {error}"[:1000])
        raise
    _end(database, run_id, "done", figures, "")


def _end(
    database: Database, run_id: int, outcome: str, figures: dict[str, Any], error: str
) -> None:
    with database.write() as session:
        run = session.get(Run, run_id)
        if run is not None:
            run.ended_at = datetime.now(UTC)
            run.outcome = outcome
            run.figures = figures
            run.error = error
