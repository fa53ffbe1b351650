"""Tables for files: the same rows and state as the pages, one column specification a table.

A file has keys and codes for programs (locale None), or headings and words for people.
No row is cut off: rows are read and written as a stream.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from tracker.i18n import mark
from tracker.reports.break_even import BREAK_EVEN
from tracker.reports.campaign_tables import CAMPAIGN_TABLES
from tracker.reports.campaigns import campaign_report
from tracker.reports.channels import channel_report
from tracker.reports.columns import Column, TableSpec, at
from tracker.reports.cost_rows import COSTS
from tracker.reports.customer_value import CUSTOMERS
from tracker.reports.influencer import influencer_page
from tracker.reports.influencer_list import influencer_list
from tracker.reports.mover_table import MOVERS
from tracker.reports.orders import iter_orders
from tracker.reports.overview import overview_days
from tracker.reports.path_tables import COMPARISON, JOURNEYS, LIFTS, PATH_BUCKETS, ROLES
from tracker.reports.platform_table import PLATFORMS
from tracker.reports.product_tables import PRODUCT_TABLES
from tracker.reports.rows import CreditPart, DailySeries, InfluencerPage, OrderRow
from tracker.reports.settlement import COMMISSIONS
from tracker.reports.social_tables import POSTS
from tracker.reports.state import UNATTRIBUTED, ReportState


def _of(name: str) -> Callable[[Any], Any]:
    """Reads a figure (a sum or ratio of `Figures`) of a row."""
    return lambda row: getattr(row.figures, name)


def _money(key: str, heading: str, name: str | None = None, formula: str = "") -> Column:
    figure = name or f"{key}_minor"
    return Column(key, heading, "money", _of(figure), sort=figure, formula=formula)


def _ratio(key: str, heading: str, short: str = "") -> Column:
    return Column(key, heading, "ratio", _of(key), sort=key, formula=key, short=short)


def _roi(row: Any, *, before_goods_cost: bool) -> float | None:
    """ROI under the name that it deserves: one of the two columns is always empty."""
    figures = row.figures
    return figures.roi if figures.is_roi_before_goods_cost is before_goods_cost else None


_RESULT = (
    Column("visits", mark("Visits"), "count", _of("visits"), sort="visits"),
    Column(
        "orders", mark("Orders"), "orders", _of("orders_micro"), sort="orders_micro",
        formula="orders",
    ),
    _money("net_revenue", mark("Net revenue"), formula="net_revenue"),
    _money("refunds", mark("Refunds"), "refund_minor"),
    _money("cost", mark("Cost"), formula="cost"),
)  # fmt: skip
_RETURN = (
    _money("goods_cost", mark("Goods cost")),
    _ratio("roas", mark("ROAS")),
    Column(
        "roi", mark("ROI"), "ratio", lambda row: _roi(row, before_goods_cost=False), sort="roi",
        formula="roi",
    ),
    Column(
        "roi_before_goods_cost",
        mark("ROI before goods cost"),
        "ratio",
        lambda row: _roi(row, before_goods_cost=True),
    ),
    _money("cpa", mark("CPA"), formula="cpa"),
    _money("cac", mark("CAC"), formula="cac"),
    _money("aov", mark("Average order"), formula="aov"),
    _ratio("conversion_rate", mark("Conversion rate"), mark("Conversion")),
    _ratio("refund_rate", mark("Refund rate")),
    _ratio("new_customer_share", mark("New customers")),
)  # fmt: skip
_BEFORE = (
    Column(
        "net_revenue_before",
        mark("Net revenue, compared period"),
        "money",
        lambda row: None if row.before is None else row.before.net_revenue_minor,
    ),
)
_PARTS = (
    _money("spend", mark("Ad spend")),
    _money("fee", mark("Fixed fee")),
    _money("commission", mark("Commission")),
    _money("goods_given", mark("Goods given")),
    _money("platform_fee", mark("Platform fee")),
)

FIGURE_COLUMNS = (*_RESULT, *_PARTS, *_RETURN, *_BEFORE)
"""Columns that any row of figures has, a total too."""

_CHOOSABLE = tuple(c.key for c in (*_RESULT, *_RETURN) if c.key != "roi_before_goods_cost")
"""Figures of every row that a page may show; ROI stands under the name that it deserves."""

CHANNELS = TableSpec(
    "channels",
    (
        Column("channel", mark("Channel"), "code", lambda r: r.channel or UNATTRIBUTED, "channel"),
        Column("kind", mark("Kind"), "code", lambda r: r.kind or "", "kind"),
        *_RESULT,
        *_RETURN,
        Column(
            "moved_spend", mark("Spend mapped to influencers"), "money", at("moved_spend_minor")
        ),
        Column(
            "platform_gmv", mark("GMV as platforms say"), "money", at("platform_gmv_minor"),
            sort="platform_gmv_minor", formula="platform_roas",
        ),
        Column(
            "platform_roas", mark("ROAS as platforms say"), "ratio", at("platform_roas"),
            sort="platform_roas", formula="platform_roas", short=mark("Platform ROAS"),
        ),
        *_BEFORE,
    ),
    lambda session, state: channel_report(session, state).rows,
    choosable=(*_CHOOSABLE, "platform_gmv", "platform_roas"),
    usual=(
        "visits", "orders", "conversion_rate", "net_revenue", "cost", "roas", "roi", "cac",
        "new_customer_share", "refund_rate", "platform_roas",
    ),
)  # fmt: skip

CAMPAIGNS = TableSpec(
    "campaigns",
    (
        Column("utm_campaign", mark("utm_campaign"), "text", at("utm_campaign")),
        Column("campaign", mark("Campaign"), "text", at("name")),
        Column("starts_on", mark("Starts on"), "date", at("starts_on")),
        Column("ends_on", mark("Ends on"), "date", at("ends_on")),
        Column("budget", mark("Budget"), "money", at("budget_minor"), sort="budget_minor"),
        Column(
            "budget_share", mark("Of budget"), "ratio", at("budget_share"), sort="budget_share",
            formula="budget",
        ),
        *_RESULT,
        *_RETURN,
        *_BEFORE,
    ),
    lambda session, state: campaign_report(session, state).rows,
    choosable=(*_CHOOSABLE, "budget", "budget_share"),
    usual=(
        "visits", "orders", "net_revenue", "cost", "budget_share", "roas", "roi", "cac",
        "refund_rate",
    ),
)  # fmt: skip


def _by(key: str, heading: str) -> Column:
    name = f"{key}_micro"
    return Column(key, heading, "orders", at(name), sort=name, formula="orders_by")


_BY_EVIDENCE = (
    _by("orders_by_link", mark("Orders by link")),
    _by("orders_by_code", mark("Orders by code")),
    _by("orders_by_affiliate", mark("Orders by affiliate row")),
    _by("orders_by_other", mark("Orders by others")),
)

INFLUENCERS = TableSpec(
    "influencers",
    (
        Column("slug", mark("Short name"), "text", at("slug")),
        Column("influencer", mark("Influencer"), "text", at("name")),
        Column("agency", mark("Agency"), "text", at("agency"), sort="agency"),
        Column("platform", mark("Platform"), "code", at("platform"), "platform", sort="platform"),
        Column("followers", mark("Followers"), "count", at("followers"), sort="followers"),
        *_RESULT,
        *_PARTS,
        *_BY_EVIDENCE,
        *_RETURN,
        Column("cpe", mark("CPE"), "money", at("cpe_minor"), sort="cpe_minor", formula="cpe"),
        Column(
            "spread", mark("Spread"), "ratio", at("spread"), sort="spread", formula="confidence"
        ),
        *_BEFORE,
    ),
    lambda session, state: influencer_list(session, state, is_whole=True).rows,
    choosable=(
        "agency", "platform", "followers", *_CHOOSABLE, *(c.key for c in _PARTS),
        *(c.key for c in _BY_EVIDENCE), "cpe", "spread",
    ),
    usual=(
        "net_revenue", "cost", "roas", "roi", "orders", "cac", "refund_rate", "new_customer_share",
    ),
)  # fmt: skip


def _day_rows(session: Session, state: ReportState) -> Iterator[dict[str, Any]]:
    days: DailySeries = overview_days(session, state)
    for i, day in enumerate(days.period.days()):
        row: dict[str, Any] = {"day": day, **{s.key: s.values[i] for s in days.bars}}
        row |= {"cost": None if days.cost is None else days.cost.values[i]}
        row |= {"before_day": None, "before": None}
        if days.before is not None and days.before_period is not None:
            row["before_day"] = days.before_period.start + timedelta(days=i)
            row["before"] = days.before.values[i]
        yield row


def _key(name: str) -> Callable[[Any], Any]:
    return lambda row: row[name]


DAYS = TableSpec(
    "days",
    (
        Column("day", mark("Day"), "date", _key("day")),
        Column("natural", mark("Natural"), "money", _key("natural")),
        Column("paid", mark("Paid"), "money", _key("paid")),
        Column("kol", mark("KOL"), "money", _key("kol")),
        Column("unattributed", mark("Unattributed"), "money", _key("unattributed")),
        Column("cost", mark("Cost"), "money", _key("cost")),
        Column("day_before", mark("Compared day"), "date", _key("before_day")),
        Column("net_revenue_before", mark("Net revenue, compared period"), "money", _key("before")),
    ),
    _day_rows,
)


def _order_rows(
    session: Session, state: ReportState
) -> Iterator[tuple[OrderRow, CreditPart | None]]:
    """A line for each part of an order, at least one: parts add up to the order."""
    for order in iter_orders(session, state):
        for part in order.credits or (None,):
            yield order, part


def _order(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row[0], name)


def _part(name: str) -> Callable[[Any], Any]:
    return lambda row: None if row[1] is None else getattr(row[1], name)


def _order_currency(row: tuple[OrderRow, Any]) -> str:
    return row[0].currency


ORDERS = TableSpec(
    "orders",
    (
        Column("order", mark("Order"), "text", _order("ref")),
        Column("placed_at", mark("Placed at"), "instant", _order("placed_at")),
        Column("status", mark("Status"), "code", _order("status"), "order_status"),
        Column("order_currency", mark("Order currency"), "text", _order("currency")),
        Column("paid", mark("Paid by the buyer"), "money", _order("paid_minor"),
               currency=_order_currency),
        Column("refunded", mark("Refunds"), "money", _order("refund_minor"),
               currency=_order_currency),
        Column("order_net_revenue", mark("Net revenue of the order"), "money",
               _order("net_minor")),
        Column("channel", mark("Channel"), "code",
               lambda r: "" if r[1] is None else r[1].channel or UNATTRIBUTED, "channel"),
        Column("kind", mark("Kind"), "code", lambda r: (r[1] and r[1].kind) or "", "kind"),
        Column("influencer", mark("Influencer"), "text", _part("influencer_name")),
        Column("credited_orders", mark("Credited orders"), "orders", _part("weight_micro")),
        Column("credited_net_revenue", mark("Credited net revenue"), "money", _part("net_minor")),
    ),
    _order_rows,
)  # fmt: skip


def _one(session: Session, state: ReportState) -> InfluencerPage | None:
    return influencer_page(session, state, state.influencer_id)


def _deal_currency(row: Any) -> str:
    return str(row.currency)


CODES = TableSpec(
    "codes",
    (
        Column("code", mark("Code"), "text", lambda row: row.label or row.code),
        Column("valid_from", mark("Valid from"), "instant", at("valid_from")),
        Column("valid_until", mark("Valid until"), "instant", at("valid_until")),
        Column("leaked_at", mark("Leaked at"), "instant", at("leaked_at")),
        Column("orders", mark("Orders"), "count", at("orders")),
        Column("orders_without_click", mark("Orders without a click"), "count",
               at("orders_without_click")),
    ),
    lambda session, state: page.coupons if (page := _one(session, state)) else (),
)  # fmt: skip

LINKS = TableSpec(
    "links",
    (
        Column("slug", mark("Link"), "text", at("slug")),
        Column("target_url", mark("Target"), "text", at("target_url")),
        Column("clicks", mark("Clicks"), "count", at("clicks")),
    ),
    lambda session, state: page.links if (page := _one(session, state)) else (),
)

DEALS = TableSpec(
    "deals",
    (
        Column("deal", mark("Deal"), "text", at("ref")),
        Column("title", mark("Title"), "text", at("title")),
        Column("posted_on", mark("Posted on"), "date", at("posted_on")),
        Column("deal_currency", mark("Deal currency"), "text", at("currency")),
        Column("fee", mark("Fixed fee"), "money", at("fee_minor"), currency=_deal_currency),
        Column("goods_given", mark("Goods given"), "money", at("goods_given_minor"),
               currency=_deal_currency),
        Column("platform_fee", mark("Platform fee"), "money", at("platform_fee_minor"),
               currency=_deal_currency),
        Column("commission_rate", mark("Commission"), "ratio",
               lambda row: row.commission_ppm / 1_000_000),
        Column("spread_days", mark("Days of the fee"), "count", at("spread_days")),
        Column("ends_on", mark("Ends on"), "date", at("ends_on")),
    ),
    lambda session, state: page.deals if (page := _one(session, state)) else (),
)  # fmt: skip

TABLES = {
    spec.name: spec
    for spec in (
        CHANNELS, CAMPAIGNS, INFLUENCERS, DAYS, ORDERS, CODES, LINKS, DEALS, JOURNEYS, ROLES,
        PATH_BUCKETS, COSTS, MOVERS, COMPARISON, LIFTS, PLATFORMS, POSTS,
        *CAMPAIGN_TABLES, *PRODUCT_TABLES, BREAK_EVEN, CUSTOMERS, COMMISSIONS,
    )
}  # fmt: skip
"""Every table that can be downloaded or exported. codes, links, deals, break_even and customers
are of the influencer that the state filters for."""


def file_name(spec: TableSpec, state: ReportState, suffix: str = "csv") -> str:
    """Name of a download: it says what the file shows, since the file itself has rows only."""
    parts = [spec.name, state.start.isoformat(), state.end.isoformat(), str(state.model)]
    parts += [part for part in (state.kind, state.channel, state.status) if part]
    if state.basis != "booked":
        parts.append(state.basis)
    if state.unit != "channel":
        parts.append(state.unit)
    for name, ids in (
        ("shop", state.shop_ids),
        ("campaign", (state.campaign_id,)),
        ("influencer", (state.influencer_id,)),
        ("compared", state.who),
        ("product", (state.product_id,)),
    ):
        if any(ids):
            parts.append(name + "-".join(str(i) for i in ids[:5]))
    return "_".join(parts) + f".{suffix}"
