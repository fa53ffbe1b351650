"""Words of imports: canonical columns, kinds of record, why an import cannot be undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask_babel import gettext

from tracker.domain.money import format_minor
from tracker.i18n import mark

COLUMNS: dict[str, str] = {
    "order_id": mark("Order id"),
    "placed_at": mark("Ordered at"),
    "paid_at": mark("Paid at"),
    "updated_at": mark("Changed at"),
    "status": mark("Status"),
    "currency": mark("Currency"),
    "gross": mark("Goods before discounts"),
    "discount_platform": mark("Discount of the platform"),
    "discount_shop": mark("Discount of the shop"),
    "freight": mark("Freight"),
    "tax": mark("Tax"),
    "paid": mark("Amount paid"),
    "refunded": mark("Refunded"),
    "refunded_at": mark("Refunded at"),
    "buyer_id": mark("Buyer id (hashed)"),
    "phone": mark("Phone (hashed)"),
    "email": mark("E-mail (hashed)"),
    "coupons": mark("Codes used"),
    "landing_url": mark("Landing page"),
    "method": mark("Method"),
    "user_agent": mark("Browser (user agent)"),
    "host": mark("Host"),
    "referrer": mark("Referrer"),
    "order_token": mark("Order token"),
    "visitor_id": mark("Visitor"),
    "line_id": mark("Line id"),
    "sku": mark("SKU"),
    "title": mark("Title"),
    "quantity": mark("Quantity"),
    "line_amount": mark("Amount of the line"),
    "line_price": mark("Unit price"),
    "line_discount": mark("Discount of the line"),
    "refund_id": mark("Refund id"),
    "amount": mark("Amount"),
    "platform": mark("Platform"),
    "influencer": mark("Influencer"),
    "influencer_name": mark("Name of the influencer"),
    "handle_platform": mark("Platform of the account"),
    "ordered_at": mark("Ordered at"),
    "clicked_at": mark("Clicked at"),
    "settled_at": mark("Settled at"),
    "commission": mark("Commission"),
    "account": mark("Account"),
    "campaign_id": mark("Id of the ad campaign"),
    "campaign_name": mark("Name of the ad campaign"),
    "day": mark("Day"),
    "channel": mark("Channel"),
    "utm_source": mark("Source"),
    "utm_medium": mark("Medium"),
    "utm_campaign": mark("Campaign"),
    "utm_content": mark("Content"),
    "utm_term": mark("Term"),
    "impressions": mark("Impressions"),
    "clicks": mark("Clicks"),
    "platform_gmv": mark("Platform GMV"),
    "platform_orders": mark("Platform orders"),
    "valid_from": mark("Valid from"),
    "valid_until": mark("Valid until"),
    "unit_cost": mark("Unit cost"),
    "from_currency": mark("From currency"),
    "to_currency": mark("To currency"),
    "rate": mark("Rate"),
    "name": mark("Name"),
    "agency": mark("Agency"),
    "notes": mark("Notes"),
    "handle": mark("Account name"),
    "url": mark("Address"),
    "followers": mark("Followers"),
    "code": mark("Code"),
    "shop_wide": mark("For everybody"),
    "leaked_at": mark("Leaked at"),
    "campaign": mark("Campaign"),
    "deal_id": mark("Deal id"),
    "fee": mark("Fixed fee"),
    "goods_given": mark("Goods given"),
    "platform_fee": mark("Platform fee"),
    "commission_rate": mark("Commission rate"),
    "posted_on": mark("Posted on"),
    "ends_on": mark("Ends on"),
    "spread_days": mark("Spread over days"),
    "customer": mark("Customer"),
    "visitor": mark("Visitor"),
    "time": mark("Time"),
    "interaction": mark("Interaction"),
    "cost": mark("Cost"),
    "conversion": mark("Conversion"),
    "conversion_value": mark("Conversion value"),
    "kol": mark("Influencer"),
    "touch_id": mark("Touch id"),
}
"""Canonical columns of mappings; others are shown by their code."""

RECORDS: dict[str, str] = {
    "order": mark("Orders"),
    "order_visitor": mark("Visitors of orders"),
    "refund": mark("Refunds"),
    "affiliate_row": mark("Affiliate orders"),
    "affiliate_refund": mark("Refunds of commission"),
    "touch": mark("Touches"),
    "spend": mark("Media spend"),
    "platform_figure": mark("Figures of platforms"),
    "goods_cost": mark("Goods costs"),
    "fx_rate": mark("Exchange rates"),
    "campaign": mark("Campaigns"),
    "influencer": mark("Influencers"),
    "social_account": mark("Accounts of influencers"),
    "coupon": mark("Codes"),
    "coupon_ownership": mark("Owners of codes"),
    "deal": mark("Deals"),
    "hit": mark("Hits"),
}
"""Tables that imports fill."""

SUMS: dict[str, str] = {
    "paid_minor": mark("Amount paid"),
    "freight_minor": mark("Freight"),
    "tax_minor": mark("Tax"),
    "amount_minor": mark("Amount"),
    "commission_minor": mark("Commission"),
    "cost_minor": mark("Cost"),
    "fee_minor": mark("Fixed fee"),
    "goods_given_minor": mark("Goods given"),
    "platform_fee_minor": mark("Platform fee"),
}

UNDO_PROBLEMS: dict[str, str] = {
    "never_kept": mark("What this import changed was not noted, so it cannot be undone."),
    "expired": mark("It is too long ago: what this import changed is not known any more."),
    "undone": mark("This import is undone."),
    "undoing": mark("This import is being undone."),
    "still_running": mark("This import is not over yet."),
    "other_running": mark("Another import is running, or is being undone. Wait until it is over."),
    "later_imports": mark(
        "Later imports changed the same records. Undo these first, newest first:"
    ),
    "influencers_in_use": mark(
        "Links, codes or deals were given to influencers whom this import added. Take them away "
        "first."
    ),
    "rates_in_use": mark(
        "Orders or spend imported later were converted at exchange rates of this import and would "
        "have none."
    ),
}
"""Problem of `services.undo.plan_undo` -> sentence."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over the rows that an import wrote."""

    name: str
    currency: str
    before: str
    after: str
    difference: str
    back: str
    """The difference when it is undone."""


