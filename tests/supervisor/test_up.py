import socket

import pytest

from jobs.queues import QUEUES
from tracker.config import Settings
from tracker.db import connect
from tracker.migrations import current_revision, newest_revision
from tracker.services.users import check_password, get_user
from tracker.supervisor import plan
from tracker.supervisor.up import PortTakenError, check_port, make_first_admin, prepare, welcome


@pytest.fixture
def home(tmp_path):
    return Settings(home=tmp_path / "home")


def test_every_queue_has_a_worker(home):
    assert plan.QUEUES == QUEUES
    names = {spec.name for spec in plan.planned(home)}
    assert {f"worker-{queue}" for queue in QUEUES} < names


def test_an_embedded_installation_runs_its_own_valkey_and_another_does_not(home):
    assert "valkey" in {spec.name for spec in plan.planned(home)}
    elsewhere = home.model_copy(update={"redis_url": "redis://queue.example"})
    assert "valkey" not in {spec.name for spec in plan.planned(elsewhere)}


def test_valkey_opens_no_port_keeps_its_jobs_and_never_drops_one(home):
    plan.planned(home)
    text = (home.home_dir / "valkey" / "valkey.conf").read_text().splitlines()
    assert {"port 0", "appendonly yes", "maxmemory-policy noeviction", "unixsocketperm 700"} <= set(
        text
    )


def test_a_port_in_use_is_an_error_that_says_how_to_choose_another():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PortTakenError, match="--port or TRACKER_PORT"):
            check_port("127.0.0.1", taken.getsockname()[1])


def test_the_first_start_makes_tables_and_an_owner_and_the_second_keeps_them(home):
    prepare(home)
    password = make_first_admin(home)
    assert password is not None
    prepare(home)
    assert make_first_admin(home) is None
    database = connect(home.database)
    assert current_revision(database) == newest_revision()
    with database.read() as session:
        assert check_password(get_user(session, "admin@localhost"), password)
    database.dispose()


def test_the_password_is_shown_only_when_it_is_new(home):
    assert any("abc-def" in line for line in welcome(home, "abc-def"))
    assert len(welcome(home, None)) < len(welcome(home, "abc-def"))
