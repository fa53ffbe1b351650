from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import factories
from tests.web.conftest import form_token
from tracker.models import Alias, AllowedValue, TagDay, Workspace

DAYS = "?from=2026-11-01&to=2026-11-20"


@pytest.fixture
def came(database, world):
    with database.write() as session, factories.using(session):
        workspace = session.get_one(Workspace, world.workspace)
        for source, visits in (("xiaohongshu", 90), ("xiaohongsu", 10)):
            mark = factories.MarkFactory(
                workspace=workspace, utm_source=source, utm_medium="kol", utm_campaign="spring"
            )
            session.add(
                TagDay(
                    shop_id=world.shop, day=factories.TODAY, mark_id=mark.id, visits=visits,
                    n_values=1,
                )
            )  # fmt: skip


def test_a_slip_is_adopted_with_one_click(client, database, world, came):
    page = client.get(f"/campaigns/tags{DAYS}").text
    assert 'name="canonical" value="xiaohongshu"' in page
    data = {"csrf_token": form_token(client), "dimension": "source", "value": "xiaohongsu",
            "canonical": "xiaohongshu", "source": ""}  # fmt: skip
    answer = client.post(f"/campaigns/tags/adopt{DAYS}", data=data)
    assert answer.location.endswith(f"/campaigns/tags{DAYS}")
    with database.read() as session:
        [alias] = session.scalars(select(Alias))
        assert (alias.dimension, alias.value, alias.canonical) == (
            "source", "xiaohongsu", "xiaohongshu",
        )  # fmt: skip
        assert session.get_one(Workspace, world.workspace).rules_version == 2
    assert "read as another word" in client.get(answer.location).text
    assert "There is such a spelling already" in client.post(
        f"/campaigns/tags/adopt{DAYS}", data=data, follow_redirects=True
    ).text  # fmt: skip


def test_a_campaign_is_adopted_together_with_its_source(client, database, came):
    data = {"csrf_token": form_token(client), "dimension": "campaign", "value": "spring",
            "canonical": "spring-sale", "source": "xiaohongshu"}  # fmt: skip
    client.post("/campaigns/tags/adopt", data=data)
    with database.read() as session:
        [alias] = session.scalars(select(Alias))
        assert (alias.source, alias.value) == ("xiaohongshu", "spring")


def test_a_value_is_put_on_the_list(client, database, came):
    data = {"csrf_token": form_token(client), "dimension": "source"}
    client.post("/campaigns/tags/allow", data={**data, "value": "xiaohongshu"})
    page = client.get(f"/campaigns/tags{DAYS}").text
    assert "not on the list" in page
    client.post(f"/campaigns/tags/allow{DAYS}", data={**data, "value": "xiaohongsu"})
    assert "not on the list" not in client.get(f"/campaigns/tags{DAYS}").text
    with database.read() as session:
        assert len(session.scalars(select(AllowedValue)).all()) == 2


def test_odd_input_of_forms_is_refused_without_harm(client, database, came):
    token = form_token(client)
    for data in ({}, {"dimension": "x", "value": "\x00", "canonical": "a" * 9_999},
                 {"dimension": "campaign", "value": "a", "canonical": "b"}):  # fmt: skip
        for url in ("/campaigns/tags/adopt", "/campaigns/tags/allow"):
            answer = client.post(url, data={"csrf_token": token, **data})
            assert answer.status_code in {302, 400}
    with database.read() as session:
        assert session.scalars(select(Alias)).all() == []


def test_files_have_every_value(client, came):
    text = client.get(f"/campaigns/tags/export.csv{DAYS}").text
    assert '"xiaohongsu"' in text
    assert len(text.splitlines()) == 1 + 2 + 1 + 2


def test_analysts_see_and_change_nothing(client_of, came):
    page = client_of("analyst").get(f"/campaigns/tags{DAYS}").text
    assert "xiaohongsu" in page
    assert "canonical" not in page
