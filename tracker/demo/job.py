"""RQ jobs that make the demo brand or take it away. What is due stands in `demo_run`.

They are here and not in `jobs`, because the demo stands above the jobs; the queue knows them by
their names.
"""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from tracker.config import Settings
from tracker.db import Database, connect
from tracker.demo.load import DemoBrokenError, DemoExistsError, load_demo
from tracker.demo.remove import remove_demo
from tracker.services import demo_runs
from tracker.services.demo_runs import ClaimedDemoRun, LostDemoRunError

log = logging.getLogger(__name__)

_DAYS = re.compile(r"(\d+)/(\d+) days\b", re.ASCII)

FAILURES = (DemoExistsError, DemoBrokenError, SQLAlchemyError, OSError, ValueError)
"""What may stop the making; anything else leaves the run to its lease, and it is begun again."""


def run_demo(run_id: int) -> dict[str, int | str]:
    """Do one run (safe to repeat, and beside a twin: it is claimed).

    Returns:
        {"run", "action"}; action "" when it was another worker's or over.
    """
    settings = Settings.from_env()
    database = connect(settings.database)
    try:
        return {"run": run_id, "action": _run(database, settings, run_id)}
    finally:
        database.dispose()


def run_due_demos() -> dict[str, int]:
    """Do every run that is queued, or whose worker died.

    Returns:
        {"runs": how many were taken}.
    """
    settings = Settings.from_env()
    database = connect(settings.database)
    try:
        with database.read() as session:
            due = demo_runs.due_demo_runs(session, datetime.now(UTC))
        return {"runs": sum(1 for run_id in due if _run(database, settings, run_id))}
    finally:
        database.dispose()


def _run(database: Database, settings: Settings, run_id: int) -> str:
    with database.write() as session:
        claim = demo_runs.claim_demo_run(session, run_id, datetime.now(UTC))
    if claim is None:
        return ""
    try:
        _do(database, settings, claim)
    except LostDemoRunError:
        return ""
    except FAILURES as error:
        log.exception("demo run %s failed", run_id)
        with database.write() as session:
            demo_runs.end_demo_run(session, claim, "failed", f"{type(error).__name__}: {error}")
        return claim.action
    with database.write() as session:
        demo_runs.end_demo_run(session, claim, "done")
    return claim.action


def _do(database: Database, settings: Settings, claim: ClaimedDemoRun) -> None:
    def tell(line: str) -> None:
        days = _DAYS.match(line)
        step, done, total = ("days", int(days[1]), int(days[2])) if days else (line, 0, 0)
        with database.write() as session:
            demo_runs.tell_progress(session, claim, step, done, total)

    if claim.action == "make":
        load_demo(database, settings, progress=tell)
    else:
        tell("removing")
        remove_demo(database, settings)
