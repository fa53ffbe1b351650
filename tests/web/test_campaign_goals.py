"""Budgets, targets and renaming: from the form to the page that says ahead or behind."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests import factories
from tests.web.conftest import form_token
from tracker.models import Campaign, FormerName

TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()


@pytest.fixture
def token(client):
    return form_token(client)


def read(database, campaign_id):
    with database.read() as session:
        return session.get_one(Campaign, campaign_id)


def test_targets_are_kept_and_shown(client, database, world, token):
    given = {
        "name": "Spring", "starts_on": str(TODAY - timedelta(days=5)),
        "ends_on": str(TODAY + timedelta(days=4)), "budget_minor": "1,000.50",
        "target_net_minor": "5000", "target_orders": "12", "target_roi": "35.5",
    }  # fmt: skip
    url = f"/campaigns/{world.campaign}/edit"
    assert client.post(url, data={"csrf_token": token, **given}).status_code == 302
    row = read(database, world.campaign)
    assert (row.budget_minor, row.target_net_minor, row.target_orders) == (100_050, 500_000, 12)
    assert row.target_roi_ppm == 355_000
    page = client.get(url).text
    assert 'value="5000.00"' in page
    assert 'value="35.50"' in page
    page = client.get("/campaigns/pacing").text
    assert "day 5 of 10" in page
    assert "behind" in page
    assert "too slow" in page
    yesterday = TODAY - timedelta(days=1)
    behind = f"from={TODAY - timedelta(days=5)}&amp;to={yesterday}&amp;campaign={world.campaign}"
    assert f"/orders?{behind}" in page
    assert f"/costs?{behind}" in page
    rows = client.get("/campaigns/pacing/export.csv").text.splitlines()
    assert len(rows) == 2


def test_targets_can_be_taken_away(client, database, world, token):
    url = f"/campaigns/{world.campaign}/edit"
    client.post(url, data={"csrf_token": token, "name": "S", "target_orders": "3"})
    assert read(database, world.campaign).target_orders == 3
    client.post(url, data={"csrf_token": token, "name": "S"})
    row = read(database, world.campaign)
    assert (row.target_orders, row.target_net_minor, row.target_roi_ppm) == (None, None, None)
    assert "No campaign with a budget or target" in client.get("/campaigns/pacing").text


def test_a_campaign_is_renamed_and_keeps_its_old_value(client, database, world, token):
    url = f"/campaigns/{world.campaign}/rename"
    old = read(database, world.campaign).utm_campaign
    answer = client.post(url, data={"csrf_token": token, "utm_campaign": "D11-2026"})
    assert answer.status_code == 302
    assert f"Also counted: {old}" in client.get(answer.location).text
    with database.read() as session:
        assert session.get_one(FormerName, (world.workspace, old)).campaign_id == world.campaign


def test_a_value_of_another_campaign_is_refused_beside_the_field(client, database, world, token):
    with database.write() as session, factories.using(session):
        mine = session.get_one(Campaign, world.campaign)
        factories.CampaignFactory(utm_campaign="618", workspace_id=mine.workspace_id)
    url = f"/campaigns/{world.campaign}/rename"
    answer = client.post(url, data={"csrf_token": token, "utm_campaign": "618"})
    assert answer.status_code == 400
    assert "Another campaign has this value" in answer.text
    assert client.post(url, data={"csrf_token": token, "utm_campaign": ""}).status_code == 400


def test_campaigns_of_others_are_not_there(client, world, token, database):
    with database.read() as session:
        foreign = session.query(Campaign.id).filter(
            Campaign.workspace_id == world.foreign_workspace
        ).scalar()  # fmt: skip
    data = {"csrf_token": token, "utm_campaign": "mine now"}
    assert client.post(f"/campaigns/{foreign}/rename", data=data).status_code == 404
