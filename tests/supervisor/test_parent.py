"""The parent of all processes, with real processes and real signals."""

import json
import os
import signal
import sys
import time

import psutil
import pytest

from tests.support.processes import wait_until

PROGRAM = "tests/supervisor/parent_program.py"

SLEEPS = "import time; time.sleep(600)"

NOTES_ITS_END = """
import signal, sys, time
def stop(*_):
    open("order", "a").write("{name} "); sys.exit()
signal.signal(signal.SIGTERM, stop)
open("{name}.ready", "w").close()
time.sleep(600)
"""

IGNORES_SIGNALS = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open("stubborn.ready", "w").close()
time.sleep(600)
"""

FAILS = "import sys; sys.exit(3)"


@pytest.fixture
def start(processes, tmp_path):
    def start_parent(*children):
        parent = processes.start(PROGRAM, str(tmp_path), *children, PYTHONPATH=".")
        wait_until(lambda: "all started" in processes.output(parent), what="for the children")
        return parent

    return start_parent


def children_of(tmp_path):
    rows = json.loads((tmp_path / "children.json").read_text())
    return {row["name"]: row["pid"] for row in rows}


def is_gone(process):
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_killed_child_is_started_again(start, processes, tmp_path):
    parent = start(f"worker:0:{SLEEPS}")
    first = children_of(tmp_path)["worker"]
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: children_of(tmp_path).get("worker", first) != first)
    assert "worker ended (SIGKILL)" in processes.output(parent)


def test_a_child_that_keeps_failing_is_started_less_and_less_often(start, processes):
    parent = start(f"worker:0:{FAILS}")
    started_at = time.monotonic()
    wait_until(lambda: processes.output(parent).count("status 3") >= 3)
    assert time.monotonic() - started_at >= 1.4  # 0.5 s, then 1 s


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_the_children_from_the_last_stage_to_the_first(
    start, processes, tmp_path, number
):
    names = ("queue", "loader", "web")
    parent = start(*(f"{n}:{i}:{NOTES_ITS_END.format(name=n)}" for i, n in enumerate(names)))
    wait_until(lambda: all((tmp_path / f"{name}.ready").exists() for name in names))
    parent.send_signal(number)
    assert parent.wait(10) == 0
    assert (tmp_path / "order").read_text().split() == ["web", "loader", "queue"]
    assert "all stopped" in processes.output(parent)


def test_the_terminals_own_ctrl_c_reaches_only_the_parent(start, tmp_path):
    parent = start(f"web:0:{NOTES_ITS_END.format(name='web')}")
    wait_until((tmp_path / "web.ready").exists)
    os.killpg(parent.pid, signal.SIGINT)  # as a terminal does
    assert parent.wait(10) == 0
    assert (tmp_path / "order").exists()  # it was asked by SIGTERM, and so could tidy up


def test_a_child_that_does_not_stop_is_killed_after_its_grace(start, processes, tmp_path):
    parent = start(f"stubborn:0:{IGNORES_SIGNALS}")
    wait_until((tmp_path / "stubborn.ready").exists)
    asked_at = time.monotonic()
    parent.terminate()
    assert parent.wait(10) == 0
    assert time.monotonic() - asked_at >= 2.9
    assert "stubborn is killed" in processes.output(parent)


def test_a_second_signal_kills_at_once(start, tmp_path):
    parent = start(f"stubborn:0:{IGNORES_SIGNALS}")
    wait_until((tmp_path / "stubborn.ready").exists)
    asked_at = time.monotonic()
    parent.terminate()
    time.sleep(0.3)
    parent.terminate()
    assert parent.wait(10) == 0
    assert time.monotonic() - asked_at < 2


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells a process of its parent's end"
)
def test_children_end_with_a_parent_that_is_killed(start, tmp_path):
    parent = start(f"worker:0:{SLEEPS}")
    worker = psutil.Process(children_of(tmp_path)["worker"])
    parent.kill()
    parent.wait()
    wait_until(lambda: is_gone(worker))


def test_a_leftover_of_a_killed_parent_is_stopped_by_the_next_one(start, processes, tmp_path):
    parent = start(f"stubborn:0:{IGNORES_SIGNALS}")  # it ignores its parent's end as well
    wait_until((tmp_path / "stubborn.ready").exists)
    leftover = psutil.Process(children_of(tmp_path)["stubborn"])
    parent.kill()
    parent.wait()
    (tmp_path / "stubborn.ready").unlink()
    assert not is_gone(leftover)
    second = start(f"worker:0:{SLEEPS}")
    assert "left over stubborn" in processes.output(second)
    assert is_gone(leftover)


def test_a_second_parent_of_the_same_home_is_refused(start, processes, tmp_path):
    parent = start(f"worker:0:{SLEEPS}")
    second = processes.start(PROGRAM, str(tmp_path), PYTHONPATH=".")
    assert second.wait(10) == 1
    assert f"AlreadyRunningError: {parent.pid}" in processes.output(second)
    assert parent.poll() is None
