"""A line of the journal of webhooks gives back the delivery that was written."""

from datetime import UTC, datetime
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.webhooks import shopify_order, shopify_refund, woo_order
from tracker.collect import shopify, woocommerce
from tracker.collect.delivery_lines import decode_delivery, delivery_at, encode_delivery
from tracker.collect.lines import LineError
from tracker.domain.deliveries import Delivery

AT = datetime(2026, 11, 11, 4, 0, 0, 123_456, tzinfo=UTC)


def deliveries():
    full = shopify.read(
        "orders/updated", shopify_order(refunds=[shopify_refund()]), host="", shop_currency="USD"
    )
    woo = woocommerce.read("order.updated", woo_order(refunds=[{"id": 1, "total": "-1.00"}]))
    return [
        Delivery("k1", 1, AT, "shopify", "orders/updated", order=full.order, refunds=full.refunds),
        Delivery("k2", 1, AT, "woocommerce", "order.updated", "x", "727", woo.order, woo.refunds,
                 has_all_refunds=True),
        Delivery("k3", 1, AT, "shopify", "x", outcome="rejected", reason="no_money", detail="é\n"),
    ]  # fmt: skip


@pytest.mark.parametrize("delivery", deliveries(), ids=lambda one: one.key)
def test_what_is_written_is_read_again(delivery):
    line = encode_delivery(delivery)
    assert line.endswith(b"\n")
    assert len(line.splitlines()) == 1
    assert decode_delivery(line) == delivery
    assert delivery_at(line) == pytest.approx(AT.timestamp())


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_damaged_line_is_never_taken_for_another_delivery(place, byte):
    line = bytearray(encode_delivery(deliveries()[0]))
    place %= len(line) - 1
    if line[place] != byte:
        line[place] = byte
        with pytest.raises(LineError):
            decode_delivery(bytes(line))


def test_what_is_no_delivery_is_said_to_be_none():
    body = b'{"key":"k"}'
    with pytest.raises(LineError, match="not a delivery"):
        decode_delivery(b"%08x %b\n" % (crc32(body), body))


def test_a_field_of_a_later_version_is_passed_over():
    body = encode_delivery(deliveries()[2])[9:-2] + b',"added_later":[1]}'
    line = b"%08x %b\n" % (crc32(body), body)
    assert decode_delivery(line) == deliveries()[2]
