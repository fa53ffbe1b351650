"""Webhooks as shops send them: payloads, signatures, a shop that sends."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

SECRET = "a-secret-of-the-shop-0123456789"
VISITOR = "0123456789abcdef0123456789abcdef"
TOKEN = "9f3ad0c1e2b34f56a7b8c9d0e1f2a3b4"


def signed(body: bytes, secret: str = SECRET) -> str:
    """The signature, made apart from the program."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def money(amount: str, currency: str = "USD") -> dict[str, Any]:
    """A pair of amounts: the shop's, and the buyer's in euro."""
    return {
        "shop_money": {"amount": amount, "currency_code": currency},
        "presentment_money": {"amount": "1.11", "currency_code": "EUR"},
    }


def shopify_order(number: int = 1001, **changes: Any) -> dict[str, Any]:
    """An order as `orders/…` deliver it: two lines, a code, shipping, tax, paid: 118.40 USD."""
    order = {
        "id": 820_982_900_000 + number,
        "name": f"#{number}",
        "order_number": number,
        "created_at": "2026-11-11T12:00:00+08:00",
        "processed_at": "2026-11-11T12:00:00+08:00",
        "updated_at": "2026-11-11T12:00:05+08:00",
        "cancelled_at": None,
        "test": False,
        "currency": "USD",
        "presentment_currency": "EUR",
        "financial_status": "paid",
        "taxes_included": False,
        "total_line_items_price": "120.00",
        "total_discounts": "12.00",
        "subtotal_price": "108.00",
        "total_tax": "5.40",
        "total_price": "118.40",
        "total_price_set": money("118.40"),
        "total_outstanding": "0.00",
        "total_shipping_price_set": money("5.00"),
        "token": TOKEN,
        "email": "li.na@example.com",
        "phone": None,
        "customer": {"id": 115310627314723954, "email": "li.na@example.com", "first_name": "Na"},
        "billing_address": {"name": "Li Na", "address1": "1 Nanjing Rd", "phone": "13800001111"},
        "landing_site": "/item/1?utm_source=xiaohongshu&utm_medium=kol&kol=lina",
        "referring_site": "https://www.xiaohongshu.com/",
        "client_details": {"user_agent": "Mozilla/5.0 (iPhone)", "browser_ip": "203.0.113.9"},
        "discount_codes": [{"code": "LINA10", "amount": "12.00", "type": "percentage"}],
        "note_attributes": [{"name": "tracker_id", "value": VISITOR}],
        "line_items": [
            {
                "id": 1, "sku": "A-1", "name": "Tea", "quantity": 2, "price": "50.00",
                "price_set": money("50.00"),
                "discount_allocations": [{"amount": "10.00", "amount_set": money("10.00")}],
            },
            {
                "id": 2, "sku": "B-2", "name": "Cup", "quantity": 1, "price": "20.00",
                "discount_allocations": [{"amount": "2.00"}],
            },
        ],
        "shipping_lines": [{"id": 9, "price": "5.00", "discounted_price": "5.00", "tax_lines": []}],
        "refunds": [],
    }  # fmt: skip
    return {**order, **changes}


def shopify_refund(
    number: int = 1001, refund: int = 1, amount: str = "20.00", **changes: Any
) -> dict[str, Any]:
    """A refund as `refunds/create` delivers it, which names the order by Shopify's number only."""
    made = {
        "id": 509_562_900_000 + refund,
        "order_id": 820_982_900_000 + number,
        "created_at": "2026-11-13T09:00:00+08:00",
        "refund_line_items": [],
        "order_adjustments": [],
        "transactions": [
            {"id": 1, "kind": "refund", "status": "success", "amount": amount, "currency": "USD"}
        ],
    }
    return {**made, **changes}


def woo_order(number: int = 727, **changes: Any) -> dict[str, Any]:
    """An order as `order.…` deliver it: one line, a coupon, shipping, tax, paid: 63.00 USD."""
    order = {
        "id": number,
        "number": str(number),
        "order_key": f"wc_order_{number}58d2d042d1d",
        "status": "processing",
        "currency": "USD",
        "date_created": "2026-11-11T12:00:00",
        "date_created_gmt": "2026-11-11T04:00:00",
        "date_modified_gmt": "2026-11-11T04:00:08",
        "date_paid_gmt": "2026-11-11T04:00:07",
        "discount_total": "5.00",
        "shipping_total": "10.00",
        "total": "63.00",
        "total_tax": "8.00",
        "prices_include_tax": False,
        "customer_id": 26,
        "billing": {"first_name": "Na", "email": "li.na@example.com", "phone": ""},
        "meta_data": [
            {"id": 1, "key": "_wc_order_attribution_source_type", "value": "utm"},
            {"id": 2, "key": "_wc_order_attribution_utm_source", "value": "douyin"},
            {"id": 3, "key": "_wc_order_attribution_utm_medium", "value": "cpc"},
            {
                "id": 4, "key": "_wc_order_attribution_session_entry",
                "value": "https://shop.example/item/1?utm_source=douyin&utm_medium=cpc",
            },
            {
                "id": 5, "key": "_wc_order_attribution_session_start_time",
                "value": "2026-11-11 03:40:00",
            },
            {"id": 6, "key": "_wc_order_attribution_user_agent", "value": "Mozilla/5.0 (iPhone)"},
            {"id": 7, "key": "_tracker_id", "value": VISITOR},
            {"id": 8, "key": "something_else", "value": {"a": [1]}},
        ],
        "line_items": [
            {
                "id": 315, "name": "Tea", "sku": "A-1", "quantity": 2, "subtotal": "50.00",
                "total": "45.00", "total_tax": "8.00",
            }
        ],
        "coupon_lines": [{"id": 5, "code": "lina10", "discount": "5.00"}],
        "refunds": [],
    }  # fmt: skip
    return {**order, **changes}


def as_body(payload: Any) -> bytes:
    """A payload as bytes, the way shops escape them."""
    return json.dumps(payload, separators=(",", ":")).encode()


def shopify_headers(topic: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Headers of a delivery of Shopify."""
    return {
        "Content-Type": "application/json",
        "X-Shopify-Topic": topic,
        "X-Shopify-Hmac-Sha256": signed(body, secret),
        "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
    }


def woo_headers(topic: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Headers of a delivery of WooCommerce."""
    return {
        "Content-Type": "application/json",
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Signature": signed(body, secret),
        "X-WC-Webhook-Delivery-ID": "e01b17d8f3b0a40c5d3d1a9c2f0e7b61",
    }
