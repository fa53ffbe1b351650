from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from tests.factories import NOON, OrderFactory, ShopFactory
from tracker.domain.records import Outcome, Reason, RefundRecord, Refused
from tracker.models import DirtyDay, Refund
from tracker.services.refunds import load_refunds

LATER = NOON + timedelta(days=3)


@pytest.fixture
def load(session, shop):
    return lambda *records: load_refunds(session, shop, records)


def total(session):
    return session.scalar(select(func.sum(Refund.amount_minor))) or 0


def test_refund_is_booked_on_its_own_day_in_the_zone_of_the_shop(session, load):
    assert load(RefundRecord("A1", LATER.replace(hour=17), 500, "r1")).loaded == 1
    row = session.scalars(select(Refund)).one()
    assert (row.refunded_on, row.amount_minor) == (date(2026, 11, 15), 500)


def test_refund_may_come_before_its_order_and_dirties_the_day_of_a_known_one(session, shop, load):
    load(RefundRecord("unknown", LATER, 500, "r1"))
    assert session.scalars(select(DirtyDay)).all() == []
    OrderFactory(shop=shop, ref="A1")
    load(RefundRecord("A1", LATER, 500, "r1"))
    assert session.scalars(select(DirtyDay.day)).all() == [date(2026, 11, 11)]


def test_same_refund_again_is_unchanged(session, load):
    record = RefundRecord("A1", LATER, 500, "r1")
    load(record)
    session.execute(delete(DirtyDay))
    assert load(record).outcomes == (Outcome.UNCHANGED,)
    assert session.scalars(select(DirtyDay)).all() == []


def test_total_only_grows(session, load):
    load(RefundRecord("A1", LATER, 500))
    assert load(RefundRecord("A1", LATER + timedelta(1), 800)).updated == 1
    older = load(RefundRecord("A1", LATER, 500))
    assert older.outcomes == (Refused(Reason.NEWER_VERSION_KNOWN, "A1"),)
    assert total(session) == 800


def test_total_that_is_only_dated_anew_keeps_its_day(session, load):
    load(RefundRecord("A1", LATER, 500))
    assert load(RefundRecord("A1", LATER + timedelta(5), 500)).unchanged == 1
    assert session.scalars(select(Refund.refunded_at)).one() == LATER


def test_named_refunds_explain_the_total_instead_of_adding_to_it(session, load):
    load(RefundRecord("A1", LATER, 500))
    load(RefundRecord("A1", LATER, 300, "r1"))
    assert total(session) == 500
    load(RefundRecord("A1", LATER, 200, "r2"))
    rows = session.execute(select(Refund.ref, Refund.amount_minor))
    assert sorted(rows) == [("r1", 300), ("r2", 200)]
    assert load(RefundRecord("A1", LATER, 500)).unchanged == 1


@hypothesis_settings(max_examples=30)
@given(st.lists(st.integers(1, 900), max_size=4), st.randoms(use_true_random=False))
def test_sum_is_the_larger_of_total_and_named_refunds_in_any_order(session, amounts, random):
    shop = ShopFactory()
    records = [RefundRecord("A1", NOON, amount, f"r{n}") for n, amount in enumerate(amounts)]
    records += [RefundRecord("A1", NOON, 1_000)]
    random.shuffle(records)
    for record in [*records, *records]:
        load_refunds(session, shop, [record])
    got = session.scalar(select(func.sum(Refund.amount_minor)).where(Refund.shop_id == shop.id))
    assert got == max(1_000, sum(amounts))
