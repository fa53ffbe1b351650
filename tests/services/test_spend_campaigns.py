from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import (
    TODAY,
    CampaignFactory,
    InfluencerFactory,
    SpendFactory,
    WorkspaceFactory,
)
from tracker.domain.records import SpendRecord
from tracker.models import DirtyDay, Spend
from tracker.services.errors import RefusedError
from tracker.services.spend import load_spend
from tracker.services.spend_campaigns import choose_campaign, chosen_campaigns

PLACE = ("douyin", "acc", "plan 7")


@pytest.fixture
def campaigns(session, workspace):
    return [CampaignFactory(workspace=workspace), CampaignFactory(workspace=workspace)]


@pytest.fixture
def spent(session, workspace):
    def make(**values):
        given = {"platform": "douyin", "account": "acc", "campaign_ref": "plan 7", **values}
        return SpendFactory(workspace=workspace, **given)

    return make


def record(**changes):
    values = {"platform": "douyin", "account": "acc", "campaign_ref": "plan 7", "currency": "CNY",
              "channel": "paid_social", "amount_minor": 30_000}  # fmt: skip
    return SpendRecord(**{**values, **changes})


def of(session, *rows):
    session.expire_all()
    return [session.get_one(Spend, row.id).campaign_id for row in rows]


def test_spend_of_the_place_moves_and_its_days_are_dirty(session, workspace, campaigns, spent):
    one = spent(spent_on=TODAY)
    two = spent(spent_on=TODAY - timedelta(days=1))
    elsewhere = spent(campaign_ref="plan 8")
    named = spent(spent_on=TODAY - timedelta(days=2), campaign_id=campaigns[1].id)
    boost = spent(
        spent_on=TODAY - timedelta(days=3),
        influencer_id=InfluencerFactory(workspace=workspace).id,
    )
    assert choose_campaign(session, workspace, PLACE, campaigns[0].id) == 2
    first, second = (campaign.id for campaign in campaigns)
    assert of(session, one, two, elsewhere, named, boost) == [first, first, 0, second, 0]
    days = session.scalars(select(DirtyDay.day).where(DirtyDay.scope == "cost")).all()
    assert set(days) == {TODAY, TODAY - timedelta(days=1)}


def test_choosing_again_moves_what_was_moved(session, workspace, campaigns, spent):
    row = spent()
    choose_campaign(session, workspace, PLACE, campaigns[0].id)
    choose_campaign(session, workspace, PLACE, campaigns[1].id)
    assert of(session, row) == [campaigns[1].id]
    assert chosen_campaigns(session, workspace.id) == {PLACE: campaigns[1].id}


def test_later_files_follow_unless_they_name_a_campaign(session, workspace, campaigns, spent):
    spent()
    choose_campaign(session, workspace, PLACE, campaigns[0].id)
    later, named = TODAY + timedelta(days=1), TODAY + timedelta(days=2)
    load_spend(
        session,
        workspace,
        [
            record(spent_on=later),
            record(spent_on=named, campaign=campaigns[1].utm_campaign),
        ],
    )
    rows = session.execute(
        select(Spend.spent_on, Spend.campaign_id).where(Spend.spent_on > TODAY)
    ).all()
    found = dict(rows)
    assert found == {later: campaigns[0].id, named: campaigns[1].id}


def test_campaigns_of_others_and_places_without_spend_are_refused(session, workspace, campaigns):
    foreign = CampaignFactory(workspace=WorkspaceFactory())
    for number, field in [(foreign.id, "campaign"), (0, "campaign"), (campaigns[0].id, "place")]:
        with pytest.raises(RefusedError) as refused:
            choose_campaign(session, workspace, PLACE, number)
        assert (refused.value.code, refused.value.field) == ("not_found", field)
