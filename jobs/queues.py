"""The queues: their names, their connection, and how work gets onto them.

The queue is a bell, not a ledger. What is due stands in the database; ringing twice does no harm,
and a ring that is lost is made up for by the next tick (jobs/schedule.py).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from tracker.config import Settings

log = logging.getLogger(__name__)

QUICK: Final = "quick"
"""What pages wait for: visits, credits, facts. Seconds each."""

BULK: Final = "bulk"
"""Files, exports, rebuilds, upkeep. Up to an hour each."""

CRAWL: Final = "crawl"
"""Spiders, each in a child process."""

QUEUES: Final = (QUICK, BULK, CRAWL)
"""Each has a worker process of its own: a worker of several queues loses a job that it took and
died over (it is then on no list), a worker of one queue does not."""

TIMEOUT_SECONDS: Final = {QUICK: 600, BULK: 3600, CRAWL: 1800}
"""After this long a job is stopped by an exception; its claim then runs out and a sweep repeats
it."""

RESULT_SECONDS: Final = 600
"""How long a finished job is remembered, for pages that show what ran."""

FAILURE_SECONDS: Final = 24 * 3600
"""How long a failed job is remembered. RQ's own year would block its id for as long."""

ANSWER_SECONDS: Final = 1.0
"""How long a page waits for Valkey before it goes on without."""

LOST_AFTER: Final = timedelta(seconds=120)
"""A job that has been popped but not started, or started without a sign of life, for this long is
held for lost. Workers give a sign every 15 s (jobs/worker.py)."""


def connection(settings: Settings | None = None) -> Redis:
    """This process's connection to Valkey, with time limits so short that a page may wait for them.

    Nothing is opened until the first command.
    """
    return _connection((settings or Settings.from_env()).redis)


def enqueue(
    queue: str,
    function: Callable[..., Any] | str,
    *arguments: int | str,
    job_id: str | None = None,
    settings: Settings | None = None,
) -> bool:
    """Put a job on a queue, unless one of the same id is already waiting or running.

    Call it after the commit: the worker may be faster than the transaction. It never raises when
    Valkey is down, full or hanging: the work stands in the database, and the tick finds it.

    Args:
        queue: QUICK, BULK or CRAWL.
        function: a job function, or its dotted name (which spares the import).
        arguments: ids and ISO dates: they travel as JSON.
        job_id: letters, digits, `_` and `-`; None: every call is a job of its own.
        settings: where Valkey is; None: as the environment says.

    Returns:
        whether the job is now waiting or running; False: Valkey did not take it.
    """
    try:
        _enqueue(Queue(queue, connection(settings), serializer=JSONSerializer), function, arguments,
                 job_id)  # fmt: skip
    except RedisError as error:
        log.warning("%s is not queued, the next tick finds it: %s", job_id or function, error)
        return False
    return True


def waiting(queue: str, settings: Settings | None = None) -> int:
    """Jobs that wait on a queue.

    Raises:
        redis.exceptions.RedisError: Valkey does not answer.
    """
    return Queue(queue, connection(settings), serializer=JSONSerializer).count


@lru_cache(maxsize=8)
def _connection(address: str) -> Redis:
    return Redis.from_url(
        address,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=30,
    )


def _enqueue(
    queue: Queue,
    function: Callable[..., Any] | str,
    arguments: tuple[int | str, ...],
    job_id: str | None,
) -> None:
    if job_id is not None and _is_over(queue, job_id):
        # `unique` refuses an id as long as its job is remembered, even when that one has ended
        ended = queue.fetch_job(job_id)
        if ended is not None:
            ended.delete()
    try:
        queue.enqueue_call(
            cast(Any, function),  # RQ takes either, but its type variable does not say so
            args=arguments,
            job_id=job_id,
            unique=job_id is not None,
            timeout=TIMEOUT_SECONDS[queue.name],
            result_ttl=RESULT_SECONDS,
            failure_ttl=FAILURE_SECONDS,
            description=job_id,
        )
    except DuplicateJobError:
        log.debug("%s is waiting or running already", job_id)


def _is_over(queue: Queue, job_id: str) -> bool:
    """Whether a job of that id is remembered but will not run (again): it ended, or it was lost."""
    key = Job.key_for(job_id)
    with queue.connection.pipeline() as pipeline:  # one moment, or a job seems lost while it moves
        pipeline.hmget(key, "status", "enqueued_at", "last_heartbeat")
        pipeline.lpos(queue.key, job_id)
        answers = pipeline.execute()
    (status, enqueued_at, heartbeat_at), position = answers
    if status is None:
        return False
    if status == JobStatus.QUEUED.encode():
        return position is None and _is_older(enqueued_at)
    if status == JobStatus.STARTED.encode():
        return _is_older(heartbeat_at)
    return True


def _is_older(stamp: bytes | None) -> bool:
    """Whether a time of RQ's (UTC, ISO 8601) is longer ago than LOST_AFTER; absent ones are."""
    if not stamp:
        return True
    at = datetime.fromisoformat(stamp.decode().replace("Z", "+00:00"))
    return datetime.now(UTC) - at.astimezone(UTC) > LOST_AFTER
