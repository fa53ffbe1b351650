"""What runs by itself and how often; and the clock: `python -m jobs.schedule`.

The clock only ticks: every few seconds it puts one job, `tick`, on the quick queue. The tick takes
due turns in the database, so that two clocks, or a clock that was stopped for an hour, start
nothing twice and nothing late more than once.
"""

from __future__ import annotations

import logging
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any, Final

from redis import Redis
from redis.exceptions import RedisError
from rq.cron import CronJob, CronScheduler
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer

from jobs.queues import BULK, CRAWL, QUICK, connection, enqueue
from tracker.config import Settings
from tracker.db import connect
from tracker.logs import start_logging
from tracker.services.turns import give_back_turn, take_turn

log = logging.getLogger(__name__)

TICK_SECONDS: Final = 10
"""A hit is in today's overview within a minute: loader (1 s), tick (10 s), visits, facts."""


@dataclass(frozen=True, slots=True)
class Task:
    """A job that runs by itself. It looks into the database for what is due, and ends at once when
    that is nothing.
    """

    name: str
    """Also the id of its job: at most one of them waits or runs."""
    function: str
    """Dotted name of a job function without arguments."""
    queue: str
    every: timedelta


TASKS: Final = (
    Task("visits", "jobs.visits.build_due_visits", QUICK, timedelta(seconds=TICK_SECONDS)),
    Task("facts", "jobs.attribution.refresh_due_days", QUICK, timedelta(seconds=TICK_SECONDS)),
    Task("imports", "jobs.imports.import_due_files", BULK, timedelta(seconds=30)),
    Task("undos", "jobs.imports.undo_due_imports", BULK, timedelta(seconds=30)),
    Task("deliveries", "jobs.deliveries.retry_waiting_deliveries", BULK, timedelta(minutes=10)),
    Task("fits", "jobs.attribution.make_fits", BULK, timedelta(hours=1)),
    Task("policies", "jobs.policies.compute_due_policies", BULK, timedelta(seconds=30)),
    Task("tests", "jobs.link_tests.count_due_tests", BULK, timedelta(hours=1)),
    Task("alerts", "jobs.alerts.look_at_watched", BULK, timedelta(minutes=5)),
    Task("reports", "jobs.reports.make_due_reports", BULK, timedelta(minutes=1)),
    Task("messages", "jobs.sending.send_messages", BULK, timedelta(minutes=1)),
    Task("crawl", "jobs.crawling.crawl_due", CRAWL, timedelta(seconds=30)),
    Task("demo", "tracker.demo.job.run_due_demos", BULK, timedelta(minutes=1)),
    Task("settlement", "jobs.settlement.approve_commissions", BULK, timedelta(hours=1)),
    Task("upkeep", "jobs.upkeep.tidy", BULK, timedelta(hours=6)),
)


def tick() -> dict[str, Any]:
    """Queue every task whose turn has come (the job of the clock; safe to repeat).

    Returns:
        {"due": names of the tasks queued}.
    """
    settings = Settings.from_env()
    database = connect(settings.database)
    try:
        now = datetime.now(UTC)
        with database.write() as session:
            due = [task for task in TASKS if take_turn(session, _turn(task), task.every, now)]
        refused = [task for task in due if not enqueue(task.queue, task.function, job_id=task.name)]
        if refused:
            with database.write() as session:
                for task in refused:
                    give_back_turn(session, _turn(task))
    finally:
        database.dispose()
    return {"due": [task.name for task in due if task not in refused]}


def _turn(task: Task) -> str:
    return f"tick:{task.name}"


class TickJob(CronJob):
    """The one job of the clock.

    RQ's own cron job builds its queue with pickle, which our workers refuse, and queues a second
    tick behind one that still waits.
    """

    def __init__(self) -> None:
        super().__init__(QUICK, func_name="jobs.schedule.tick", interval=TICK_SECONDS, name="tick")

    def enqueue(self, connection: Redis) -> Job:
        """Put the tick on its queue, unless it is there."""
        enqueue(self.queue_name, self.func_name, job_id=self.name)
        return Job(self.name, connection, serializer=JSONSerializer)


class Clock(CronScheduler):
    """RQ's scheduler with the tick as its only job."""

    def __init__(self, connection: Redis) -> None:
        super().__init__(connection)
        self._cron_jobs = [TickJob()]
        self.is_stopped = False

    def _request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.is_stopped = True
        super()._request_stop(signum, frame)


def run_clock() -> None:
    """Tick until told to stop (SIGTERM, SIGINT); while Valkey is away, try again every second."""
    clock = Clock(connection())
    clock._install_signal_handlers()  # also while it waits for Valkey
    while not clock.is_stopped:
        try:
            clock.start()  # comes back only when it was told to stop, or when Valkey is gone
        except RedisError as error:
            log.warning("Valkey does not answer: %s", error)
        if not clock.is_stopped:
            with suppress(StopRequested):
                time.sleep(1)


def main() -> int:
    """Run the clock as a process."""
    start_logging(Settings.from_env())
    run_clock()
    return 0


if __name__ == "__main__":
    sys.exit(main())
