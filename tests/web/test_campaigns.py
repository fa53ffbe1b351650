"""Campaigns: confirmed, named and budgeted."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from tests import factories
from tests.web.conftest import form_token
from tracker.models import Campaign, Workspace


def post(client, url, **data):
    return client.post(url, data={"csrf_token": form_token(client), **data})


def test_a_campaign_that_came_in_by_itself_can_be_confirmed(client, world, database):
    with database.write() as session, factories.using(session):
        row = factories.CampaignFactory(
            workspace=session.get_one(Workspace, world.workspace),
            utm_campaign="d11", name="d11", is_discovered=True,
        )  # fmt: skip
    assert "not confirmed" in client.get("/campaigns").text
    answer = post(
        client, f"/campaigns/{row.id}/edit", name="双11", utm_campaign="something else",
        starts_on="2026-11-01", ends_on="2026-11-11", budget_minor="80,000.50", lookback_days="15",
    )  # fmt: skip
    assert answer.status_code == 302
    with database.read() as session:
        saved = session.get_one(Campaign, row.id)
        assert (saved.name, saved.utm_campaign, saved.is_discovered) == ("双11", "d11", False)
        assert (saved.starts_on, saved.budget_minor) == (date(2026, 11, 1), 8_000_050)
        assert saved.lookback_days == 15
    assert 'value="80000.50"' in client.get(f"/campaigns/{row.id}/edit").text


def test_a_campaign_can_be_entered_before_its_first_visit(client, world, database):
    assert (
        post(client, "/campaigns/new", name="Spring", utm_campaign="Spring_2027").status_code == 302
    )
    with database.read() as session:
        row = session.scalars(select(Campaign).where(Campaign.utm_campaign == "spring_2027")).one()
        assert row.budget_minor is None


def test_a_campaign_that_makes_no_sense_is_refused(client, world):
    for wrong, says in (
        ({"name": ""}, "required"),
        ({"starts_on": "2026-11-02", "ends_on": "2026-11-01"}, "before the beginning"),
        ({"budget_minor": "1.234"}, "more decimals"),
        ({"lookback_days": "365"}, "between"),
    ):
        answer = post(client, "/campaigns/new", **{"name": "A", "utm_campaign": "a", **wrong})
        assert answer.status_code == 400
        assert says in answer.text, wrong


def test_a_campaign_of_another_workspace_is_not_there(client, world, database):
    with database.read() as session:
        other = session.scalars(
            select(Campaign.id).where(Campaign.workspace_id != world.workspace)
        ).first()
    assert client.get(f"/campaigns/{other}/edit").status_code == 404
    assert post(client, f"/campaigns/{other}/edit", name="x").status_code == 404
