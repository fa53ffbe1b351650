"""Orders and refunds of Shopify are read as its own export would be."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.webhooks import TOKEN, VISITOR, money, shopify_order, shopify_refund
from tracker.collect.payloads import Unreadable
from tracker.collect.shopify import TOPICS, read
from tracker.domain.deliveries import Trouble
from tracker.domain.marks import RawMark
from tracker.domain.records import Buyer, LineRecord, Reason, RefundRecord


def read_order(topic="orders/create", **changes):
    return read(topic, shopify_order(**changes), host="shop.example", shop_currency="USD")


def refund(**changes):
    return read("refunds/create", shopify_refund(**changes), host="", shop_currency="USD")


def test_an_order_becomes_a_record_with_all_that_it_says():
    content = read_order()
    order = content.order
    assert content.alias == "820982901001"
    assert order.ref == "#1001"
    assert order.placed_at == datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
    assert order.version_at == datetime(2026, 11, 11, 4, 0, 5, tzinfo=UTC)
    assert (order.status, order.currency, order.paid_minor) == ("paid", "USD", 11_840)
    assert (order.gross_minor, order.discount_shop_minor) == (12_000, 1_200)
    assert (order.freight_minor, order.tax_minor) == (500, 540)
    assert order.lines == (
        LineRecord(2, 9_000, "A-1", "Tea", "1"),
        LineRecord(1, 1_800, "B-2", "Cup", "2"),
    )
    assert order.coupons == ("LINA10",)
    assert order.landing_url.startswith("https://shop.example/item/1?utm_source=xiaohongshu")
    assert order.referrer == "https://www.xiaohongshu.com/"
    assert order.order_token == TOKEN
    assert (order.visitor_key, order.visitor_evidence) == (VISITOR, "signed")
    assert order.buyer == Buyer(email="li.na@example.com")


@pytest.mark.parametrize("topic", [t for t in TOPICS if t.startswith("orders/")])
def test_every_topic_of_orders_says_the_same(topic):
    assert read_order(topic) == read_order()


@pytest.mark.parametrize(
    ("financial", "status", "paid"),
    [
        ("paid", "paid", 11_840),
        ("refunded", "paid", 11_840),
        ("partially_refunded", "paid", 11_840),
        ("pending", "unpaid", 0),
        ("authorized", "unpaid", 0),
        (None, "unpaid", 0),
        ("voided", "cancelled", 0),
    ],
)
def test_the_financial_status_decides_whether_money_came(financial, status, paid):
    order = read_order(financial_status=financial, cancelled_at="2026-11-12T00:00:00Z").order
    assert (order.status, order.paid_minor) == (status, paid)


def test_of_a_part_payment_only_what_was_paid_counts():
    order = read_order(financial_status="partially_paid", total_outstanding="100.00").order
    assert order.paid_minor == 1_840


def test_the_shops_money_counts_and_not_the_buyers():
    order = read_order(total_price="101.11", total_price_set=money("118.40")).order
    assert (order.currency, order.paid_minor) == ("USD", 11_840)


def test_amounts_in_two_currencies_are_not_mixed():
    with pytest.raises(Unreadable) as caught:
        read_order(total_price_set=money("118.40", "CNY"))
    assert caught.value.reason is Trouble.CURRENCIES_DISAGREE


def test_an_amount_without_decimals_is_read_in_its_currency():
    order = read_order(
        currency="JPY", total_price="1184", total_price_set={}, total_tax="54",
        total_line_items_price="1200", total_discounts="0.00", shipping_lines=[],
        total_shipping_price_set=money("50", "JPY"), line_items=[],
    ).order  # fmt: skip
    assert (order.paid_minor, order.tax_minor, order.freight_minor) == (1_184, 54, 50)


def test_tax_within_the_freight_is_subtracted_once():
    line = {"price": "6.00", "discounted_price": "6.00", "tax_lines": [{"price": "1.00"}]}
    assert read_order(taxes_included=True, shipping_lines=[line]).order.freight_minor == 500
    assert read_order(taxes_included=False, shipping_lines=[line]).order.freight_minor == 600


def test_freight_that_was_given_away_or_removed_is_none():
    free = {"price": "5.00", "discount_allocations": [{"amount": "5.00"}]}
    gone = {"price": "5.00", "discounted_price": "5.00", "is_removed": True}
    assert read_order(shipping_lines=[free, gone]).order.freight_minor == 0


def test_a_test_order_is_no_money():
    content = read_order(test=True)
    assert (content.order, content.ignored) == (None, Trouble.TEST_ORDER)


def test_marks_in_cart_attributes_are_touchpoints_too():
    notes = [{"name": "utm_source", "value": "weibo"}, {"name": "utm_medium", "value": "cpc"}]
    marks = read_order(note_attributes=notes).order.marks
    assert [one.mark for one in marks] == [RawMark(utm_source="weibo", utm_medium="cpc")]


@pytest.mark.parametrize(
    "value", ["", "short", "a b c d e f g h", "x" * 65, "n:12345678", "汉字汉字汉字汉字"]
)
def test_a_visitor_id_that_our_script_cannot_have_made_is_none(value):
    notes = [{"name": "tracker_id", "value": value}]
    assert read_order(note_attributes=notes).order.visitor_key is None


def test_the_buyer_is_known_by_what_the_export_tells_too():
    assert read_order(phone="+86 138").order.buyer == Buyer(
        phone="+86 138", email="li.na@example.com"
    )
    assert read_order(email="", contact_email=None).order.buyer == Buyer("115310627314723954")


# --- refunds --------------------------------------------------------------------------------------


def test_a_refund_gives_back_what_its_transactions_say():
    content = refund(
        transactions=[
            {"kind": "refund", "status": "success", "amount": "12.00", "currency": "USD"},
            {"kind": "refund", "status": "pending", "amount": "3.00", "currency": "USD"},
            {"kind": "refund", "status": "failure", "amount": "90.00", "currency": "USD"},
            {"kind": "sale", "status": "success", "amount": "50.00", "currency": "USD"},
        ]
    )
    at = datetime(2026, 11, 13, 1, 0, tzinfo=UTC)
    assert content.refunds == (RefundRecord("", at, 1_500, "509562900001"),)
    assert content.alias == "820982901001"


def test_a_refund_in_the_buyers_currency_is_read_from_its_lines_in_the_shops():
    content = refund(
        transactions=[{"kind": "refund", "status": "success", "amount": "9.99", "currency": "EUR"}],
        refund_line_items=[
            {"subtotal_set": money("10.00"), "total_tax_set": money("0.50")},
            {"subtotal_set": money("5.00"), "total_tax_set": money("0.25")},
        ],
        order_adjustments=[
            {
                "kind": "shipping_refund",
                "amount_set": money("-4.00"),
                "tax_amount_set": money("-0.40"),
            },
            {
                "kind": "refund_discrepancy",
                "amount_set": money("2.00"),
                "tax_amount_set": money("0.00"),
            },
        ],
    )
    assert content.refunds[0].amount_minor == 1_050 + 525 + 440 - 200


def test_a_refund_that_tells_the_shops_money_nowhere_is_rejected():
    with pytest.raises(Unreadable) as caught:
        refund(
            transactions=[
                {"kind": "refund", "status": "success", "amount": "9", "currency": "EUR"}
            ],
            refund_line_items=[{"subtotal": 9, "total_tax": 0}],
        )
    assert caught.value.reason is Trouble.CURRENCIES_DISAGREE


def test_goods_taken_back_without_money_are_no_refund():
    assert refund(transactions=[]).ignored is Trouble.NO_MONEY


def test_a_refund_that_failed_later_becomes_nothing():
    failed = [{"kind": "refund", "status": "failure", "amount": "9.00", "currency": "USD"}]
    assert refund(transactions=failed).refunds[0].amount_minor == 0


def test_an_order_lists_its_refunds_under_its_own_name():
    content = read_order("orders/updated", refunds=[shopify_refund(), shopify_refund(refund=2)])
    assert [(one.order_ref, one.ref) for one in content.refunds] == [
        ("#1001", "509562900001"), ("#1001", "509562900002"),
    ]  # fmt: skip


def test_an_order_says_of_which_lines_its_refunds_are():
    def back(line, **amounts):
        return {"line_item_id": line, **amounts}

    lines = [
        back(2, subtotal_set=money("8.00"), total_tax_set=money("0.40")),
        back(2, subtotal_set=money("1.50")),
        back(9, subtotal_set=money("5.00")),
        back(None, subtotal_set=money("5.00")),
    ]
    order = read_order("orders/updated", refunds=[shopify_refund(refund_line_items=lines)]).order
    assert [line.refunded_minor for line in order.lines] == [None, 950]
    # told in the buyer's money only: then nobody knows the line's share
    other = [back(1, subtotal=9), back(2, subtotal_set=money("8.00"))]
    order = read_order("orders/updated", refunds=[shopify_refund(refund_line_items=other)]).order
    assert [line.refunded_minor for line in order.lines] == [None, 800]


# --- what is not as it should be ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": None}, Reason.VALUE_MISSING),
        ({"id": "9" * 101}, Reason.TOO_LARGE),
        ({"currency": "BTC"}, Reason.UNKNOWN_CURRENCY),
        ({"currency": 5}, Reason.UNKNOWN_CURRENCY),
        ({"created_at": "yesterday", "processed_at": None}, Reason.NOT_A_DATE),
        ({"created_at": "0001-01-01T00:00:00Z"}, Reason.NOT_A_DATE),
        ({"created_at": {}}, Reason.NOT_A_DATE),
        ({"total_price_set": None, "total_price": None}, Reason.VALUE_MISSING),
        ({"total_price_set": None, "total_price": "12,00"}, Reason.NOT_A_NUMBER),
        ({"total_price_set": None, "total_price": True}, Reason.NOT_A_NUMBER),
        ({"total_price_set": None, "total_price": "1.005"}, Reason.TOO_MANY_DIGITS),
        ({"total_price_set": None, "total_price": "9" * 17}, Reason.TOO_LARGE),
        ({"total_price_set": None, "total_price": "-5.00"}, Reason.AMOUNTS_DISAGREE),
        ({"total_price_set": None, "total_price": "5.00"}, Reason.AMOUNTS_DISAGREE),
        ({"financial_status": "maybe"}, Reason.UNKNOWN_STATUS),
    ],
)
def test_an_order_that_cannot_be_read_says_why(changes, reason):
    with pytest.raises(Unreadable) as caught:
        read_order(**changes)
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("products/update", Trouble.TOPIC_UNKNOWN),
        ("", Trouble.TOPIC_UNKNOWN),
        ("orders/delete", Trouble.ORDER_DELETED),
    ],
)
def test_other_topics_are_passed_over(topic, reason):
    assert read_order(topic).ignored is reason


def test_another_object_under_a_topic_of_orders_is_no_order():
    with pytest.raises(Unreadable) as caught:
        read("orders/create", {"id": 1}, host="", shop_currency="USD")
    assert caught.value.reason is Trouble.NOT_AN_ORDER


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(max_size=8)
    | st.sampled_from(["1.00", "-3", "USD", "paid", "2026-11-11T12:00:00Z", "refund", "success"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["amount", "currency_code", "shop_money", "price", "price_set", "kind", "status",
             "subtotal_set", "total_tax_set", "amount_set", "quantity", "id", "value", "name"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_payload_breaks_the_reader(data):
    """A signed sender may still send anything: it is read or refused, never an error."""
    topic, payload = data.draw(
        st.sampled_from([("orders/create", shopify_order()), ("refunds/create", shopify_refund())])
    )
    names = data.draw(st.lists(st.sampled_from(sorted(payload)), max_size=6, unique=True))
    changed = {**payload, **{name: data.draw(JUNK) for name in names}}
    try:
        read(topic, changed, host="", shop_currency="USD")
    except Unreadable as error:
        assert error.field  # noqa: PT017 - most payloads raise nothing
