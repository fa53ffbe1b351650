"""What WooCommerce delivers: orders with their refunds as records. Pure.

Statuses are read as in the file of the export plug-in (imports/presets). Sources: WooCommerce's
REST order object (`…_gmt` fields are UTC without saying so), WC_Webhook, and its order attribution
(sourcebuster, whose session times are UTC too).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from tracker.collect import payloads
from tracker.collect.payloads import Content, Payload, Unreadable
from tracker.domain.deliveries import Trouble
from tracker.domain.marks import RawMark, read_mark
from tracker.domain.records import (
    DeliveredMark,
    LineRecord,
    OrderRecord,
    OrderStatus,
    Reason,
    RefundRecord,
)

UNPAID = ("pending", "on-hold", "checkout-draft", "auto-draft")
CANCELLED = ("cancelled", "failed", "draft", "trash")

TOPICS = ("order.created", "order.updated")
"""What a shop should be told to send: a refund updates its order."""

READ = (*TOPICS, "order.restored")

_ATTRIBUTION = "_wc_order_attribution_"
_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "utm_id")
_NO_VALUES = ("", "(none)", "(direct)", "(not set)", "(not provided)", "typein")


def read(topic: str, payload: Payload) -> Content:
    """What a delivery says.

    Raises:
        Unreadable: it is of a topic we read, but not what that topic has.
    """
    if topic not in READ:
        deleted = topic == "order.deleted"
        return Content(ignored=Trouble.ORDER_DELETED if deleted else Trouble.TOPIC_UNKNOWN)
    if "line_items" not in payload:
        raise Unreadable(Trouble.NOT_AN_ORDER, "line_items")
    currency = payloads.currency_of(payload)
    alias = payloads.ident(payload, "id")
    ref = payloads.text(payload, "number", payloads.MAX_ID) or alias
    placed_at = payloads.needed_instant(payload, "date_created_gmt")
    version_at = payloads.needed_instant(payload, "date_modified_gmt", "date_created_gmt")
    status = _status(payload)
    billing = payloads.inner(payload, "billing")
    meta = payloads.named_values(payload, "meta_data", "key")
    landing_url, referrer = _visit(meta)
    user_agent = meta.get(f"{_ATTRIBUTION}user_agent", "")[: payloads.MAX_USER_AGENT]
    order = OrderRecord(
        ref=ref,
        placed_at=placed_at,
        status=status,
        currency=currency,
        paid_minor=payloads.needed(payload, "total", currency) if status == "paid" else 0,
        paid_at=payloads.instant(payload, "date_paid_gmt") if status == "paid" else None,
        version_at=version_at,
        buyer=payloads.buyer_in(
            payloads.text(billing, "phone"),
            payloads.text(billing, "email"),
            payloads.text(payload, "customer_id"),
        ),
        gross_minor=_gross(payload, currency),
        discount_shop_minor=payloads.amount(payload, "discount_total", currency) or 0,
        freight_minor=payloads.amount(payload, "shipping_total", currency) or 0,
        tax_minor=payloads.amount(payload, "total_tax", currency) or 0,
        lines=tuple(_line(one, currency) for one in payloads.objects(payload, "line_items")),
        coupons=payloads.codes(payload, "coupon_lines"),
        landing_url=landing_url,
        referrer=referrer,
        user_agent=user_agent,
        marks=_marks(meta, landing_url, referrer, user_agent),
        order_token=payloads.text(payload, "order_key"),
        visitor_key=payloads.visitor_in(meta),
        visitor_evidence="signed",
    )
    refunds = payloads.objects(payload, "refunds")
    told = tuple(_refund(one, ref, currency, version_at) for one in refunds)
    return Content(payloads.check_sums(order), told, alias, has_all_refunds="refunds" in payload)


def _status(payload: Payload) -> OrderStatus:
    """Of the many statuses that plug-ins add, those without money are few."""
    told = payloads.text(payload, "status").casefold().removeprefix("wc-")
    if not told:
        raise Unreadable(Reason.VALUE_MISSING, "status")
    if told in CANCELLED:
        return "cancelled"
    return "unpaid" if told in UNPAID else "paid"


def _gross(payload: Payload, currency: str) -> int:
    lines = payloads.objects(payload, "line_items")
    return payloads.total(payloads.fine_amount(one, "subtotal", currency) for one in lines)


def _line(line: Payload, currency: str) -> LineRecord:
    paid = payloads.fine_amount(line, "total", currency)
    paid += payloads.fine_amount(line, "total_tax", currency)
    return LineRecord(
        quantity=payloads.quantity(line),
        amount_minor=max(0, paid),
        sku=payloads.text(line, "sku", payloads.MAX_ID),
        title=payloads.text(line, "name"),
        line_ref=payloads.text(line, "id", payloads.MAX_ID),
    )


def _refund(one: Payload, order_ref: str, currency: str, seen_at: datetime) -> RefundRecord:
    """A refund as an order lists it: id and a negative total, but no date. It is dated by the first
    change of the order that has it."""
    minor = payloads.amount(one, "total", currency)
    if minor is None:
        raise Unreadable(Reason.VALUE_MISSING, "refunds")
    return RefundRecord(
        order_ref, seen_at, abs(minor), payloads.ident(one, "id"), is_date_seen=True
    )


# --- where the buyer came from --------------------------------------------------------------------


def _visit(meta: Mapping[str, str]) -> tuple[str, str]:
    """Landing address and referrer of the visit in which the order was placed."""
    referrer = meta.get(f"{_ATTRIBUTION}referrer", "")
    return meta.get(f"{_ATTRIBUTION}session_entry", ""), "" if referrer in _NO_VALUES else referrer


def _marks(
    meta: Mapping[str, str], landing_url: str, referrer: str, user_agent: str
) -> tuple[DeliveredMark, ...]:
    """The visit's mark with the time the visit began.

    The landing address says most (click ids too). Where it carries no tag, the source that
    WooCommerce kept from an earlier visit of the same buyer is filled in; when that visit was, it
    does not say.
    """
    mark = read_mark(landing_url, referrer, user_agent)
    kept = {name: meta.get(f"{_ATTRIBUTION}{name}", "") for name in _UTM}
    told = {name: value for name, value in kept.items() if value.casefold() not in _NO_VALUES}
    if told and not mark.is_tagged and meta.get(f"{_ATTRIBUTION}source_type") == "utm":
        mark = _filled(mark, told)
    others = payloads.mark_in(
        {name: value for name, value in meta.items() if not name.startswith("_")}, None
    )
    if mark == RawMark():
        return others
    return (DeliveredMark(mark, _began(meta)), *others)


def _filled(mark: RawMark, told: Mapping[str, str]) -> RawMark:
    return replace(
        mark,
        utm_source=told.get("utm_source", ""),
        utm_medium=told.get("utm_medium", ""),
        utm_campaign=told.get("utm_campaign", ""),
        utm_content=told.get("utm_content", ""),
        utm_term=told.get("utm_term", ""),
        utm_id=told.get("utm_id", ""),
    )


def _began(meta: Mapping[str, str]) -> datetime | None:
    """When the visit began; None: not stated, or not in a way that can be read."""
    try:
        return payloads.instant(meta, f"{_ATTRIBUTION}session_start_time")
    except Unreadable:
        return None
