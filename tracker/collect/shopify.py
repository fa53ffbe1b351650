"""What Shopify delivers: orders and refunds as records. Pure.

Amounts are the shop's money: a buyer may have paid in another currency (presentment money), the
merchant books in the shop's. Statuses are read as in Shopify's own export (imports/presets).

Sources: Shopify's REST order and refund objects; facts measured in real deliveries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from tracker.collect import payloads
from tracker.collect.payloads import Content, Payload, Unreadable
from tracker.domain.deliveries import Trouble
from tracker.domain.records import LineRecord, OrderRecord, OrderStatus, Reason, RefundRecord

STATUSES: Final[dict[str, OrderStatus]] = {
    **dict.fromkeys(("paid", "partially_paid", "partially_refunded", "refunded"), "paid"),
    **dict.fromkeys(("pending", "authorized", "unpaid", ""), "unpaid"),
    **dict.fromkeys(("voided", "expired"), "cancelled"),
}
"""financial_status -> status. It decides also for a cancelled order: its money was kept unless it
was voided or refunded."""

GIVEN_BACK = ("success", "pending")
"""States of a refund transaction that gives money back; a failed one does not."""


def read(topic: str, payload: Payload, *, host: str, shop_currency: str) -> Content:
    """What a delivery says.

    Args:
        host: of the shop, for landing addresses that are only a path; "": unknown.
        shop_currency: of refunds that name no currency of the shop.

    Raises:
        Unreadable: it is of a topic we read, but not what that topic has.
    """
    reader = _READERS.get(topic)
    if reader is None:
        deleted = topic == "orders/delete"
        return Content(ignored=Trouble.ORDER_DELETED if deleted else Trouble.TOPIC_UNKNOWN)
    return reader(payload, host, shop_currency)


# --- orders ---------------------------------------------------------------------------------------


def _order(payload: Payload, host: str, _shop_currency: str) -> Content:
    if payload.get("test") is True:
        return Content(ignored=Trouble.TEST_ORDER)
    if "line_items" not in payload:
        raise Unreadable(Trouble.NOT_AN_ORDER, "line_items")
    currency = payloads.currency_of(payload)
    alias = payloads.ident(payload, "id")
    ref = payloads.text(payload, "name", payloads.MAX_ID) or alias
    placed_at = payloads.needed_instant(payload, "created_at", "processed_at")
    status = _status(payload)
    attributes = payloads.named_values(payload, "note_attributes", "name")
    refunded = _refunded_lines(payload, currency)
    order = OrderRecord(
        ref=ref,
        placed_at=placed_at,
        status=status,
        currency=currency,
        paid_minor=_paid(payload, currency) if status == "paid" else 0,
        paid_at=payloads.instant(payload, "processed_at") if status == "paid" else None,
        version_at=payloads.needed_instant(payload, "updated_at", "created_at"),
        buyer=payloads.buyer_in(
            payloads.text(payload, "phone"),
            payloads.text(payload, "email") or payloads.text(payload, "contact_email"),
            payloads.text(payloads.inner(payload, "customer"), "id"),
        ),
        gross_minor=_money(payload, "total_line_items_price", currency) or 0,
        discount_shop_minor=_money(payload, "total_discounts", currency) or 0,
        freight_minor=_freight(payload, currency),
        tax_minor=_money(payload, "total_tax", currency) or 0,
        lines=tuple(
            _line(one, currency, refunded) for one in payloads.objects(payload, "line_items")
        ),
        coupons=payloads.codes(payload, "discount_codes"),
        landing_url=_landing(payload, host),
        referrer=payloads.text(payload, "referring_site", payloads.MAX_ADDRESS),
        user_agent=payloads.text(
            payloads.inner(payload, "client_details"), "user_agent", payloads.MAX_USER_AGENT
        ),
        marks=payloads.mark_in(attributes, None),
        order_token=payloads.text(payload, "token"),
        visitor_key=payloads.visitor_in(attributes),
        visitor_evidence="signed",
    )
    refunds = (_refund(one, ref, currency) for one in payloads.objects(payload, "refunds"))
    told = tuple(refund for refund in refunds if refund is not None)
    return Content(payloads.check_sums(order), told, alias)


def _status(payload: Payload) -> OrderStatus:
    told = payloads.text(payload, "financial_status").casefold()
    if told not in STATUSES:
        raise Unreadable(Reason.UNKNOWN_STATUS, "financial_status")
    return STATUSES[told]


def _paid(payload: Payload, currency: str) -> int:
    """What was charged: the total before refunds, less what is still owed of a part payment."""
    charged = _money(payload, "total_price", currency)
    if charged is None:
        raise Unreadable(Reason.VALUE_MISSING, "total_price")
    owed = 0
    if payloads.text(payload, "financial_status") == "partially_paid":
        owed = payloads.amount(payload, "total_outstanding", currency) or 0
    if charged < 0 or not 0 <= owed <= charged:
        raise Unreadable(Reason.AMOUNTS_DISAGREE, "total_price")
    return charged - owed


def _freight(payload: Payload, currency: str) -> int:
    """What shipping costs the buyer, without the tax in it (`tax_minor` has that already)."""
    lines = [
        one for one in payloads.objects(payload, "shipping_lines") if not one.get("is_removed")
    ]
    if not lines:
        return _money(payload, "total_shipping_price", currency) or 0
    freight = 0
    for line in lines:
        price = _money(line, "discounted_price", currency)
        if price is None:
            price = (_money(line, "price", currency) or 0) - _off(line, currency)
        if payload.get("taxes_included") is True:
            taxes = payloads.objects(line, "tax_lines")
            price -= sum(_money(tax, "price", currency) or 0 for tax in taxes)
        freight += price
    return max(0, payloads.total([freight]))


def _line(line: Payload, currency: str, refunded: Mapping[str, int]) -> LineRecord:
    pieces = payloads.quantity(line)
    price = (_money(line, "price", currency) or 0) * pieces - _off(line, currency)
    return LineRecord(
        quantity=pieces,
        amount_minor=max(0, payloads.total([price])),
        sku=payloads.text(line, "sku", payloads.MAX_ID),
        title=payloads.text(line, "name") or payloads.text(line, "title"),
        line_ref=payloads.text(line, "id", payloads.MAX_ID),
        refunded_minor=refunded.get(payloads.text(line, "id", payloads.MAX_ID)),
    )


def _refunded_lines(payload: Payload, currency: str) -> dict[str, int]:
    """What refunds gave back by line id, without tax, as `_line` counts it. A line whose refund is
    told in other money only is left out: how much was refunded in all is said by the refunds."""
    given: dict[str, int] = {}
    for refund in payloads.objects(payload, "refunds"):
        for one in payloads.objects(refund, "refund_line_items"):
            line = payloads.text(one, "line_item_id", payloads.MAX_ID)
            if not line:
                continue
            try:
                given[line] = given.get(line, 0) + _in_shop_money(one, "subtotal", currency)
            except Unreadable:
                given.pop(line, None)
    return given


def _off(line: Payload, currency: str) -> int:
    parts = payloads.objects(line, "discount_allocations")
    return sum(_money(part, "amount", currency) or 0 for part in parts)


def _landing(payload: Payload, host: str) -> str:
    landing = payloads.text(payload, "landing_site", payloads.MAX_ADDRESS)
    return f"https://{host}{landing}" if host and landing.startswith("/") else landing


def _money(source: Payload, name: str, currency: str) -> int | None:
    """An amount in the shop's money: of the pair `…_set` where it is there, else the plain field.

    Raises:
        Unreadable: it is none, or in another currency than the order.
    """
    told = payloads.inner(source, f"{name}_set", "shop_money")
    if not told:
        return payloads.amount(source, name, currency)
    if payloads.currency_of(told, "currency_code") != currency:
        raise Unreadable(Trouble.CURRENCIES_DISAGREE, name)
    return payloads.amount(told, "amount", currency)


# --- refunds --------------------------------------------------------------------------------------


def _lone_refund(payload: Payload, _host: str, shop_currency: str) -> Content:
    """A refund without its order: it names it by Shopify's number only."""
    alias = payloads.ident(payload, "order_id")
    refund = _refund(payload, "", _shop_currency_in(payload) or shop_currency)
    if refund is None:
        return Content(alias=alias, ignored=Trouble.NO_MONEY)
    return Content(refunds=(refund,), alias=alias)


