from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.web.conftest import form_token
from tracker.models import LinkTest


@pytest.fixture
def send(client):
    token = form_token(client)
    return lambda path, **data: client.post(
        f"/campaigns/tests/{path}", data={"csrf_token": token, **data}
    )


@pytest.fixture
def plan(world):
    return {
        "name": "Tin or field", "campaign": str(world.campaign), "contents": "tin\r\nfield\r\n",
        "starts_on": "2026-11-01", "window_days": "7", "baseline": "5", "uplift": "30",
    }  # fmt: skip


def read(database):
    with database.read() as session:
        return session.scalars(select(LinkTest)).all()


def test_a_test_is_planned_with_its_sample_and_says_nothing_yet(client, send, plan, database):
    answer = send("new", **plan)
    assert answer.status_code == 302
    [test] = read(database)
    assert (test.planned_n, test.baseline_ppm, test.uplift_ppm) == (3_780, 50_000, 300_000)
    page = client.get("/campaigns/tests").text
    assert "Each arm needs 3,780 visitors." in page
    assert "Not enough data: every arm needs 3,780 visitors" in page
    assert "not enough data" in page
    assert len(client.get("/campaigns/tests/export.csv").text.splitlines()) == 3


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"contents": "tin"}, "A test compares at least two."),
        ({"contents": "tin\nTIN"}, "This is on the list already."),
        ({"baseline": "95"}, "This is out of range."),
        ({"name": ""}, "required"),
        ({"campaign": "999999"}, "Not a valid choice"),
        ({"window_days": "61"}, "between 1 and 60"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_beside_its_field(
    send, plan, database, changes, said
):
    answer = send("new", **{**plan, **changes})
    assert answer.status_code == 400
    assert said in answer.text
    assert read(database) == []


def test_a_test_is_ended_and_forgotten(client, send, plan, database):
    send("new", **plan)
    [test] = read(database)
    assert send(f"{test.id}/end").status_code == 302
    [ended] = read(database)
    assert ended.ends_on is not None
    assert "ended before its sample was there" in client.get("/campaigns/tests").text
    assert send(f"{test.id}/delete").status_code == 302
    assert read(database) == []
    assert send(f"{test.id}/end").status_code == 404


def test_tests_of_others_are_not_there(send, plan, database, world):
    send("new", **plan)
    with database.write() as session:
        [row] = session.scalars(select(LinkTest))
        row.workspace_id = world.foreign_workspace
        row_id = row.id
    assert send(f"{row_id}/end").status_code == 404
    send(f"{row_id}/delete")
    assert len(read(database)) == 1
