from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from tests.factories import NOON, TODAY, InfluencerFactory, OrderFactory, SocialAccountFactory
from tests.services.records import READ_AT, SECRET, order_record
from tracker.domain.records import AffiliateRecord, Outcome, Reason, Refused
from tracker.models import AffiliateRow, DirtyDay
from tracker.services.affiliates import load_affiliate_rows
from tracker.services.commissions import day_commissions
from tracker.services.orders import load_orders


@pytest.fixture
def lina(workspace):
    row = InfluencerFactory(workspace=workspace, slug="lina", name="Li Na")
    SocialAccountFactory(influencer=row, platform="douyin", handle="linalovestea")
    return row


@pytest.fixture
def load(session, shop, lina):
    return lambda *records: load_affiliate_rows(session, shop, records)


def row(**changes):
    values = {"platform": "jingxuan", "order_ref": "A1", "influencer": "lina",
              "ordered_at": NOON, "commission_minor": 1_500}  # fmt: skip
    return AffiliateRecord(**{**values, **changes})


@pytest.mark.parametrize("name", ["lina", "LINA", "@LinaLovesTea", "Li Na"])
def test_influencer_is_found_by_slug_handle_or_name(session, load, lina, name):
    assert load(row(influencer=name)).loaded == 1
    assert session.scalars(select(AffiliateRow.influencer_id)).one() == lina.id


def test_name_of_several_or_of_nobody_is_refused(load, workspace):
    InfluencerFactory(workspace=workspace, name="Li Na")
    assert load(row(influencer="Li Na"), row(influencer="who")).outcomes == (
        Refused(Reason.UNKNOWN_INFLUENCER, "Li Na"),
        Refused(Reason.UNKNOWN_INFLUENCER, "who"),
    )


def test_row_without_any_date_waits_for_its_order(session, shop, load):
    assert load(row(ordered_at=None)).outcomes == (Refused(Reason.NO_DATE, "A1"),)
    OrderFactory(shop=shop, ref="A1")
    assert load(row(ordered_at=None)).loaded == 1
    assert session.scalars(select(AffiliateRow.booked_on)).one() == TODAY


def test_commission_moves_to_the_day_of_the_order_once_that_is_known(session, shop, load):
    load(row(ordered_at=NOON + timedelta(days=2)))
    session.execute(delete(DirtyDay))
    load_orders(session, shop, [order_record("A1")], secret=SECRET, read_at=READ_AT)
    session.expire_all()
    assert session.scalars(select(AffiliateRow.booked_on)).one() == TODAY
    costs = session.scalars(select(DirtyDay.day).where(DirtyDay.scope == "cost"))
    assert sorted(costs) == [TODAY, date(2026, 11, 13)]


def test_changed_commission_updates_and_the_same_again_does_not(session, load):
    load(row())
    assert load(row()).outcomes == (Outcome.UNCHANGED,)
    assert load(row(commission_minor=900)).outcomes == (Outcome.UPDATED,)
    assert session.scalars(select(AffiliateRow.commission_minor)).all() == [900]


def test_rate_is_needed_only_where_there_is_money(load):
    assert load(row(currency="USD")).problems[0][1].reason is Reason.NO_EXCHANGE_RATE
    assert load(row(currency="USD", commission_minor=None)).loaded == 1


def test_void_row_stays_and_its_commission_and_credit_are_computed_anew(
    session, shop, workspace, load, lina
):
    OrderFactory(shop=shop, ref="A1")
    load(row())
    assert day_commissions(session, workspace, TODAY) == [(shop.id, 0, lina.id, 1_500)]
    session.execute(delete(DirtyDay))
    assert load(row(status="void")).outcomes == (Outcome.UPDATED,)
    assert day_commissions(session, workspace, TODAY) == []
    dirty = session.execute(select(DirtyDay.scope, DirtyDay.day)).all()
    assert sorted(map(tuple, dirty)) == [("cost", TODAY), ("credit", TODAY)]
    assert session.scalars(select(AffiliateRow.status)).all() == ["void"]
