from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from tests.factories import NOON, OrderFactory
from tracker.domain.marks import RawMark
from tracker.domain.records import FxRateRecord, Outcome, Reason, TouchRecord
from tracker.models import DirtyDay, Mark, OrderVisitor, Touch, Visitor
from tracker.services.fx import load_rates
from tracker.services.touches import load_touches


def touch(key="t1", **changes):
    values = {"visitor_key": "f:7", "at": NOON, "mark": RawMark(utm_medium="email"), "key": key}
    return TouchRecord(**{**values, **changes})


@pytest.fixture
def load(session, shop):
    return lambda *records: load_touches(session, shop, records)


def test_touch_gets_a_visitor_and_a_mark(session, load):
    assert load(touch(), touch("t2")).loaded == 2
    rows = session.scalars(select(Touch)).all()
    visitor, mark = session.scalars(select(Visitor)).one(), session.scalars(select(Mark)).one()
    assert {(row.visitor_id, row.mark_id) for row in rows} == {(visitor.id, mark.id)}
    assert visitor.key == "f:7"


def test_same_touch_again_is_unchanged(session, load):
    load(touch())
    session.execute(delete(DirtyDay))
    assert load(touch()).outcomes == (Outcome.UNCHANGED,)
    assert session.scalars(select(DirtyDay)).all() == []


def test_touch_with_another_time_under_its_id_is_updated(session, load):
    load(touch())
    assert load(touch(at=NOON + timedelta(1))).updated == 1
    assert session.scalars(select(Touch.at)).all() == [NOON + timedelta(1)]


def test_late_touch_dirties_the_orders_of_its_person(session, shop, load):
    load(touch())
    order = OrderFactory(shop=shop, placed_at=NOON + timedelta(days=2))
    visitor = session.scalars(select(Visitor)).one()
    session.add(
        OrderVisitor(shop_id=shop.id, order_ref=order.ref, visitor_id=visitor.id,
                     evidence="file", at=order.placed_at)
    )  # fmt: skip
    session.execute(delete(DirtyDay))
    load(touch("t2", at=NOON + timedelta(days=1)))
    found = session.scalars(select(DirtyDay.day).where(DirtyDay.scope == "credit"))
    assert found.all() == [order.ordered_on]


def test_cost_is_converted_and_dirties_its_day(session, workspace, load):
    paid = touch(cost_minor=200, currency="USD")
    refused = load(paid)
    assert refused.problems[0][1].reason is Reason.NO_EXCHANGE_RATE
    load_rates(session, workspace, [FxRateRecord(NOON.date(), "USD", "CNY", 700_000_000)])
    load(touch("t0"), paid)
    costs = session.execute(select(Touch.key, Touch.cost_minor)).all()
    assert sorted(costs) == [("t0", 0), ("t1", 1_400)]
    assert session.scalars(select(DirtyDay.scope).where(DirtyDay.scope == "cost")).all() == ["cost"]
