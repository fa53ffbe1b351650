import json
import os
import subprocess
import sys
import time

import pytest

from tracker.lifeline import start_mark
from tracker.supervisor.records import (
    AlreadyRunningError,
    only_parent,
    stop_leftovers,
    write_children,
)


@pytest.fixture
def sleeper():
    with subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True
    ) as process:
        yield process
        process.kill()


def test_a_recorded_process_is_stopped_as_a_leftover(tmp_path, sleeper):
    write_children(tmp_path, [("web", sleeper.pid)])
    assert stop_leftovers(tmp_path, patience=5) == ["web"]
    assert sleeper.wait(5) != 0


def test_a_process_that_only_has_the_same_id_is_left_alone(tmp_path, sleeper):
    write_children(tmp_path, [("web", sleeper.pid)])
    rows = json.loads((tmp_path / "children.json").read_text())
    rows[0]["started"] = "another time"
    (tmp_path / "children.json").write_text(json.dumps(rows))
    assert stop_leftovers(tmp_path) == []
    assert sleeper.poll() is None


@pytest.mark.parametrize("text", ["", "nonsense", "[1]", '[{"pid": 1}]', "{}"])
def test_a_torn_record_names_no_leftovers(tmp_path, text):
    (tmp_path / "children.json").write_text(text)
    assert stop_leftovers(tmp_path) == []


def test_the_lock_is_free_again_after_use(tmp_path):
    for _ in range(2):
        with only_parent(tmp_path):
            assert (tmp_path / "up.lock").read_text() == str(os.getpid())


def test_the_lock_refuses_a_second_holder_naming_the_first(tmp_path):
    with (
        only_parent(tmp_path),
        pytest.raises(AlreadyRunningError, match=str(os.getpid())),
        only_parent(tmp_path),
    ):
        pass


def test_a_process_is_told_from_a_later_one_by_its_start(sleeper):
    mark = start_mark(sleeper.pid)
    assert mark is not None
    time.sleep(0.05)
    assert start_mark(sleeper.pid) == mark
    assert start_mark(os.getpid()) != mark
    sleeper.kill()
    sleeper.wait()
    assert start_mark(sleeper.pid) is None
