"""Orders of WooCommerce, with their refunds and with where the buyer came from."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.collect.test_shopify import JUNK
from tests.support.webhooks import VISITOR, woo_order
from tracker.collect.payloads import Unreadable
from tracker.collect.woocommerce import TOPICS, read
from tracker.domain.deliveries import Trouble
from tracker.domain.marks import RawMark
from tracker.domain.records import Buyer, DeliveredMark, LineRecord, Reason, RefundRecord

MODIFIED = datetime(2026, 11, 11, 4, 0, 8, tzinfo=UTC)
BEGAN = datetime(2026, 11, 11, 3, 40, tzinfo=UTC)


def read_order(**changes):
    return read("order.updated", woo_order(**changes))


def meta(**values):
    return [{"key": f"_wc_order_attribution_{name}", "value": v} for name, v in values.items()]


def test_an_order_becomes_a_record_with_all_that_it_says():
    content = read_order()
    order = content.order
    assert (order.ref, content.alias) == ("727", "727")
    assert order.placed_at == datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
    assert order.version_at == MODIFIED
    assert (order.status, order.currency, order.paid_minor) == ("paid", "USD", 6_300)
    assert (order.gross_minor, order.discount_shop_minor) == (5_000, 500)
    assert (order.freight_minor, order.tax_minor) == (1_000, 800)
    assert order.lines == (LineRecord(2, 5_300, "A-1", "Tea", "315"),)
    assert order.coupons == ("lina10",)
    assert order.order_token == "wc_order_72758d2d042d1d"
    assert (order.visitor_key, order.visitor_evidence) == (VISITOR, "signed")
    assert order.buyer == Buyer(email="li.na@example.com")
    assert order.marks == (DeliveredMark(RawMark(utm_source="douyin", utm_medium="cpc"), BEGAN),)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_says_the_same(topic):
    assert read(topic, woo_order()) == read_order()


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("processing", "paid"), ("completed", "paid"), ("refunded", "paid"), ("shipped", "paid"),
        ("pending", "unpaid"), ("on-hold", "unpaid"), ("checkout-draft", "unpaid"),
        ("cancelled", "cancelled"), ("failed", "cancelled"), ("trash", "cancelled"),
    ],
)  # fmt: skip
def test_the_status_decides_whether_money_came(told, status):
    order = read_order(status=told).order
    assert (order.status, order.paid_minor) == (status, 6_300 if status == "paid" else 0)


def test_refunds_of_an_order_are_dated_by_the_change_that_showed_them():
    content = read_order(refunds=[{"id": 801, "total": "-10.00"}, {"id": 802, "total": "-3.50"}])
    assert content.refunds == (
        RefundRecord("727", MODIFIED, 1_000, "801", is_date_seen=True),
        RefundRecord("727", MODIFIED, 350, "802", is_date_seen=True),
    )
    assert content.has_all_refunds


def test_an_order_without_its_list_of_refunds_takes_none_back():
    payload = woo_order()
    del payload["refunds"]
    assert not read("order.updated", payload).has_all_refunds


def test_a_source_of_an_earlier_visit_is_filled_in_where_the_landing_has_no_tag():
    order = read_order(
        meta_data=meta(
            source_type="utm", utm_source="weibo", utm_medium="kol", utm_campaign="(none)",
            session_entry="https://shop.example/", referrer="https://m.weibo.cn/x",
        )
    ).order  # fmt: skip
    assert [one.mark for one in order.marks] == [
        RawMark(utm_source="weibo", utm_medium="kol", referrer_host="m.weibo.cn")
    ]


def test_the_landing_says_more_than_the_source_that_was_kept():
    order = read_order(
        meta_data=meta(
            source_type="utm", utm_source="weibo", utm_medium="cpc",
            session_entry="https://shop.example/?kol=lina&utm_source=xhs",
        )
    ).order  # fmt: skip
    assert [one.mark for one in order.marks] == [RawMark(utm_source="xhs", kol="lina")]


@pytest.mark.parametrize("source_type", ["organic", "referral", "typein", "admin", "mobile_app"])
def test_what_no_link_said_is_no_tag(source_type):
    order = read_order(
        meta_data=meta(source_type=source_type, utm_source="google", utm_medium="organic")
    ).order
    assert order.marks == ()


def test_marks_that_the_shop_put_into_its_own_meta_are_touchpoints():
    order = read_order(meta_data=[{"key": "utm_source", "value": "zhihu"}]).order
    assert order.marks == (DeliveredMark(RawMark(utm_source="zhihu"), None),)


def test_a_session_time_that_nobody_can_read_is_the_orders_own():
    order = read_order(
        meta_data=meta(session_entry="https://s.example/?kol=lina", session_start_time="soon")
    ).order
    assert order.marks == (DeliveredMark(RawMark(kol="lina"), None),)


def test_a_line_finer_than_a_cent_is_rounded_and_the_total_is_not():
    line = {"id": 1, "quantity": 3, "total": "3.3350", "total_tax": "0", "subtotal": "3.335"}
    assert read_order(line_items=[line]).order.lines[0].amount_minor == 334
    with pytest.raises(Unreadable) as caught:
        read_order(total="63.005")
    assert caught.value.reason is Reason.TOO_MANY_DIGITS


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": ""}, Reason.VALUE_MISSING),
        ({"currency": "€"}, Reason.UNKNOWN_CURRENCY),
        ({"total": None}, Reason.VALUE_MISSING),
        ({"total": "-1"}, Reason.NEGATIVE_AMOUNT),
        ({"total": "17.00"}, Reason.AMOUNTS_DISAGREE),
        ({"date_created_gmt": None}, Reason.VALUE_MISSING),
        ({"refunds": [{"id": 1}]}, Reason.VALUE_MISSING),
        ({"refunds": [{"total": "-1.00"}]}, Reason.VALUE_MISSING),
    ],
)
def test_an_order_that_cannot_be_read_says_why(changes, reason):
    with pytest.raises(Unreadable) as caught:
        read_order(**changes)
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("order.deleted", Trouble.ORDER_DELETED),
        ("product.updated", Trouble.TOPIC_UNKNOWN),
        ("action.woocommerce_order_refunded", Trouble.TOPIC_UNKNOWN),
    ],
)
def test_other_topics_are_passed_over(topic, reason):
    assert read(topic, {"id": 727}).ignored is reason


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_no_payload_breaks_the_reader(data):
    payload = woo_order(refunds=[{"id": 1, "total": "-1.00"}])
    names = data.draw(st.lists(st.sampled_from(sorted(payload)), max_size=6, unique=True))
    changed = {**payload, **{name: data.draw(JUNK) for name in names}}
    try:
        read("order.created", changed)
    except Unreadable as error:
        assert error.field  # noqa: PT017 - most payloads raise nothing
