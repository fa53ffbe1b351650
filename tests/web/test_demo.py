"""The demo brand from the site: asked for once, made and taken away by a job, with its progress."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.web.conftest import form_token
from tracker.config import Settings
from tracker.db import Database
from tracker.demo import job
from tracker.demo.load import DemoBrokenError
from tracker.models import DemoRun, Workspace
from tracker.services import demo_runs, workspaces
from tracker.services.errors import RefusedError

sqlite_only = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def admin(client_of: Any) -> FlaskClient:
    return client_of("admin")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The real job around a demo that is a workspace alone; tells what was done."""
    done: list[str] = []

    def make(database: Database, _settings: Settings, *, progress: Any) -> None:
        progress("people, codes, links, campaigns")
        with database.write() as session:
            workspaces.create_workspace(session, slug="shanye", name="山野茶铺", is_demo=True)
        progress("40/120 days, 5 hits, 6 orders")
        done.append("made")

    def remove(database: Database, _settings: Settings) -> int:
        with database.write() as session:
            for row in session.scalars(select(Workspace).where(Workspace.is_demo.is_(True))):
                session.delete(row)
        done.append("removed")
        return 1

    monkeypatch.setattr(job, "load_demo", make)
    monkeypatch.setattr(job, "remove_demo", remove)
    return done


def post(client: FlaskClient, url: str) -> Any:
    return client.post(url, data={"csrf_token": form_token(client)}, follow_redirects=True)


def newest(database: Database) -> DemoRun:
    with database.read() as session:
        found = demo_runs.last_run(session)
    assert found is not None
    return found


@sqlite_only
def test_the_demo_is_one_click_away_and_one_click_gone(
    admin: FlaskClient, database: Database, quick: list[str]
):
    assert "Make the demo brand" in admin.get("/demo").text
    page = post(admin, "/demo").text
    assert 'data-progress="/demo/progress"' in page
    assert admin.get("/demo/progress").headers.get("X-Finished") is None
    assert job.run_due_demos() == {"runs": 1}
    run = newest(database)
    assert (run.status, run.step, run.done, run.total) == ("done", "days", 40, 120)
    assert admin.get("/demo/progress").headers["X-Finished"] == "1"
    assert "Take it away" in admin.get("/demo").text
    post(admin, "/demo/remove")
    assert job.run_demo(newest(database).id)["action"] == "remove"
    assert "Make the demo brand" in admin.get("/demo").text
    assert quick == ["made", "removed"]


@sqlite_only
def test_a_second_click_asks_for_nothing(admin: FlaskClient, database: Database, quick: list[str]):
    post(admin, "/demo")
    assert "being made or taken away already" in post(admin, "/demo").text
    with database.read() as session:
        assert len(session.scalars(select(DemoRun)).all()) == 1
    job.run_due_demos()
    assert "there already" in post(admin, "/demo").text


@sqlite_only
def test_a_failure_is_shown_and_can_be_tried_again(
    admin: FlaskClient, database: Database, quick: list[str], monkeypatch: pytest.MonkeyPatch
):
    def broken(*_given: object, **_named: object) -> None:
        raise DemoBrokenError("3 rows refused")

    with monkeypatch.context() as patch:
        patch.setattr(job, "load_demo", broken)
        post(admin, "/demo")
        job.run_due_demos()
    assert "3 rows refused" in admin.get("/demo").text
    post(admin, "/demo")
    job.run_due_demos()
    assert newest(database).status == "done"


@sqlite_only
def test_a_worker_that_died_is_replaced_and_a_twin_does_nothing(
    admin: FlaskClient, database: Database, quick: list[str]
):
    post(admin, "/demo")
    now = datetime.now(UTC)
    with database.write() as session:
        lost = demo_runs.claim_demo_run(session, newest(database).id, now)
    assert lost is not None
    assert job.run_due_demos() == {"runs": 0}  # its lease still holds
    with database.write() as session:
        later = now + demo_runs.LEASE + timedelta(seconds=1)
        again = demo_runs.claim_demo_run(session, lost.id, later)
    assert again is not None
    with database.write() as session, pytest.raises(demo_runs.LostDemoRunError):
        demo_runs.tell_progress(session, lost, "days", 1, 2)
    with database.write() as session:
        for n in range(2, 2 + demo_runs.MOST_TRIES):
            demo_runs.claim_demo_run(session, lost.id, now + n * 2 * demo_runs.LEASE)
    assert newest(database).status == "failed"


@sqlite_only
def test_only_administrators_make_it(client_of: Any, admin: FlaskClient, quick: list[str]):
    owner = client_of("owner")
    assert owner.get("/demo").status_code == 403
    assert post(owner, "/demo").status_code == 403


def test_nothing_is_taken_away_that_is_not_there(database: Database):
    with database.write() as session, pytest.raises(RefusedError, match="demo_absent"):
        demo_runs.ask_for_demo(session, "remove")