def _refund(payload: Payload, order_ref: str, currency: str) -> RefundRecord | None:
    """What was given back; None: nothing (goods were taken back, or an item removed unpaid).

    Transactions say it, unless they are in the buyer's currency: then the refunded lines do, which
    carry both.
    """
    moved = [
        one for one in payloads.objects(payload, "transactions") if one.get("kind") == "refund"
    ]
    if not moved:
        return None
    done = [one for one in moved if one.get("status") in GIVEN_BACK]
    if all(payloads.text(one, "currency").upper() in ("", currency) for one in done):
        minor = sum(payloads.needed(one, "amount", currency) for one in done)
    else:
        minor = _sum_of_lines(payload, currency)
    return RefundRecord(
        order_ref=order_ref,
        refunded_at=payloads.needed_instant(payload, "created_at", "processed_at"),
        amount_minor=payloads.total([minor]),
        ref=payloads.ident(payload, "id"),
    )


def _sum_of_lines(payload: Payload, currency: str) -> int:
    """Lines with their tax, less adjustments: shipping given back is negative there, and what was
    not given back of the lines is positive.

    Raises:
        Unreadable: they are not told in the shop's money.
    """
    given = 0
    for line in payloads.objects(payload, "refund_line_items"):
        given += _in_shop_money(line, "subtotal", currency)
        given += _in_shop_money(line, "total_tax", currency)
    for one in payloads.objects(payload, "order_adjustments"):
        given -= _in_shop_money(one, "amount", currency)
        given -= _in_shop_money(one, "tax_amount", currency)
    if given < 0:
        raise Unreadable(Reason.AMOUNTS_DISAGREE, "transactions")
    return given


def _in_shop_money(source: Payload, name: str, currency: str) -> int:
    if not payloads.inner(source, f"{name}_set", "shop_money"):
        if not payloads.fine_amount(source, name, currency):
            return 0
        raise Unreadable(Trouble.CURRENCIES_DISAGREE, f"{name}_set")
    return _money(source, name, currency) or 0


def _shop_currency_in(payload: Payload) -> str:
    """The shop's currency, where a pair of amounts names it; "": none does."""
    for list_name, name in (
        ("refund_line_items", "subtotal_set"),
        ("order_adjustments", "amount_set"),
    ):
        for one in payloads.objects(payload, list_name):
            told = payloads.inner(one, name, "shop_money")
            if told:
                return payloads.currency_of(told, "currency_code")
    return ""


_READERS: Final[dict[str, Callable[[Payload, str, str], Content]]] = {
    **dict.fromkeys(
        (
            "orders/create", "orders/updated", "orders/paid", "orders/cancelled",
            "orders/fulfilled", "orders/partially_fulfilled",
        ),
        _order,
    ),
    "refunds/create": _lone_refund,
}  # fmt: skip

TOPICS: Final = (
    "orders/create", "orders/updated", "orders/paid", "orders/cancelled", "refunds/create",
)  # fmt: skip
"""What a shop should be told to send."""
