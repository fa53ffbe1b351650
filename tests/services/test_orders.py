from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from tests.factories import NOON, HitFactory, ShopFactory, WorkspaceFactory
from tests.services.records import READ_AT, SECRET, order_record
from tracker.domain.records import Buyer, FxRateRecord, LineRecord, Outcome, Reason, Refused
from tracker.models import (
    Customer,
    DirtyDay,
    Mark,
    Order,
    OrderCoupon,
    OrderLine,
    OrderMark,
    OrderVisitor,
    Visitor,
)
from tracker.services import fx
from tracker.services.orders import load_orders


@pytest.fixture
def load(session, shop):
    def call(*records, read_at=READ_AT, **options):
        result = load_orders(session, shop, records, secret=SECRET, read_at=read_at, **options)
        session.expire_all()
        return result

    return call


def test_order_is_loaded_with_what_hangs_on_it(session, load):
    record = order_record(
        freight_minor=800,
        tax_minor=200,
        buyer=Buyer(phone="+86 138 0000 1234"),
        lines=(LineRecord(2, 6_000, sku="tea"), LineRecord(1, 3_000, sku="cup")),
        coupons=("Lina10", "ＬＩＮＡ１０", "NULL"),
        landing_url="https://shop.example/?utm_source=xiaohongshu&utm_medium=kol",
        order_token="secret-token",
        visitor_key="f:7",
    )
    assert load(record, batch_id=5).outcomes == (Outcome.LOADED,)
    order = session.scalars(select(Order)).one()
    assert (order.ref, order.status, order.paid_minor, order.batch_id) == ("A1", "paid", 10_000, 5)
    assert order.net_base_minor == 9_000
    assert order.customer_id == session.scalars(select(Customer.id)).one()
    assert order.token_hash
    assert "secret" not in order.token_hash
    lines = session.execute(select(OrderLine.line_ref, OrderLine.sku, OrderLine.quantity))
    assert sorted(lines) == [("1", "tea", 2), ("2", "cup", 1)]
    codes = session.execute(select(OrderCoupon.code, OrderCoupon.raw))
    assert sorted(codes) == [("lina10", "Lina10"), ("null", "NULL")]
    mark = session.scalars(select(Mark).join(OrderMark, OrderMark.mark_id == Mark.id)).one()
    assert mark.source == "xiaohongshu"
    visitor = session.scalars(select(Visitor)).one()
    said = session.scalars(select(OrderVisitor)).one()
    assert (visitor.key, said.visitor_id, said.evidence) == ("f:7", visitor.id, "file")


def test_same_record_again_is_unchanged_and_writes_nothing(session, load, queries):
    load(order_record())
    session.execute(delete(DirtyDay))
    queries.clear()
    assert load(order_record(), read_at=READ_AT + timedelta(days=1)).unchanged == 1
    assert not [one for one in queries if one.lstrip().startswith(("INSERT", "UPDATE", "DELETE"))]


def test_newer_version_replaces_the_order_and_its_parts(session, load):
    load(order_record(version_at=NOON, coupons=("old",)))
    changed = order_record(
        version_at=NOON + timedelta(hours=1), paid_minor=12_000, coupons=("new",),
        lines=(LineRecord(3, 12_000, sku="pot"),),
    )  # fmt: skip
    assert load(changed).updated == 1
    assert session.scalars(select(Order.paid_minor)).all() == [12_000]
    assert session.scalars(select(OrderLine.sku)).all() == ["pot"]
    assert session.scalars(select(OrderCoupon.code)).all() == ["new"]


def test_older_version_changes_nothing(session, load):
    load(order_record(version_at=NOON + timedelta(hours=1)))
    result = load(order_record(version_at=NOON, paid_minor=1))
    assert result.outcomes == (Refused(Reason.NEWER_VERSION_KNOWN, "A1"),)
    assert session.scalars(select(Order.paid_minor)).all() == [10_000]


def test_order_that_moves_to_another_day_dirties_both_days(session, load):
    load(order_record(version_at=NOON))
    session.execute(delete(DirtyDay))
    load(order_record(version_at=NOON + timedelta(1), placed_at=NOON + timedelta(days=2)))
    days = session.scalars(select(DirtyDay.day).where(DirtyDay.scope == "credit"))
    assert sorted(days) == [date(2026, 11, 11), date(2026, 11, 13)]


def test_older_order_of_a_buyer_dirties_their_later_days(session, load):
    buyer = Buyer(platform_id="42")
    load(order_record("late", buyer=buyer, placed_at=NOON + timedelta(days=5)))
    session.execute(delete(DirtyDay))
    load(order_record("early", buyer=buyer))
    days = session.scalars(select(DirtyDay.day).where(DirtyDay.scope == "credit"))
    assert sorted(days) == [date(2026, 11, 11), date(2026, 11, 16)]


