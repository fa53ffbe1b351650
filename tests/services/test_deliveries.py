"""Webhooks in the database: however often and in which order they come, the rows are the same."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests import factories
from tests.factories import NOON
from tests.support.webhooks import VISITOR, shopify_order, shopify_refund, woo_order
from tracker.collect import shopify, woocommerce
from tracker.domain.deliveries import Delivery, Trouble
from tracker.domain.records import FxRateRecord, OrderRecord
from tracker.models import (
    Delivery as DeliveryRow,
)
from tracker.models import (
    DirtyDay,
    Mark,
    Order,
    OrderCoupon,
    OrderLine,
    OrderMark,
    OrderVisitor,
    Refund,
    Visitor,
    Workspace,
)
from tracker.services import fx
from tracker.services.deliveries import (
    forget_deliveries,
    load_deliveries,
    note_failure,
    retry_deliveries,
)
from tracker.services.orders import load_orders

KEY = b"a key for buyers"


class Sender:
    """Makes deliveries of a shop, as the door would."""

    def __init__(self, shop):
        self.shop = shop
        self.count = 0

    def _delivery(self, source, topic, content):
        self.count += 1
        return Delivery(
            key=f"{self.count:032x}", shop_id=self.shop.id, received_at=NOON, source=source,
            topic=topic, alias=content.alias, order=content.order, refunds=content.refunds,
            has_all_refunds=content.has_all_refunds, outcome="ignored" if content.ignored else "",
            reason=content.ignored or "",
        )  # fmt: skip

    def shopify(self, payload, topic="orders/updated"):
        content = shopify.read(topic, payload, host="shop.example", shop_currency="USD")
        return self._delivery("shopify", topic, content)

    def woo(self, payload, topic="order.updated"):
        return self._delivery("woocommerce", topic, woocommerce.read(topic, payload))

    def again(self, delivery):
        """The same payload, delivered once more."""
        self.count += 1
        return replace(delivery, key=f"{self.count:032x}")


@pytest.fixture
def shop(session):
    workspace = factories.WorkspaceFactory(base_currency="USD")
    return factories.ShopFactory(workspace=workspace, platform="shopify", currency="USD")


@pytest.fixture
def sender(shop):
    return Sender(shop)


@pytest.fixture
def load(session):
    def load(*deliveries, now=NOON):
        return load_deliveries(session, deliveries, secret=KEY, now=now)

    return load


def log(session):
    query = select(DeliveryRow.outcome, DeliveryRow.reason).order_by(DeliveryRow.key)
    return [tuple(row) for row in session.execute(query)]


def rows(session, shop):
    """All that deliveries write but the log, without row ids."""
    orders = {o.id: o for o in session.scalars(select(Order).where(Order.shop_id == shop.id))}
    told = [
        ("order", o.ref, o.status, o.version_at, o.content_hash, o.paid_minor, o.net_base_minor,
         o.customer_id != 0, o.token_hash)
        for o in orders.values()
    ]  # fmt: skip
    for model, names in (
        (OrderLine, ("line_ref", "sku", "quantity", "amount_minor")),
        (OrderCoupon, ("code", "raw")),
    ):
        told += [
            (model.__name__, orders[row.order_id].ref, *(getattr(row, n) for n in names))
            for row in session.scalars(select(model))
        ]
    told += [
        ("mark", orders[order_id].ref, key, at)
        for order_id, key, at in session.execute(
            select(OrderMark.order_id, Mark.key, OrderMark.at).join(
                Mark, Mark.id == OrderMark.mark_id
            )
        )
    ]
    told += [
        ("visitor", *row)
        for row in session.execute(
            select(OrderVisitor.order_ref, Visitor.key, OrderVisitor.evidence)
            .join(Visitor, Visitor.id == OrderVisitor.visitor_id)
            .where(OrderVisitor.shop_id == shop.id)
        )
    ]
    told += [
        ("refund", r.order_ref, r.ref, r.amount_minor, r.refunded_at)
        for r in session.scalars(select(Refund).where(Refund.shop_id == shop.id))
    ]
    return sorted(told, key=repr)


# --- what one delivery writes ---------------------------------------------------------------------


def test_an_order_comes_with_its_lines_codes_marks_and_visitor(session, shop, sender, load):
    assert load(sender.shopify(shopify_order())) == 1
    kinds = [row[0] for row in rows(session, shop)]
    assert sorted(set(kinds)) == ["OrderCoupon", "OrderLine", "mark", "order", "visitor"]
    assert ("visitor", "#1001", VISITOR, "signed") in rows(session, shop)
    order = session.scalar(select(Order))
    assert order.net_base_minor == 11_840 - 500 - 540
    assert log(session) == [("loaded", "")]
    assert session.scalar(select(DeliveryRow.payload)) == ""


def test_a_delivery_that_is_read_again_from_the_journal_is_the_same(session, sender, load):
    delivery = sender.shopify(shopify_order())
    assert load(delivery) == 1
    assert load(delivery) == 0
    assert log(session) == [("loaded", "")]


def test_the_log_says_what_came_of_each(session, sender, load):
    order = sender.shopify(shopify_order())
    load(order)
    load(sender.again(order))
    load(sender.shopify(shopify_order(updated_at="2026-11-12T00:00:00Z", total_discounts="13.00")))
    load(sender.again(order))
    load(sender.shopify(shopify_order(test=True)))
    assert log(session) == [
        ("loaded", ""), ("unchanged", ""), ("updated", ""), ("older", ""),
        ("ignored", Trouble.TEST_ORDER),
    ]  # fmt: skip


def test_the_orders_day_is_computed_again(session, shop, sender, load):
    load(sender.shopify(shopify_order()))
    assert factories.TODAY in set(session.scalars(select(DirtyDay.day)))


def test_deliveries_of_a_shop_that_is_gone_are_dropped(session, sender, load):
    assert load(replace(sender.shopify(shopify_order()), shop_id=999_999)) == 0


# --- what waits -----------------------------------------------------------------------------------


def test_a_refund_before_its_order_waits_for_the_orders_name(session, shop, sender, load):
    load(sender.shopify(shopify_refund(), "refunds/create"))
    assert log(session) == [("waiting", Trouble.ORDER_UNKNOWN)]
    assert rows(session, shop) == []
    load(sender.shopify(shopify_order()))
    assert log(session) == [("loaded", ""), ("loaded", "")]
    refund = session.scalar(select(Refund))
    assert (refund.order_ref, refund.amount_minor) == ("#1001", 2_000)
    assert session.scalars(select(DeliveryRow.payload)).all() == ["", ""]


def test_an_order_whose_rate_is_missing_waits_until_somebody_imports_it(
    session, shop, sender, load
):
    euro = shopify_order(
        currency="EUR", total_price_set={}, total_shipping_price_set={}, line_items=[]
    )
    load(sender.shopify(euro))
    assert log(session) == [("waiting", "no_exchange_rate")]
    assert retry_deliveries(session, secret=KEY, now=NOON) == 0
    assert log(session) == [("waiting", "no_exchange_rate")]
    workspace = session.get_one(Workspace, shop.workspace_id)
    fx.load_rates(session, workspace, [FxRateRecord(factories.TODAY, "EUR", "USD", 110_000_000)])
    retry_deliveries(session, secret=KEY, now=NOON)
    assert log(session) == [("loaded", "")]
    assert session.scalar(select(Order.net_base_minor)) == 11_880


def test_refunds_of_an_order_that_waits_are_kept_already(session, shop, sender, load):
    load(sender.shopify(shopify_order(currency="EUR", total_price_set={}, line_items=[],
                                      total_shipping_price_set={})))  # fmt: skip
    euro = [{"kind": "refund", "status": "success", "amount": "1.00", "currency": "EUR"}]
    lone = replace(
        sender.shopify(shopify_refund(), "refunds/create"),
        refunds=shopify.read(
            "refunds/create", shopify_refund(transactions=euro), host="", shop_currency="EUR"
        ).refunds,
    )
    load(lone)
    assert session.scalar(select(Refund.order_ref)) == "#1001"


def test_what_could_not_be_stored_is_kept_and_tried_again(session, sender):
    delivery = sender.shopify(shopify_order())
    note_failure(session, delivery, "TypeError", NOON)
    assert log(session) == [("waiting", Trouble.STORE_FAILED)]
    retry_deliveries(session, secret=KEY, now=NOON)
    assert log(session) == [("loaded", "")]
    assert session.scalar(select(Order.ref)) == "#1001"


# --- order and multiplicity -----------------------------------------------------------------------


def story_of_shopify(sender):
    """An order through its life: placed, paid within the same second, changed, refunded twice."""
    placed = shopify_order(financial_status="pending", updated_at="2026-11-11T12:00:05+08:00")
    paid = shopify_order(updated_at="2026-11-11T12:00:05+08:00")
    first, second = shopify_refund(), shopify_refund(refund=2, amount="5.00")
    changed = shopify_order(updated_at="2026-11-12T09:00:00+08:00", refunds=[first], phone="138001")
    last = shopify_order(
        financial_status="partially_refunded", updated_at="2026-11-14T09:00:00+08:00",
        refunds=[first, second],
    )  # fmt: skip
    return [
        sender.shopify(placed, "orders/create"),
        sender.shopify(paid, "orders/paid"),
        sender.shopify(first, "refunds/create"),
        sender.shopify(changed),
        sender.shopify(second, "refunds/create"),
        sender.shopify(last),
        sender.shopify(shopify_order(1002)),
    ]


def story_of_woo(sender):
    """The same with WooCommerce, where one refund is taken back again."""
    at = "2026-11-1{}T04:00:00".format
    r1, r2 = {"id": 801, "total": "-10.00"}, {"id": 802, "total": "-3.00"}
    return [
        sender.woo(woo_order(status="pending", date_modified_gmt=at(1)), "order.created"),
        sender.woo(woo_order(date_modified_gmt=at(1))),
        sender.woo(woo_order(date_modified_gmt=at(2), refunds=[r1])),
        sender.woo(woo_order(date_modified_gmt=at(3), refunds=[r1, r2])),
        sender.woo(woo_order(date_modified_gmt=at(4), refunds=[r1], total="64.00")),
        sender.woo(woo_order(728)),
    ]


@pytest.mark.parametrize("story", [story_of_shopify, story_of_woo])
def test_any_order_and_any_number_of_deliveries_end_in_the_same_rows(session, shop, story):
    """Shuffled, repeated, in one batch or many: whatever a sender or a network does."""
    sender = Sender(shop)
    deliveries = story(sender)

    def ends_as(sequence, cuts):
        with session.begin_nested() as savepoint:
            bounds = [0, *sorted(cuts), len(sequence)]
            for start, end in pairwise(bounds):
                part = [sender.again(one) for one in sequence[start:end]]
                load_deliveries(session, part, secret=KEY, now=NOON)
            session.expire_all()
            found = rows(session, shop)
            savepoint.rollback()
        session.expire_all()
        return found

    expected = ends_as(deliveries, range(1, len(deliveries)))
    assert len([row for row in expected if row[0] == "order"]) == 2

    @settings(
        max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(seed=st.randoms(use_true_random=False), cuts=st.sets(st.integers(1, 14), max_size=4))
    def check(seed: random.Random, cuts):
        sequence = deliveries + [seed.choice(deliveries) for _ in range(seed.randint(0, 7))]
        seed.shuffle(sequence)
        assert ends_as(sequence, {cut for cut in cuts if cut < len(sequence)}) == expected

    check()


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize(
    ("earlier", "later", "ends"),
    [("pending", "paid", "paid"), ("paid", "voided", "cancelled")],
)
def test_of_two_versions_of_one_second_the_one_that_got_further_counts(
    session, sender, load, turn, earlier, later, ends
):
    """Placed and paid at once, both have the same second, and come in any order."""
    for status in (earlier, later)[::turn]:
        load(sender.shopify(shopify_order(financial_status=status)))
    assert session.scalar(select(Order.status)) == ends


def test_the_story_of_woo_ends_with_one_refund_of_the_earliest_date(session, shop, sender, load):
    for delivery in story_of_woo(sender):
        load(delivery)
    (refund,) = session.scalars(select(Refund))
    assert (refund.ref, refund.amount_minor) == ("801", 1_000)
    assert refund.refunded_at.isoformat() == "2026-11-12T04:00:00+00:00"


def test_a_refund_that_a_file_told_is_not_taken_back_by_the_shops_own_list(
    session, shop, load, sender
):
    factories.RefundFactory(order=factories.OrderFactory(shop=shop, ref="727"), batch_id=5)
    load(sender.woo(woo_order()))
    assert session.scalar(select(Refund.batch_id)) == 5


def test_a_file_that_says_nothing_of_where_the_buyer_came_from_takes_no_evidence_away(
    session, shop, sender, load
):
    """The monthly export has no landing page and no token; what the webhook proved stays."""
    delivery = sender.shopify(
        shopify_order(landing_site="/?kol=lina&tk=0123456789abcdef0123456789abcdef")
    )
    load(delivery)
    before = rows(session, shop)
    exported = OrderRecord(
        "#1001", delivery.order.placed_at, "paid", "USD", 11_840, freight_minor=500, tax_minor=540
    )
    load_orders(session, shop, [exported], secret=KEY, read_at=NOON + timedelta(days=30))
    session.expire_all()
    order = session.scalar(select(Order))
    assert order.version_at == NOON + timedelta(days=30)
    assert order.token_hash
    assert order.landing_click_event_id == "0123456789abcdef0123456789abcdef"
    assert [row for row in rows(session, shop) if row[0] in ("mark", "visitor")] == [
        row for row in before if row[0] in ("mark", "visitor")
    ]


# --- the log is cut -------------------------------------------------------------------------------


def test_old_deliveries_are_forgotten_and_those_that_wait_are_kept_longer(session, sender, load):
    load(sender.shopify(shopify_order()), sender.shopify(shopify_refund(9), "refunds/create"))
    forget_deliveries(session, NOON + timedelta(days=29))
    assert len(log(session)) == 2
    forget_deliveries(session, NOON + timedelta(days=31))
    assert log(session) == [("waiting", Trouble.ORDER_UNKNOWN)]
    forget_deliveries(session, NOON + timedelta(days=91))
    assert log(session) == []


def test_of_a_busy_shop_only_the_newest_are_remembered(session, sender, load, monkeypatch):
    monkeypatch.setattr("tracker.services.deliveries.MOST_KEPT", 3)
    ones = [
        replace(sender.shopify(shopify_order(n)), received_at=NOON + timedelta(seconds=n))
        for n in range(1001, 1008)
    ]
    load(*ones)
    forget_deliveries(session, NOON)
    assert len(log(session)) == 3
