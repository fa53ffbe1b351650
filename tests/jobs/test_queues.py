"""The queue helpers against a real Valkey that is killed, frozen and filled."""

import os
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest
from rq import Queue
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from jobs.queues import BULK, CRAWL, LOST_AFTER, QUICK, enqueue, waiting
from tests.support import example_jobs
from tracker.config import Settings


@pytest.fixture
def settings(tmp_path, valkey):
    return Settings(home=tmp_path / "home", redis_url=valkey.url)


@pytest.fixture
def ring(settings):
    def call(job_id="attribute-1", function="tests.support.example_jobs.note"):
        return enqueue(QUICK, function, 7, "2026-11-11", job_id=job_id, settings=settings)

    return call


def stored(valkey, job_id="attribute-1"):
    return Job.fetch(job_id, valkey.client, serializer=JSONSerializer)


def test_a_job_travels_as_json_with_its_arguments(ring, valkey):
    assert ring()
    job = stored(valkey)
    assert (job.func_name, job.args) == ("tests.support.example_jobs.note", [7, "2026-11-11"])


def test_a_function_may_be_given_itself(ring, valkey):
    assert ring(function=example_jobs.note)
    assert stored(valkey).func_name == "tests.support.example_jobs.note"


@pytest.mark.parametrize("queue", [QUICK, BULK, CRAWL])
def test_every_queue_takes_jobs(settings, queue):
    assert enqueue(queue, example_jobs.note, settings=settings)
    assert waiting(queue, settings) == 1


def test_a_job_that_waits_is_not_queued_twice(ring, settings):
    assert ring()
    assert ring()
    assert waiting(QUICK, settings) == 1


def test_jobs_without_an_id_are_each_their_own(ring, settings):
    assert ring(job_id=None)
    assert ring(job_id=None)
    assert waiting(QUICK, settings) == 2


@pytest.mark.parametrize("status", [JobStatus.FINISHED, JobStatus.FAILED, JobStatus.STOPPED])
def test_a_job_that_has_ended_can_be_queued_again(ring, settings, valkey, status):
    ring()
    job = stored(valkey)
    Queue(QUICK, valkey.client).remove(job.id)
    job.set_status(status)
    assert ring()
    assert waiting(QUICK, settings) == 1


def test_a_job_that_was_taken_and_never_begun_is_held_for_lost_after_a_while(
    ring, settings, valkey
):
    ring()
    valkey.client.lrem("rq:queue:quick", 1, "attribute-1")  # popped by a worker that then died
    assert ring()
    assert waiting(QUICK, settings) == 0  # it may be about to begin
    long_ago = datetime.now(UTC) - LOST_AFTER - timedelta(seconds=1)
    valkey.client.hset("rq:job:attribute-1", "enqueued_at", f"{long_ago:%Y-%m-%dT%H:%M:%S.%fZ}")
    assert ring()
    assert waiting(QUICK, settings) == 1


def test_a_running_job_is_held_for_lost_only_without_a_sign_of_life(ring, settings, valkey):
    ring()
    job = stored(valkey)
    Queue(QUICK, valkey.client).remove(job.id)
    job.set_status(JobStatus.STARTED)
    now = datetime.now(UTC)
    valkey.client.hset(job.key, "last_heartbeat", f"{now:%Y-%m-%dT%H:%M:%S.%fZ}")
    assert ring()
    assert waiting(QUICK, settings) == 0
    long_ago = now - LOST_AFTER - timedelta(seconds=1)
    valkey.client.hset(job.key, "last_heartbeat", f"{long_ago:%Y-%m-%dT%H:%M:%S.%fZ}")
    assert ring()
    assert waiting(QUICK, settings) == 1


def test_a_failed_job_does_not_block_its_id_for_a_year(ring, valkey):
    ring()
    assert stored(valkey).failure_ttl <= 24 * 3600


def test_without_valkey_the_caller_goes_on(tmp_path):
    nowhere = Settings(home=tmp_path, redis_url=f"unix://{tmp_path}/nothing")
    assert not enqueue(QUICK, example_jobs.note, job_id="a", settings=nowhere)


def test_a_frozen_valkey_holds_the_caller_up_for_two_seconds_at_most(valkey_server, tmp_path):
    settings = Settings(home=tmp_path, redis_url=valkey_server.url)
    assert enqueue(QUICK, example_jobs.note, job_id="a", settings=settings)
    os.kill(valkey_server.pid, signal.SIGSTOP)
    try:
        asked_at = time.monotonic()
        assert not enqueue(QUICK, example_jobs.note, job_id="b", settings=settings)
        assert time.monotonic() - asked_at < 2
    finally:
        os.kill(valkey_server.pid, signal.SIGCONT)


def test_a_full_valkey_is_not_an_error_of_the_page(valkey_server, tmp_path):
    settings = Settings(home=tmp_path, redis_url=valkey_server.url)
    valkey_server.client.config_set("maxmemory", "1")
    assert not enqueue(QUICK, example_jobs.note, job_id="a", settings=settings)


def test_a_killed_valkey_still_has_what_was_queued(valkey_server, tmp_path):
    settings = Settings(home=tmp_path, redis_url=valkey_server.url)
    for number in range(50):
        assert enqueue(QUICK, example_jobs.note, job_id=f"job-{number}", settings=settings)
    valkey_server.kill()
    valkey_server.start()
    assert waiting(QUICK, settings) == 50
