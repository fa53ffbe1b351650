from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import factories
from tests.web.conftest import form_token
from tracker.domain.channels import Channel
from tracker.models import Spend, Workspace

DAYS = "?from=2026-11-01&to=2026-11-20"
PLACE = {"platform": "ocean_engine", "account": "main", "ref": "<b>plan</b>"}


@pytest.fixture
def spent(database, world):
    with database.write() as session, factories.using(session):
        factories.SpendFactory(
            workspace=session.get_one(Workspace, world.workspace), campaign_ref=PLACE["ref"],
            channel_code=Channel.PAID_SOCIAL.code,
        )  # fmt: skip


def campaigns_of_spend(database):
    with database.read() as session:
        return session.scalars(select(Spend.campaign_id)).all()


def test_spend_is_given_to_a_campaign(client, database, world, spent):
    assert "&lt;b&gt;plan&lt;/b&gt;" in client.get(f"/campaigns/spend{DAYS}").text
    assert "plan" in client.get(f"/campaigns/spend/export.csv{DAYS}").text
    data = {"csrf_token": form_token(client), **PLACE, "campaign": str(world.campaign)}
    answer = client.post(f"/campaigns/spend/assign{DAYS}", data=data)
    assert campaigns_of_spend(database) == [world.campaign]
    page = client.get(answer.location).text
    assert "1 row of spend is the campaign’s now" in page
    assert "All spend of this period belongs to a campaign" in page


@pytest.mark.parametrize("campaign", ["", "0", "x", "99999999999999"])
def test_without_a_campaign_nothing_happens(client, database, spent, campaign):
    data = {"csrf_token": form_token(client), **PLACE, "campaign": campaign}
    page = client.post("/campaigns/spend/assign", data=data, follow_redirects=True).text
    assert "Choose a campaign." in page
    assert campaigns_of_spend(database) == [0]


def test_places_and_campaigns_of_others_are_refused(client, database, world, spent):
    token = form_token(client)
    for data in ({**PLACE, "ref": "other", "campaign": str(world.campaign)},
                 {**PLACE, "platform": "\x00" * 900, "campaign": str(world.campaign)}):  # fmt: skip
        answer = client.post("/campaigns/spend/assign", data={"csrf_token": token, **data})
        assert answer.status_code in {302, 400}
    assert campaigns_of_spend(database) == [0]
