"""The whole program as `tracker up` runs it: real processes, SQLite, Valkey, a free port."""

import json
import os
import re
import signal
import socket
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psutil
import pytest
from sqlalchemy import func, select

from tests import factories
from tests.support.processes import wait_until
from tracker.config import Settings
from tracker.db import connect
from tracker.models import Hit, Visit
from tracker.supervisor.up import prepare

pytestmark = pytest.mark.timeout(180)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def home(tmp_path):
    """An installation with one shop, not yet running."""
    settings = Settings(home=tmp_path / "home", port=free_port())
    prepare(settings)
    database = connect(settings.database)
    with database.write() as session, factories.using(session):
        factories.ShopFactory(site_key="k" * 16, hostnames="")
        now = datetime.now(UTC)
        factories.TrackedLinkFactory(slug="lina", created_at=now - timedelta(days=1))
    database.dispose()
    return settings


@pytest.fixture
def up(processes, home):
    def start():
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

    return start


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


def test_a_first_start_shows_an_address_and_a_password_and_a_second_keeps_the_data(
    up, processes, home
):
    parent = up()
    shown = processes.output(parent)
    assert f"http://127.0.0.1:{home.port}" in shown
    assert re.search(r"Password +[a-z0-9]{5}(-[a-z0-9]{5}){3}\b", shown)
    parent.send_signal(signal.SIGINT)
    assert parent.wait(40) == 0
    again = up()
    assert "Password" not in processes.output(again)


def test_what_is_collected_becomes_a_visit_within_a_minute(up, home):
    up()
    assert send_hit(home)
    wait_until(lambda: count(home, Hit) == 1, 20, "for the loader")
    wait_until(lambda: count(home, Visit) == 1, 60, "for the visits job")


def test_ctrl_c_leaves_no_process_and_no_socket_behind(up, home):
    parent = up()
    pids = children(home).values()
    family = {p.pid for p in psutil.Process(parent.pid).children(recursive=True)} | set(pids)
    parent.send_signal(signal.SIGINT)
    assert parent.wait(40) == 0
    assert [pid for pid in family if psutil.pid_exists(pid)] == []
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", home.port))


def test_nothing_listens_but_the_web_server(up, home):
    parent = up()
    family = [psutil.Process(parent.pid), *psutil.Process(parent.pid).children(recursive=True)]
    ports = {
        connection.laddr.port
        for process in family
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert ports == {home.port}


def test_what_was_answered_is_loaded_once_whatever_is_killed(up, home):
    up()
    for name in ("web", "loader", "valkey", "worker-quick"):
        victim = children(home)[name]
        for process in [*psutil.Process(victim).children(recursive=True), psutil.Process(victim)]:
            process.kill()
        for _ in range(10):  # a sender repeats an event that was not answered, under the same id
            event_id = str(uuid4())
            wait_until(lambda event_id=event_id: send_hit(home, event_id), 30, "for an answer")
        wait_until(lambda n=name, v=victim: children(home).get(n, v) != v, 30, f"for {name}")
    wait_until(lambda: count(home, Hit) >= 40, 40, "for the loader")
    assert count(home, Hit) == 40


def test_a_parent_that_was_killed_is_followed_by_one_that_works(up, processes, home):
    parent = up()
    assert send_hit(home)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    second = up()
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
