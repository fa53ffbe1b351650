from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from tests.factories import TODAY, InfluencerFactory
from tracker.domain.records import DealRecord, Outcome, Reason
from tracker.models import Deal, DirtyDay
from tracker.services.deals import load_deals


@pytest.fixture
def load(session, workspace):
    InfluencerFactory(workspace=workspace, slug="lina")
    return lambda *records: load_deals(session, workspace, records)


def deal(**changes):
    values = {"ref": "D1", "influencer": "lina", "posted_on": TODAY, "currency": "CNY",
              "fee_minor": 500_000}  # fmt: skip
    return DealRecord(**{**values, **changes})


def test_changed_deal_dirties_its_days_before_and_now(session, load):
    assert load(deal(spread_days=2)).loaded == 1
    created_at = session.scalars(select(Deal.created_at)).one()
    session.execute(delete(DirtyDay))
    assert load(deal(posted_on=TODAY + timedelta(5))).outcomes == (Outcome.UPDATED,)
    days = set(session.scalars(select(DirtyDay.day)))
    assert {TODAY, TODAY + timedelta(5)} <= days
    session.expire_all()
    assert session.scalars(select(Deal.created_at)).one() == created_at
    session.execute(delete(DirtyDay))
    assert load(deal(posted_on=TODAY + timedelta(5))).unchanged == 1
    assert session.scalars(select(DirtyDay)).all() == []


def test_wrong_deals_are_refused(load):
    result = load(
        deal(influencer="who"), deal(currency="BTC"), deal(currency="USD"),
        deal(ends_on=TODAY - timedelta(1)),
    )  # fmt: skip
    assert [one.reason for _, one in result.problems] == [
        Reason.UNKNOWN_INFLUENCER,
        Reason.UNKNOWN_CURRENCY,
        Reason.NO_EXCHANGE_RATE,
        Reason.PERIOD_ENDS_EARLY,
    ]
