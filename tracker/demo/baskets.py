"""Orders of the demo brand: what is bought, what is paid, what is given back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.demo.catalogue import (
    FREE_FREIGHT_MINOR,
    FREIGHT_MINOR,
    USD_PRICE_PERCENT,
    choose_products,
    lines_of,
)
from tracker.demo.dice import Dice
from tracker.domain.records import Buyer, OrderRecord, RefundRecord

_TMALL_STEP_MINOR, _TMALL_OFF_MINOR = 30_000, 5_000
"""满300减50, paid by the platform during a festival."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """What decides an order beside chance."""

    ref: str
    at: datetime
    buyer: Buyer
    codes: tuple[str, ...] = ()
    percent_off: int = 0
    """Taken off by the first code."""
    is_festival: bool = False
    is_abroad: bool = False
    """Paid in US dollars."""
    landing_url: str = ""
    referrer: str = ""
    user_agent: str = ""
    order_token: str = ""
    visitor_key: str | None = None
    is_signed: bool = False
    """Whether the shop itself says who the visitor was."""


def order(dice: Dice, purchase: Purchase) -> OrderRecord:
    """The order of a purchase, paid a few minutes after it was placed."""
    chosen = choose_products(dice)
    prices = [
        p.price_minor * USD_PRICE_PERCENT // 100 if purchase.is_abroad else p.price_minor
        for p, _ in chosen
    ]
    gross = sum(price * n for price, (_, n) in zip(prices, chosen, strict=True))
    by_shop = gross * purchase.percent_off // 100
    by_platform = 0
    if purchase.is_festival and not purchase.is_abroad:
        by_platform = gross // _TMALL_STEP_MINOR * _TMALL_OFF_MINOR
    goods = gross - by_shop - by_platform
    freight = 0 if goods >= FREE_FREIGHT_MINOR or purchase.is_abroad else FREIGHT_MINOR
    tax = goods * 6 // 100 if purchase.is_abroad else 0
    paid_at = purchase.at + timedelta(seconds=dice.whole(20, 240))
    return OrderRecord(
        ref=purchase.ref,
        placed_at=purchase.at,
        status="paid",
        currency="USD" if purchase.is_abroad else "CNY",
        paid_minor=goods + freight + tax,
        paid_at=paid_at,
        version_at=paid_at + timedelta(minutes=1),
        buyer=purchase.buyer,
        gross_minor=gross,
        discount_platform_minor=by_platform,
        discount_shop_minor=by_shop,
        freight_minor=freight,
        tax_minor=tax,
        lines=lines_of(chosen, prices, by_shop + by_platform),
        coupons=purchase.codes,
        landing_url=purchase.landing_url,
        referrer=purchase.referrer,
        user_agent=purchase.user_agent,
        order_token=purchase.order_token,
        visitor_key=purchase.visitor_key if purchase.is_signed else None,
        visitor_evidence="signed",
    )


def refunds(dice: Dice, placed: OrderRecord, share: float, end: datetime) -> list[RefundRecord]:
    """What is given back of an order, as far as it happens before `end`.

    `share` of the orders come back: half of those whole, a third in part, the rest in two parts.
    Some take weeks.
    """
    if not dice.chance(share):
        return []
    goods = placed.paid_minor - placed.freight_minor - placed.tax_minor
    at = placed.placed_at + timedelta(days=1.5 + min(26.0, dice.exponential(5.0)))
    how = dice.uniform()
    if how < 0.52:
        parts = [(at, goods)]
    elif how < 0.84:
        parts = [(at, goods * dice.whole(20, 70) // 100)]
    else:
        first = goods * dice.whole(25, 50) // 100
        later = at + timedelta(days=dice.between(2, 12))
        parts = [(at, first), (later, (goods - first) * dice.whole(40, 100) // 100)]
    return [
        RefundRecord(placed.ref, when, amount, f"{placed.ref}-R{number}")
        for number, (when, amount) in enumerate(parts, 1)
        if amount > 0 and when < end
    ]
