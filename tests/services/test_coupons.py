from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from tests.factories import NOON, CouponFactory, InfluencerFactory
from tests.services.records import READ_AT, SECRET, order_record
from tracker.domain.records import CouponRecord, Outcome, Reason
from tracker.models import Coupon, CouponOwnership, DirtyDay
from tracker.services import coupons
from tracker.services.errors import RefusedError
from tracker.services.orders import load_orders

DAY = timedelta(days=1)


@pytest.fixture
def people(workspace):
    return [InfluencerFactory(workspace=workspace, slug=slug) for slug in ("lina", "wang")]


@pytest.fixture
def load(session, shop, people):
    def call(*records):
        result = coupons.load_coupons(session, shop, records)
        session.expire_all()
        return result

    return call


def test_code_is_kept_folded_and_shown_as_handed_out(session, load):
    load(CouponRecord("ＬＩＮＡ10", "lina"), CouponRecord("NULL", is_shop_wide=True))
    rows = session.execute(select(Coupon.code, Coupon.label, Coupon.is_shop_wide)).all()
    assert sorted(rows) == [("lina10", "ＬＩＮＡ10", False), ("null", "NULL", True)]


def test_second_owner_in_the_same_time_is_refused(session, load):
    load(CouponRecord("tea", "lina", valid_from=NOON, valid_until=NOON + 10 * DAY))
    result = load(
        CouponRecord("TEA", "wang", valid_from=NOON + 9 * DAY),
        CouponRecord("tea", "wang", valid_from=NOON + 10 * DAY),
    )
    assert result.problems[0][1].reason is Reason.OWNERSHIP_OVERLAPS
    assert result.outcomes[1] is Outcome.UPDATED
    assert len(session.scalars(select(CouponOwnership)).all()) == 2


def test_same_file_again_is_unchanged_and_dirties_nothing(session, load):
    records = [
        CouponRecord("tea", "lina", valid_from=NOON),
        CouponRecord("all", is_shop_wide=True),
        CouponRecord("leak", "wang", leaked_at=NOON),
    ]
    load(*records)
    session.execute(delete(DirtyDay))
    assert load(*records).unchanged == 3
    assert session.scalars(select(DirtyDay)).all() == []


def test_new_owner_dirties_the_orders_that_used_the_code_since(session, shop, load):
    used = [
        order_record("early", coupons=("tea",), placed_at=NOON - DAY),
        order_record("late", coupons=("tea",), placed_at=NOON + DAY),
        order_record("other", coupons=("cup",), placed_at=NOON + 2 * DAY),
    ]
    load_orders(session, shop, used, secret=SECRET, read_at=READ_AT)
    load(CouponRecord("tea"))
    session.execute(delete(DirtyDay))
    load(CouponRecord("tea", "lina", valid_from=NOON))
    assert session.scalars(select(DirtyDay.day)).all() == [(NOON + DAY).date()]


def test_wrong_records_are_refused(load):
    result = load(
        CouponRecord("a", "nobody"),
        CouponRecord("b", "lina", valid_from=NOON, valid_until=NOON),
        CouponRecord(" "),
    )
    assert [one.reason for _, one in result.problems] == [
        Reason.UNKNOWN_INFLUENCER,
        Reason.PERIOD_ENDS_EARLY,
        Reason.NAME_REQUIRED,
    ]


def test_code_changes_hands_only_after_the_first_period_is_ended(session, shop, people):
    coupon = coupons.create_coupon(session, shop, code="Tea10")
    first = coupons.give_coupon(session, coupon, influencer_id=people[0].id, valid_from=NOON)
    later = {"influencer_id": people[1].id, "valid_from": NOON + 5 * DAY}
    with pytest.raises(RefusedError, match="ownership_overlaps"):
        coupons.give_coupon(session, coupon, **later)
    coupons.end_ownership(session, first, NOON + 5 * DAY)
    coupons.give_coupon(session, coupon, **later)
    assert len(coupon.ownerships) == 2
    with pytest.raises(RefusedError, match="period_ends_early"):
        coupons.end_ownership(session, first, NOON)


def test_code_is_there_once_however_it_is_typed(session, shop):
    coupons.create_coupon(session, shop, code="Tea10")
    with pytest.raises(RefusedError, match="code_taken"):
        coupons.create_coupon(session, shop, code=" ＴＥＡ10")
    assert coupons.find_coupon(session, shop, "TEA10").label == "Tea10"
    assert coupons.find_coupon(session, shop, "cup") is None


def test_leak_dirties_orders_since_it_and_can_be_taken_back(session, shop):
    coupon = CouponFactory(shop=shop, code="tea")
    orders = [
        order_record("a", coupons=("tea",), placed_at=NOON - DAY),
        order_record("b", coupons=("tea",), placed_at=NOON + DAY),
    ]
    load_orders(session, shop, orders, secret=SECRET, read_at=READ_AT)
    for leaked_at in (NOON, None):
        session.execute(delete(DirtyDay))
        coupons.mark_leaked(session, coupon, leaked_at)
        assert session.scalars(select(DirtyDay.day)).all() == [(NOON + DAY).date()]
    session.execute(delete(DirtyDay))
    coupons.set_shop_wide(session, coupon, True)
    assert len(session.scalars(select(DirtyDay.day)).all()) == 2
