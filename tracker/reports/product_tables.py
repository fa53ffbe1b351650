"""Products, who sells them, funnels and pages of the site as files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy.orm import Session

from tracker.i18n import mark
from tracker.reports.behaviour import BehaviourRow, behaviour_report, page_rows
from tracker.reports.columns import Column, TableSpec, at
from tracker.reports.context import read_context
from tracker.reports.product import seller_rows
from tracker.reports.products import ProductRow, product_rows, settled_state
from tracker.reports.state import UNATTRIBUTED, ReportState


def _before(row: Any) -> int | None:
    return None if row.before is None else int(row.before.net_revenue_minor)


def _of_kind(kind: str) -> Callable[[ProductRow], int]:
    return lambda row: row.net_by_kind.get(kind, 0)


_SOLD = (
    Column("pieces", mark("Pieces"), "orders", at("figures.pieces_micro")),
    Column("orders", mark("Orders"), "orders", at("figures.orders_micro")),
    Column("net_revenue", mark("Net revenue"), "money", at("figures.net_revenue_minor")),
    Column("refunds", mark("Refunds"), "money", at("figures.refund_minor")),
    Column("refund_rate", mark("Refund rate"), "ratio", at("figures.refund_rate")),
    Column("price", mark("Price of a piece"), "money", at("figures.price_minor")),
    Column("share", mark("Share"), "ratio", at("share")),
    Column("net_revenue_before", mark("Net revenue, compared period"), "money", _before),
)


def _products(session: Session, state: ReportState) -> Iterable[ProductRow]:
    state = settled_state(state)
    return product_rows(session, state, read_context(session, state).before_period)


PRODUCTS = TableSpec(
    "products",
    (
        Column("sku", mark("SKU"), "text", at("sku")),
        Column("product", mark("Product"), "text", at("title")),
        *_SOLD,
        Column("natural", mark("Natural"), "money", _of_kind("natural")),
        Column("paid", mark("Paid"), "money", _of_kind("paid")),
        Column("kol", mark("KOL"), "money", _of_kind("kol")),
        Column("unattributed", mark("Unattributed"), "money", _of_kind("")),
    ),
    _products,
)
"""One row a product; the row without SKU and name are orders whose file names no product."""


def _sellers(session: Session, state: ReportState) -> Iterable[Any]:
    state = settled_state(state)
    return seller_rows(session, state, read_context(session, state).before_period)


PRODUCT_SELLERS = TableSpec(
    "product_sellers",
    (
        Column("channel", mark("Channel"), "code", lambda r: r.channel or UNATTRIBUTED, "channel"),
        Column("kind", mark("Kind"), "code", lambda r: r.kind or "", "kind"),
        Column("influencer", mark("Influencer"), "text", at("influencer")),
        *_SOLD,
    ),
    _sellers,
)
"""Who sold the product that the state filters for."""


def _behaviour(session: Session, state: ReportState) -> Iterable[BehaviourRow]:
    return behaviour_report(session, state).rows


BEHAVIOUR = TableSpec(
    "behaviour",
    (
        Column("channel", mark("Channel"), "code", lambda r: r.channel or "", "channel"),
        Column("kind", mark("Kind"), "code", lambda r: r.kind or "", "kind"),
        Column("influencer", mark("Influencer"), "text", at("name")),
        Column("visits", mark("Visits"), "count", at("figures.visits")),
        Column("product_visits", mark("Visits with a product"), "count",
               at("figures.product_visits")),
        Column("cart_visits", mark("Visits with a cart"), "count", at("figures.cart_visits")),
        Column("order_visits", mark("Visits with an order"), "count", at("figures.order_visits")),
        Column("bounce_rate", mark("Bounce rate"), "ratio", at("figures.bounce_rate")),
        Column("pages_per_visit", mark("Pages a visit"), "ratio", at("figures.pages_per_visit")),
        Column("mean_seconds", mark("Seconds a visit"), "ratio",
               at("figures.mean_duration_seconds")),
        Column("orders", mark("Orders"), "orders", at("figures.orders_micro")),
        Column("visits_before", mark("Visits, compared period"), "count",
               lambda row: None if row.before is None else row.before.visits),
    ),
    _behaviour,
)  # fmt: skip

SITE_PAGES = TableSpec(
    "site_pages",
    (
        Column("path", mark("Page"), "text", at("path")),
        Column("views", mark("Page views"), "count", at("views")),
        Column("entries", mark("Visits that began here"), "count", at("entries")),
        Column("exits", mark("Visits that ended here"), "count", at("exits")),
        Column("exit_rate", mark("Exit rate"), "ratio", at("exit_rate")),
        Column("bounces", mark("Bounces"), "count", at("bounces")),
        Column("bounce_rate", mark("Bounce rate"), "ratio", at("bounce_rate")),
        Column("pages_per_visit", mark("Pages a visit"), "ratio", at("pages_per_visit")),
        Column("mean_seconds", mark("Seconds a visit"), "ratio", at("mean_duration_seconds")),
        Column("orders", mark("Visits with an order"), "count", at("entry_orders")),
    ),
    page_rows,
)
"""Pages of the site; the row without a path are the pages beyond the most seen ones of each day."""

PRODUCT_TABLES = (PRODUCTS, PRODUCT_SELLERS, BEHAVIOUR, SITE_PAGES)