def test_day_is_cut_in_the_zone_of_the_shop(session):
    shop = ShopFactory(time_zone="America/Los_Angeles", currency="CNY")
    late = order_record(placed_at=NOON.replace(day=12, hour=7))
    load_orders(session, shop, [late], secret=SECRET, read_at=READ_AT)
    assert session.scalars(select(Order.ordered_on)).one() == date(2026, 11, 11)


def test_foreign_currency_needs_a_rate_and_never_takes_one(session, shop, workspace, load):
    refused = load(order_record(currency="USD"), order_record("A2", currency="XXX"))
    assert refused.outcomes == (
        Refused(Reason.NO_EXCHANGE_RATE, "USD 2026-11-11"),
        Refused(Reason.UNKNOWN_CURRENCY, "XXX"),
    )
    assert session.scalar(select(func.count()).select_from(Order)) == 0
    fx.load_rates(session, workspace, [FxRateRecord(date(2026, 11, 6), "USD", "CNY", 712_340_000)])
    assert load(order_record(currency="USD")).loaded == 1
    order = session.scalars(select(Order)).one()
    assert (order.fx_e8, order.net_base_minor) == (712_340_000, 71_234)


def test_unpaid_order_has_no_net_revenue(session, load):
    load(order_record(status="unpaid", paid_minor=0), order_record("A2", status="cancelled"))
    assert set(session.scalars(select(Order.net_base_minor))) == {0}


def test_one_order_twice_in_a_batch_is_one_order_in_its_newest_version(session, load):
    new = order_record(version_at=NOON + timedelta(1), paid_minor=5_000)
    assert load(order_record(version_at=NOON), new).outcomes == (Outcome.LOADED, Outcome.UPDATED)
    assert session.scalars(select(Order.paid_minor)).all() == [5_000]


def test_landing_address_with_a_click_of_ours_names_the_visitor(session, shop, load):
    visitor = session.merge(Visitor(shop_id=shop.id, key="v", created_at=NOON))
    session.flush()
    HitFactory(visitor=visitor, event_id="click-1", kind="click")
    load(order_record(landing_url="https://shop.example/?tk=click-1"))
    said = session.scalars(select(OrderVisitor)).one()
    assert (said.visitor_id, said.evidence) == (visitor.id, "click")
    assert session.scalars(select(Order.landing_click_event_id)).one() == "click-1"


def test_buyer_leaves_no_personal_data_behind(session, load):
    load(order_record(buyer=Buyer(phone="13800001234", email="lina@example.com")))
    kept = repr([dict(row._mapping) for row in session.execute(select(Order.__table__))])
    kept += repr(session.execute(select(Customer.__table__)).all())
    assert "13800001234" not in kept
    assert "lina" not in kept


def test_batch_of_any_size_costs_the_same_number_of_statements(session, shop, queries):
    def statements(first, number):
        records = [
            order_record(f"B{n}", buyer=Buyer(platform_id=str(n)), coupons=("c",))
            for n in range(first, first + number)
        ]
        queries.clear()
        load_orders(session, shop, records, secret=SECRET, read_at=READ_AT)
        return len(queries)

    few, many = statements(0, 3), statements(1_000, 90)
    assert few == many


@hypothesis_settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(0, 500)), max_size=12),
    st.integers(0, 12),
)
def test_versions_in_any_batches_end_with_the_newest(session, versions, cut):
    """However deliveries are cut and repeated, an order is what its newest version said."""
    shop = ShopFactory(workspace=WorkspaceFactory())
    records = [
        order_record(f"P{ref}", version_at=NOON + timedelta(hours=hour), paid_minor=hour * 1000)
        for ref, hour, _ in versions
    ]
    for part in (records[:cut], records[cut:], records[:cut]):
        load_orders(session, shop, part, secret=SECRET, read_at=READ_AT)
    newest: dict[str, int] = {}
    for ref, hour, _ in versions:
        newest[f"P{ref}"] = max(hour * 1000, newest.get(f"P{ref}", 0))
    rows = session.execute(select(Order.ref, Order.paid_minor).where(Order.shop_id == shop.id))
    assert dict(rows.all()) == newest


def test_zone_of_instants_does_not_matter(load):
    load(order_record())
    elsewhere = NOON.astimezone(ZoneInfo("Asia/Shanghai"))
    assert load(order_record(placed_at=elsewhere, paid_at=elsewhere)).unchanged == 1