@dataclass(frozen=True, slots=True)
class EffectRow:
    """What an import did to one kind of record."""

    name: str
    new: int
    changed: int
    removed: int
    sums: list[Sum]


def effect_rows(tables: Mapping[str, Any]) -> list[EffectRow]:
    """An effect for people: kinds of record with what happened to their rows and sums."""
    return [
        EffectRow(
            record(name), table["new"], table["changed"], table["removed"],
            [
                _sum(column, currency, *pair)
                for column, currencies in table["sums"].items()
                for currency, pair in sorted(currencies.items())
                if any(pair)
            ],
        )
        for name, table in tables.items()
        if name in RECORDS
    ]  # fmt: skip


def _sum(column: str, currency: str, before: int, after: int) -> Sum:
    return Sum(
        str(gettext(SUMS[column])) if column in SUMS else column,
        currency,
        format_minor(before, currency),
        format_minor(after, currency),
        _signed(after - before, currency),
        _signed(before - after, currency),
    )


def _signed(minor: int, currency: str) -> str:
    return ("+" if minor > 0 else "") + format_minor(minor, currency)


def column(code: str) -> str:
    """The word for a canonical column."""
    return str(gettext(COLUMNS[code])) if code in COLUMNS else code


def record(code: str) -> str:
    """The word for a kind of record."""
    return str(gettext(RECORDS[code])) if code in RECORDS else code


def register(app: Flask) -> None:
    """Let templates use the words."""
    app.add_template_filter(column, "column")
    app.add_template_filter(record, "record")
    app.add_template_filter(effect_rows, "effect_rows")
