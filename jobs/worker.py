"""The process that works off one queue: `python -m jobs.worker quick`.

RQ's worker with what was measured to be needed: a short rhythm, so that a lost job is noticed in
about a minute instead of ten; a job process that dies with its worker, so that no orphan goes on
beside its own repetition; and `spawn` on macOS, where a forked process may not use the network.
"""

from __future__ import annotations

import importlib
import logging
import signal
import sys
import time
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SpawnWorker, Worker
from rq.job import Job
from rq.serializers import JSONSerializer

from jobs.queues import QUEUES
from jobs.schedule import TASKS
from tracker.config import Settings
from tracker.lifeline import die_with_parent
from tracker.logs import start_logging

log = logging.getLogger(__name__)

WORKER_TTL_SECONDS = 75
"""An idle worker looks up from its queue this often, less 15 s, and then tidies up."""

MAINTENANCE_SECONDS = 60
"""How often jobs without a sign of life are looked for."""

MONITORING_SECONDS = 15
"""How often a running job gives a sign of life."""

RECONNECT_SECONDS = 5.0
"""Longest wait between two attempts to reach a Valkey that is down."""


class _DiesWithWorker:
    """A job process ends with its worker: else it would go on beside its own repetition."""

    max_connection_wait_time = RECONNECT_SECONDS

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """Run one job (in the job's own process)."""
        die_with_parent(signal.SIGKILL)
        super().main_work_horse(job, queue)  # type: ignore[misc]


class ForkingWorker(_DiesWithWorker, Worker):
    """Forks a process per job: modules that are loaded once serve every job."""


class SpawningWorker(_DiesWithWorker, SpawnWorker):
    """Starts a fresh process per job, for systems where forking is unsafe."""


def make_worker(queue: str, address: str) -> Worker:
    """A worker of one queue, with a connection of its own: it blocks on it for a minute."""
    kind: type[Worker] = SpawningWorker if sys.platform == "darwin" else ForkingWorker
    return kind(
        [
            Queue(
                queue, connection=(connection := Redis.from_url(address)), serializer=JSONSerializer
            )
        ],
        connection=connection,
        serializer="json",
        worker_ttl=WORKER_TTL_SECONDS,
        maintenance_interval=MAINTENANCE_SECONDS,
        job_monitoring_interval=MONITORING_SECONDS,
        exception_handlers=[_log_failure],
    )


def main(arguments: list[str]) -> int:
    """Work until told to stop (SIGTERM: after the job at hand)."""
    if len(arguments) != 1 or arguments[0] not in QUEUES:
        print(f"usage: python -m jobs.worker {'|'.join(QUEUES)}", file=sys.stderr)  # noqa: T201
        return 2
    settings = Settings.from_env()
    start_logging(settings)
    worker = _connect(arguments[0], settings.redis)
    if sys.platform != "darwin":
        _load_jobs()
    worker.work(logging_level=settings.log_level)
    # RQ also ends when Valkey goes away at an unlucky moment: then the parent starts us again
    return 0 if worker._shutdown_requested_date else 1


def _connect(queue: str, address: str) -> Worker:
    """A worker, once Valkey answers: it may start later than we do."""
    while True:
        try:
            return make_worker(queue, address)
        except RedisError as error:
            log.warning("Valkey does not answer yet: %s", error)
            time.sleep(1)


def _load_jobs() -> None:
    """Load the jobs' modules before forking, so that not every job loads NumPy and pandas anew."""
    for module in {task.function.rpartition(".")[0] for task in TASKS}:
        try:
            importlib.import_module(module)
        except ImportError:  # that job will fail and say so; the others must not fail with it
            log.exception("cannot load %s", module)


def _log_failure(job: Job, kind: type[BaseException], error: BaseException, trace: Any) -> bool:
    """Say in the log what failed; True lets RQ go on with its own handling."""
    log.error("job %s failed", job.id, exc_info=(kind, error, trace))
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
