"""The table of what platforms claim beside ours, for files: the rows of the page."""

from __future__ import annotations

from typing import Any

from tracker.domain.metrics import MICRO
from tracker.i18n import mark
from tracker.reports.columns import Column, TableSpec, at
from tracker.reports.platforms import platform_report


def _basis(row: Any) -> str:
    """The rule by which the platform claims orders, for programs and people alike: click-15d."""
    return str(row.basis_code)


def _orders(row: Any) -> int | None:
    return None if row.claim.orders is None else row.claim.orders * MICRO


PLATFORMS = TableSpec(
    "platforms",
    (
        Column("section", mark("Part"), "code", at("section"), "platform_section"),
        Column("platform", mark("Platform"), "code", at("platform"), "reporting_platform"),
        Column("report", mark("Report"), "code", at("report"), "import_kind"),
        Column("channel", mark("Channel"), "code", lambda r: r.channel or "", "channel"),
        Column("name", mark("Name there"), "text", at("name")),
        Column("shop", mark("Shop"), "text", at("shop")),
        Column("kind", mark("Kind as the platform says"), "code", lambda r: r.kind or "", "kind"),
        Column("scope", mark("Counts"), "code", at("scope"), "platform_scope"),
        Column("basis", mark("Basis"), "text", _basis),
        Column("first_day", mark("First day"), "date", at("first")),
        Column("last_day", mark("Last day"), "date", at("last")),
        Column("platform_gmv", mark("GMV as platforms say"), "money", at("claim.gmv_minor")),
        Column("platform_orders", mark("Orders as platforms say"), "orders", _orders),
        Column("platform_buyers", mark("Buyers as platforms say"), "count", at("claim.buyers")),
        Column("platform_visitors", mark("Visitors as platforms say"), "count",
               at("claim.visitors")),
        Column("platform_visits", mark("Visits as platforms say"), "count", at("claim.visits")),
        Column("platform_views", mark("Views as platforms say"), "count", at("claim.views")),
        Column("platform_clicks", mark("Clicks as platforms say"), "count", at("claim.clicks")),
        Column("platform_impressions", mark("Impressions as platforms say"), "count",
               at("claim.impressions")),
        Column("platform_engagements", mark("Engagements as platforms say"), "count",
               at("claim.engagements")),
        Column("platform_refunds", mark("Refunds as platforms say"), "money",
               at("claim.refund_minor")),
        Column("platform_spend", mark("Spend as platforms say"), "money", at("claim.spend_minor")),
        Column("platform_roas", mark("ROAS as platforms say"), "ratio", at("claim.roas")),
        Column("net_revenue", mark("Net revenue"), "money", at("ours.net_revenue_minor")),
        Column("orders", mark("Orders"), "orders", at("ours.orders_micro")),
        Column("cost", mark("Cost"), "money", at("ours.cost_minor")),
        Column("roas", mark("ROAS"), "ratio", at("ours.roas")),
        Column("difference", mark("Difference"), "money", at("difference_minor")),
        Column("difference_share", mark("Difference, share of ours"), "ratio",
               at("difference_share")),
        Column("why", mark("Why they differ"), "text", lambda row: " ".join(row.why)),
    ),
    lambda session, state: platform_report(session, state).rows,
)  # fmt: skip
