"""The clock and the tick, with a real Valkey and a database of each kind."""

import importlib
import signal
import zlib
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from jobs import schedule
from jobs.queues import QUEUES, QUICK, waiting
from jobs.schedule import TASKS, TICK_SECONDS, Clock, tick
from tests.support.processes import wait_until
from tracker.models import Claim

NAMES = [task.name for task in TASKS]


def make_due(database, name):
    with database.write() as session:
        session.execute(update(Claim).where(Claim.name == f"tick:{name}").values(leased_until=None))


def queued(valkey, queue):
    return [key.decode() for key in valkey.client.lrange(f"rq:queue:{queue}", 0, -1)]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_what_runs_by_itself_is_a_job_without_arguments_on_a_watched_queue(task):
    module, _, function = task.function.rpartition(".")
    assert callable(getattr(importlib.import_module(module), function))
    assert task.queue in QUEUES
    assert task.every >= timedelta(seconds=TICK_SECONDS)


def test_the_first_tick_queues_everything_and_the_next_nothing(settings, valkey):
    assert tick() == {"due": NAMES}
    assert tick() == {"due": []}
    for task in TASKS:
        assert task.name in queued(valkey, task.queue)


def test_a_task_that_is_due_again_while_it_waits_is_in_the_queue_once(settings, database, valkey):
    tick()
    make_due(database, "visits")
    assert tick() == {"due": ["visits"]}
    assert queued(valkey, QUICK).count("visits") == 1


def test_a_turn_is_not_used_up_when_the_queue_does_not_take_it(
    settings, database, valkey_server, monkeypatch
):
    monkeypatch.setenv("TRACKER_REDIS_URL", valkey_server.url)
    valkey_server.stop()
    assert tick() == {"due": []}
    valkey_server.start()
    assert tick() == {"due": NAMES}


def test_the_tick_queues_again_what_valkey_forgot(settings, database, valkey):
    tick()
    valkey.client.flushall()
    make_due(database, "facts")
    assert tick() == {"due": ["facts"]}
    assert queued(valkey, QUICK) == ["facts"]


def test_two_clocks_queue_one_tick(settings, valkey):
    clocks = [Clock(valkey.client), Clock(valkey.client)]
    for clock in clocks:
        clock.enqueue_jobs()
    assert queued(valkey, QUICK) == ["tick"]


def test_the_tick_travels_as_json_under_the_name_by_which_workers_find_it(settings, valkey):
    Clock(valkey.client).enqueue_jobs()
    data = valkey.client.hget("rq:job:tick", "data")
    assert b"jobs.schedule.tick" in zlib.decompress(data)
    assert schedule.tick is tick


def test_the_clock_outlives_its_valkey_and_stops_when_told(
    processes, valkey_server, tmp_path, monkeypatch
):
    clock = processes.start(
        "-c",
        "from jobs import schedule; schedule.TICK_SECONDS = 1; schedule.main()",
        TRACKER_HOME=str(tmp_path / "home"),
        TRACKER_REDIS_URL=valkey_server.url,
    )
    wait_until(lambda: valkey_server.client.exists("rq:job:tick"), what="for the first tick")
    valkey_server.kill()
    wait_until(lambda: "Valkey does not answer" in processes.output(clock), 25)
    valkey_server.start()
    valkey_server.client.flushall()
    wait_until(lambda: valkey_server.client.exists("rq:job:tick"), 25, what="for a tick after it")
    clock.send_signal(signal.SIGTERM)
    assert clock.wait(5) == 0


def test_the_clock_can_be_stopped_while_it_waits_for_valkey(processes, tmp_path):
    clock = processes.start(
        "-m",
        "jobs.schedule",
        TRACKER_HOME=str(tmp_path / "home"),
        TRACKER_REDIS_URL=f"unix://{tmp_path}/nothing",
    )
    wait_until(lambda: "Valkey does not answer" in processes.output(clock))
    clock.send_signal(signal.SIGTERM)
    assert clock.wait(5) == 0


def test_turns_are_kept_in_the_database_under_names_of_their_own(settings, database):
    tick()
    with database.read() as session:
        names = set(session.scalars(select(Claim.name)))
    assert names == {f"tick:{name}" for name in NAMES}
    assert waiting(QUICK) == sum(task.queue == QUICK for task in TASKS)
