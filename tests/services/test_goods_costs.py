from datetime import timedelta

from sqlalchemy import delete, select

from tests.factories import TODAY
from tests.services.records import READ_AT, SECRET, order_record
from tracker.domain.records import FxRateRecord, GoodsCostRecord, Outcome, Reason
from tracker.models import DirtyDay, GoodsCost
from tracker.services.fx import load_rates
from tracker.services.goods_costs import load_goods_costs
from tracker.services.orders import load_orders


def test_cost_dirties_later_orders_with_the_sku_only(session, shop):
    later = order_record("A2", placed_at=order_record().placed_at + timedelta(days=2))
    load_orders(session, shop, [order_record(), later], secret=SECRET, read_at=READ_AT)
    session.execute(delete(DirtyDay))
    new = GoodsCostRecord("tea", TODAY + timedelta(days=1), 3_000, "CNY")
    assert load_goods_costs(session, shop, [new]).loaded == 1
    assert session.scalars(select(DirtyDay.day)).all() == [TODAY + timedelta(days=2)]
    session.execute(delete(DirtyDay))
    assert load_goods_costs(session, shop, [new]).outcomes == (Outcome.UNCHANGED,)
    assert session.scalars(select(DirtyDay)).all() == []


def test_cost_is_kept_in_the_base_currency(session, shop, workspace):
    load_rates(session, workspace, [FxRateRecord(TODAY, "USD", "CNY", 700_000_000)])
    records = [GoodsCostRecord("a", TODAY, 100, "USD"), GoodsCostRecord("a", TODAY, 100, "EUR")]
    result = load_goods_costs(session, shop, records)
    assert result.problems[0][1].reason is Reason.NO_EXCHANGE_RATE
    assert session.scalars(select(GoodsCost.unit_cost_minor)).all() == [700]


def test_new_cost_of_a_day_replaces_the_old_one(session, shop):
    for cost in (100, 200):
        load_goods_costs(session, shop, [GoodsCostRecord("a", TODAY, cost, "CNY")])
    assert session.scalars(select(GoodsCost.unit_cost_minor)).all() == [200]
