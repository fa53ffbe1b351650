"""Real workers: they run jobs, die, and leave nothing behind that goes on by itself."""

import signal
import sys

import psutil
import pytest

from jobs.queues import QUICK, enqueue
from tests.support import example_jobs
from tests.support.processes import wait_until
from tracker.config import Settings


@pytest.fixture
def settings(tmp_path, valkey):
    return Settings(home=tmp_path / "home", redis_url=valkey.url)


@pytest.fixture
def start_worker(processes, settings):
    def start(queue=QUICK):
        worker = processes.start(
            "-m",
            "jobs.worker",
            queue,
            TRACKER_HOME=str(settings.home),
            TRACKER_REDIS_URL=settings.redis_url,
        )
        wait_until(lambda: "Listening on" in processes.output(worker), what="for the worker")
        return worker

    return start


@pytest.fixture
def notes(tmp_path):
    path = tmp_path / "notes"
    path.touch()
    return path


def ring(settings, function, *arguments, job_id="job"):
    assert enqueue(QUICK, function, *arguments, job_id=job_id, settings=settings)


def test_a_worker_runs_what_is_queued(start_worker, settings, notes):
    start_worker()
    for word in ("one", "two"):
        ring(settings, example_jobs.note, str(notes), word, job_id=word)
    wait_until(lambda: notes.read_text().split() == ["one", "two"])


def test_a_job_that_fails_is_logged_and_the_next_one_runs(start_worker, processes, settings, notes):
    worker = start_worker()
    ring(settings, example_jobs.fail, str(notes), job_id="bad")
    ring(settings, example_jobs.note, str(notes), "good", job_id="good")
    wait_until(lambda: notes.read_text().split() == ["failed", "good"])
    assert "job bad failed" in processes.output(worker)
    assert "as the test wants it" in processes.output(worker)


def test_a_failed_job_can_be_queued_again_at_once(start_worker, settings, valkey, notes):
    start_worker()
    for n_runs in (1, 2):
        ring(settings, example_jobs.fail, str(notes))
        wait_until(lambda n=n_runs: notes.read_text().count("failed") == n)
        wait_until(lambda: valkey.client.hget("rq:job:job", "status") == b"failed")


def test_told_to_stop_a_worker_ends_after_the_job_at_hand(start_worker, settings, notes):
    worker = start_worker()
    ring(settings, example_jobs.note_and_sleep, str(notes), 1)
    wait_until(notes.read_text)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    assert notes.read_text().split()[-1] == "done"


def test_the_job_of_a_killed_worker_dies_with_it_and_runs_again(
    start_worker, settings, valkey, notes
):
    worker = start_worker()
    ring(settings, example_jobs.note_and_sleep, str(notes), 600)
    wait_until(lambda: notes.read_text().endswith("\n"))
    job = psutil.Process(int(notes.read_text()))
    worker.kill()
    worker.wait()
    wait_until(lambda: not job.is_running() or job.status() == psutil.STATUS_ZOMBIE)
    valkey.client.hset("rq:job:job", "last_heartbeat", "2026-01-01T00:00:00.000000Z")
    start_worker()
    ring(settings, example_jobs.note, str(notes), "again")
    wait_until(lambda: "again" in notes.read_text())


def test_work_goes_on_after_valkey_was_killed(processes, valkey_server, tmp_path, notes):
    settings = Settings(home=tmp_path / "home", redis_url=valkey_server.url)
    environment = {"TRACKER_HOME": str(settings.home), "TRACKER_REDIS_URL": settings.redis_url}
    workers = [processes.start("-m", "jobs.worker", QUICK, **environment)]
    wait_until(lambda: "Listening on" in processes.output(workers[0]))
    valkey_server.kill()
    wait_until(lambda: "could not connect" in processes.output(workers[0]))
    valkey_server.start()
    ring(settings, example_jobs.note, str(notes), "after")

    def done():
        if (status := workers[-1].poll()) is not None:  # at an unlucky moment RQ gives up
            assert status != 0
            workers.append(processes.start("-m", "jobs.worker", QUICK, **environment))
        return "after" in notes.read_text()

    wait_until(done, 30, what=processes.output(workers[-1]))


@pytest.mark.parametrize("arguments", [[], ["slow"], ["quick", "bulk"]])
def test_a_worker_watches_exactly_one_known_queue(processes, arguments):
    worker = processes.start("-m", "jobs.worker", *arguments)
    assert worker.wait(20) == 2
    assert "usage" in processes.output(worker)


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS forks no workers")
def test_what_starts_processes_afresh_runs_jobs_too(processes, settings, notes):
    program = (
        "import sys; from jobs import worker; sys.platform = 'darwin';"
        "worker.make_worker('quick', sys.argv[1]).work(burst=True)"
    )
    ring(settings, example_jobs.note, str(notes), "spawned")
    worker = processes.start("-c", program, settings.redis_url)
    assert worker.wait(30) == 0, processes.output(worker)
    assert notes.read_text() == "spawned\n"
