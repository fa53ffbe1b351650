from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from tests.factories import TODAY, InfluencerFactory
from tracker.domain.channels import Channel
from tracker.domain.records import Outcome, Reason, SpendRecord
from tracker.models import Campaign, DirtyDay, Spend
from tracker.services.spend import load_spend


def record(**changes):
    values = {"platform": "qianchuan", "spent_on": TODAY, "channel": "paid_social",
              "currency": "CNY", "amount_minor": 30_000, "campaign_ref": "9"}  # fmt: skip
    return SpendRecord(**{**values, **changes})


@pytest.fixture
def load(session, workspace):
    return lambda *records: load_spend(session, workspace, records)


def test_spend_is_joined_to_campaign_influencer_and_channel(session, workspace, load):
    lina = InfluencerFactory(workspace=workspace, slug="lina")
    assert load(record(campaign="双11 ", influencer="lina", clicks=7)).loaded == 1
    row = session.scalars(select(Spend)).one()
    campaign = session.scalars(select(Campaign)).one()
    assert (campaign.utm_campaign, campaign.is_discovered) == ("双11", True)
    assert (row.campaign_id, row.influencer_id, row.clicks) == (campaign.id, lina.id, 7)
    assert row.channel_code == Channel.PAID_SOCIAL.code
    assert row.impressions is None


def test_day_told_again_is_replaced_and_dirty(session, load):
    load(record(), record(spent_on=TODAY - timedelta(1)))
    session.execute(delete(DirtyDay))
    again = load(record(amount_minor=31_000), record(spent_on=TODAY - timedelta(1)))
    assert again.outcomes == (Outcome.UPDATED, Outcome.UNCHANGED)
    assert sorted(session.scalars(select(Spend.amount_minor))) == [30_000, 31_000]
    assert session.execute(select(DirtyDay.scope, DirtyDay.day)).all() == [("cost", TODAY)]


def test_what_cannot_be_placed_is_refused(load):
    result = load(
        record(currency="USD"), record(currency="BTC"), record(influencer="who"),
        record(channel="nonsense"),
    )  # fmt: skip
    assert [problem.reason for _, problem in result.problems] == [
        Reason.NO_EXCHANGE_RATE,
        Reason.UNKNOWN_CURRENCY,
        Reason.UNKNOWN_INFLUENCER,
        Reason.UNKNOWN_CHANNEL,
    ]
