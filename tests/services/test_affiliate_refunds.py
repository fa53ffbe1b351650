from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from tests.factories import NOON, TODAY, InfluencerFactory
from tracker.domain.platform_records import AffiliateRefundRecord
from tracker.domain.records import AffiliateRecord, Outcome, Reason
from tracker.models import AffiliateRow, DirtyDay
from tracker.services.affiliate_refunds import load_affiliate_refunds
from tracker.services.affiliates import load_affiliate_rows
from tracker.services.commissions import day_commissions

LATER = TODAY + timedelta(days=4)


@pytest.fixture
def lina(workspace):
    return InfluencerFactory(workspace=workspace, slug="lina")


def sold(**changes):
    values = {"platform": "taobao_affiliate", "order_ref": "A1", "influencer": "lina",
              "ordered_at": NOON, "commission_minor": 1_500}  # fmt: skip
    return AffiliateRecord(**{**values, **changes})


def given(**changes):
    values = {"platform": "taobao_affiliate", "order_ref": "A1", "booked_on": LATER,
              "commission_minor": 600, "currency": "CNY", "ref": "11"}  # fmt: skip
    return AffiliateRefundRecord(**{**values, **changes})


@pytest.mark.parametrize("refund_first", [False, True])
def test_commission_is_given_back_on_its_own_day(session, shop, workspace, lina, refund_first):
    loads = [
        lambda: load_affiliate_rows(session, shop, [sold()]),
        lambda: load_affiliate_refunds(session, shop, [given()]),
    ]
    loads[refund_first]()
    session.execute(delete(DirtyDay))
    loads[not refund_first]()
    dirty = session.scalars(select(DirtyDay.day).where(DirtyDay.scope == "cost")).all()
    assert LATER in dirty
    assert day_commissions(session, workspace, TODAY) == [(shop.id, 0, lina.id, 1_500)]
    assert day_commissions(session, workspace, LATER) == [(shop.id, 0, lina.id, -600)]


def test_refund_without_its_row_waits(session, shop, workspace):
    assert load_affiliate_refunds(session, shop, [given()]).loaded == 1
    assert day_commissions(session, workspace, LATER) == []


def test_void_row_has_nothing_to_give_back(session, shop, workspace, lina):
    load_affiliate_rows(session, shop, [sold()])
    load_affiliate_refunds(session, shop, [given()])
    session.execute(update(AffiliateRow).values(status="void"))
    assert day_commissions(session, workspace, LATER) == []


def test_claim_that_goes_on_replaces_what_it_said(session, shop):
    load_affiliate_refunds(session, shop, [given()])
    again = load_affiliate_refunds(session, shop, [given(), given(commission_minor=700)])
    assert again.outcomes == (Outcome.UNCHANGED, Outcome.UPDATED)


def test_two_refunds_of_one_order_both_count(session, shop, workspace, lina):
    load_affiliate_rows(session, shop, [sold()])
    load_affiliate_refunds(session, shop, [given(), given(ref="12", commission_minor=100)])
    assert sum(row[3] for row in day_commissions(session, workspace, LATER)) == -700


def test_unknown_money_is_refused(session, shop):
    result = load_affiliate_refunds(session, shop, [given(currency="BTC"), given(currency="USD")])
    assert [problem.reason for _, problem in result.problems] == [
        Reason.UNKNOWN_CURRENCY,
        Reason.NO_EXCHANGE_RATE,
    ]
