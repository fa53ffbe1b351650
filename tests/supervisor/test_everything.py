"""The whole program as `tracker up` runs it: real processes, SQLite, Valkey, a free port."""

import json
import os
import re
import signal
import socket
import urllib.error
import urllib.request
from contextlib import suppress
from uuid import uuid4

import psutil
import pytest
from sqlalchemy import func, select

from tests import factories
from tests.support.processes import Processes, wait_until
from tracker.config import Settings
from tracker.db import connect
from tracker.models import Hit, Visit
from tracker.supervisor.up import prepare

pytestmark = pytest.mark.timeout(180)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_home(folder):
    """An installation with one shop, not yet running."""
    settings = Settings(home=folder, port=free_port())
    prepare(settings)
    database = connect(settings.database)
    with database.write() as session, factories.using(session):
        factories.ShopFactory(site_key="k" * 16, hostnames="")
    database.dispose()
    return settings


def start_up(processes, home):
    """`tracker up`, once it has said where it is."""
    parent = processes.start(
        "-m", "tracker", "up", TRACKER_HOME=str(home.home), TRACKER_PORT=str(home.port)
    )
    wait_until(
        lambda: "打开 / Open" in processes.output(parent) or parent.poll() is not None,
        90,
        "for the address",
    )
    assert parent.poll() is None, processes.output(parent)
    return parent


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One installation that runs while the tests of this file that only look at it do."""
    folder = tmp_path_factory.mktemp("running")
    processes = Processes(folder)
    home = make_home(folder / "home")
    yield home, start_up(processes, home), processes
    processes.close()


@pytest.fixture
def home(tmp_path):
    return make_home(tmp_path / "home")


def children(home):
    rows = json.loads((home.run_dir / "children.json").read_text())
    return {row["name"]: row["pid"] for row in rows}


def send_hit(home, event_id=None):
    """One page view; True when it was answered."""
    body = {
        "site": "k" * 16,
        "id": event_id or str(uuid4()),
        "kind": "page_view",
        "url": "https://shop.example/?utm_source=weibo&utm_medium=cpc",
        "visitor": str(uuid4()),
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{home.port}/collect",
        json.dumps(body).encode(),
        {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36"},
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status < 300
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def count(home, model):
    database = connect(home.database)
    with database.read() as session:
        number = session.scalar(select(func.count()).select_from(model))
    database.dispose()
    return number


def test_a_first_start_shows_an_address_and_a_password(running):
    home, parent, processes = running
    shown = processes.output(parent)
    assert f"http://127.0.0.1:{home.port}" in shown
    assert re.search(r"Password +[a-z0-9]{5}(-[a-z0-9]{5}){3}\b", shown)


def test_nothing_listens_but_the_web_server(running):
    home, parent, _ = running
    ports = set()
    top = psutil.Process(parent.pid)
    for process in [top, *top.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # a job's process that has just ended
            ports |= {
                connection.laddr.port
                for connection in process.net_connections("inet")
                if connection.status == psutil.CONN_LISTEN
            }
    assert ports == {home.port}


def test_what_is_collected_becomes_a_visit_within_a_minute(running):
    home, _, _ = running
    assert send_hit(home)
    wait_until(lambda: count(home, Hit) == 1, 20, "for the loader")
    wait_until(lambda: count(home, Visit) == 1, 60, "for the visits job")


def test_what_was_answered_is_loaded_once_whatever_is_killed(running):
    home, _, _ = running
    before = count(home, Hit)
    for name in ("web", "loader", "valkey", "worker-quick"):
        victim = children(home)[name]
        for process in [*psutil.Process(victim).children(recursive=True), psutil.Process(victim)]:
            process.kill()
        for _ in range(10):  # a sender repeats an event that was not answered, under the same id
            event_id = str(uuid4())
            wait_until(lambda event_id=event_id: send_hit(home, event_id), 30, "for an answer")
        wait_until(lambda n=name, v=victim: children(home).get(n, v) != v, 30, f"for {name}")
    wait_until(lambda: count(home, Hit) >= before + 40, 40, "for the loader")
    assert count(home, Hit) == before + 40


def test_ctrl_c_leaves_nothing_behind_and_the_next_start_keeps_the_data(processes, home):
    parent = start_up(processes, home)
    family = {p.pid for p in psutil.Process(parent.pid).children(recursive=True)}
    assert family.issuperset(children(home).values())
    assert send_hit(home)
    parent.send_signal(signal.SIGINT)
    assert parent.wait(40) == 0
    assert [pid for pid in family if psutil.pid_exists(pid)] == []
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", home.port))
    again = start_up(processes, home)
    assert "Password" not in processes.output(again)
    wait_until(lambda: count(home, Hit) == 1, 20, "for what was answered before the stop")


def test_a_parent_that_was_killed_is_followed_by_one_that_works(processes, home):
    parent = start_up(processes, home)
    assert send_hit(home)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    second = start_up(processes, home)
    assert send_hit(home)
    wait_until(lambda: count(home, Hit) == 2, 30, "for the loader")
    assert second.poll() is None


def test_a_taken_port_is_one_clear_line(processes, home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", home.port))
        taken.listen()
        parent = processes.start(
            "-m", "tracker", "up", TRACKER_HOME=str(home.home), TRACKER_PORT=str(home.port)
        )
        assert parent.wait(30) == 1
    assert processes.output(parent).count("\n") == 1
    assert "--port" in processes.output(parent)
