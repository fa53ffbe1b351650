"""Tables around campaigns for files: pacing, promotions, festivals, tags, tests, spend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracker.i18n import mark
from tracker.reports.columns import Column, TableSpec, at
from tracker.reports.festivals import festival_days, festival_rows
from tracker.reports.link_tests import arm_lines
from tracker.reports.pacing import pacing_report
from tracker.reports.promotion_calendar import calendar_rows
from tracker.reports.state import UNATTRIBUTED
from tracker.reports.tags import tag_rows
from tracker.reports.unassigned_spend import unassigned_spend


def _now(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row.figures, name)


def _before(name: str) -> Callable[[Any], Any]:
    return lambda row: None if row.before is None else getattr(row.before, name)


def _change(row: Any) -> float | None:
    return row.change().share if row.before is not None else None


_SIDE_BY_SIDE = (
    Column("net_revenue", mark("Net revenue"), "money", _now("net_revenue_minor")),
    Column("net_revenue_before", mark("Net revenue, last time"), "money",
           _before("net_revenue_minor")),
    Column("change", mark("Change"), "ratio", _change),
    Column("orders", mark("Orders"), "orders", _now("orders_micro")),
    Column("orders_before", mark("Orders, last time"), "orders", _before("orders_micro")),
    Column("cost", mark("Cost"), "money", _now("cost_minor")),
    Column("cost_before", mark("Cost, last time"), "money", _before("cost_minor")),
    Column("roas", mark("ROAS"), "ratio", _now("roas")),
    Column("roas_before", mark("ROAS, last time"), "ratio", _before("roas")),
)  # fmt: skip

FESTIVAL_DAYS = TableSpec(
    "festival-days",
    (
        Column("number", mark("Day of the festival"), "count", at("number")),
        Column("day", mark("Day"), "date", at("day")),
        Column("day_before", mark("Day, last time"), "date", at("before_day")),
        *_SIDE_BY_SIDE,
    ),
    festival_days,
)

FESTIVAL = TableSpec(
    "festival",
    (
        Column("dimension", mark("Dimension"), "code", at("dimension"), "festival_dimension"),
        Column("kind", mark("Kind"), "code", lambda r: r.kind or "", "kind"),
        Column("channel", mark("Channel"), "code",
               lambda r: (r.channel or UNATTRIBUTED) if r.dimension == "channel" else "",
               "channel"),
        Column("influencer", mark("Influencer"), "text", at("name")),
        *_SIDE_BY_SIDE,
    ),
    festival_rows,
)  # fmt: skip

PROMOTIONS = TableSpec(
    "promotions",
    (
        Column("promotion", mark("Promotion"), "text", at("promotion.name")),
        Column("festival", mark("Festival"), "code", at("promotion.festival"), "festival"),
        Column("starts_on", mark("Starts on"), "date", at("promotion.starts_on")),
        Column("ends_on", mark("Ends on"), "date", at("promotion.ends_on")),
        Column("budget", mark("Budget"), "money", at("promotion.budget_minor")),
        *_SIDE_BY_SIDE,
    ),
    calendar_rows,
)


PACING = TableSpec(
    "pacing",
    (
        Column("utm_campaign", mark("utm_campaign"), "text", at("utm_campaign")),
        Column("campaign", mark("Campaign"), "text", at("name")),
        Column("starts_on", mark("Starts on"), "date", at("starts_on")),
        Column("ends_on", mark("Ends on"), "date", at("ends_on")),
        Column("time_gone", mark("Time gone"), "ratio", at("time_share")),
        Column("spent", mark("Spent"), "money", at("spend.done")),
        Column("budget", mark("Budget"), "money", at("spend.goal")),
        Column("spend_pace", mark("Pace of spend"), "ratio", at("spend.pace")),
        Column("spend_forecast", mark("Spend at the end"), "money", at("spend.forecast")),
        Column("net_revenue", mark("Net revenue"), "money", at("net.done")),
        Column("net_target", mark("Target of net revenue"), "money", at("net.goal")),
        Column("net_pace", mark("Pace of net revenue"), "ratio", at("net.pace")),
        Column("net_forecast", mark("Net revenue at the end"), "money", at("net.forecast")),
        Column("orders", mark("Orders"), "orders", at("orders.done")),
        Column("orders_target", mark("Target of orders"), "orders", at("orders.goal")),
        Column("orders_pace", mark("Pace of orders"), "ratio", at("orders.pace")),
        Column("orders_forecast", mark("Orders at the end"), "orders", at("orders.forecast")),
        Column("roi", mark("ROI"), "ratio", at("roi")),
        Column("roi_target", mark("Target of ROI"), "ratio", at("target_roi")),
    ),
    lambda session, state: pacing_report(session, state).rows,
)

TAGS = TableSpec(
    "tags",
    (
        Column("dimension", mark("Dimension"), "code", at("dimension"), "tag_dimension"),
        Column("value", mark("Came in as"), "text", at("value")),
        Column("source", mark("With source"), "text", at("source")),
        Column("visits", mark("Visits"), "count", at("visits")),
        Column("share", mark("Share of tagged visits"), "ratio", at("share")),
        Column("status", mark("Status"), "code", at("status"), "tag_status"),
        Column("read_as", mark("Read as"), "text", at("read_as")),
        Column("suggestion", mark("Probably means"), "text", at("suggestion")),
    ),
    tag_rows,
)

TESTS = TableSpec(
    "tests",
    (
        Column("test", mark("Test"), "text", at("result.test.name")),
        Column("campaign", mark("Campaign"), "text", at("result.campaign")),
        Column("content", mark("utm_content"), "text", at("row.arm.content")),
        Column("visitors", mark("Visitors"), "count", at("row.arm.visitors")),
        Column("planned", mark("Planned sample"), "count", at("result.test.planned_n")),
        Column("counted", mark("Counted visitors"), "count", at("row.arm.counted")),
        Column("buyers", mark("Buyers"), "count", at("row.arm.buyers")),
        Column("rate", mark("Share of buyers"), "ratio", at("row.rate")),
        Column("difference", mark("Against the first"), "ratio", at("row.compared.difference")),
        Column(
            "from", mark("Against the first, at least"), "ratio", at("row.compared.interval.low")
        ),
        Column("to", mark("Against the first, at most"), "ratio", at("row.compared.interval.high")),
        Column("verdict", mark("Verdict"), "code", lambda r: r.row.verdict or "", "test_verdict"),
    ),
    arm_lines,
)

UNASSIGNED_SPEND = TableSpec(
    "unassigned-spend",
    (
        Column("platform", mark("Platform"), "text", at("platform")),
        Column("account", mark("Account"), "text", at("account")),
        Column("plan", mark("Plan"), "text", at("campaign_ref")),
        Column("channel", mark("Channel"), "code", at("channel"), "channel"),
        Column("spend", mark("Ad spend"), "money", at("spend_minor")),
        Column("days", mark("Days with spend"), "count", at("n_days")),
        Column("last_on", mark("Last day"), "date", at("last_on")),
    ),
    lambda session, state: unassigned_spend(session, state).places,
)

CAMPAIGN_TABLES = (
    FESTIVAL, FESTIVAL_DAYS, PROMOTIONS, PACING, TAGS, TESTS, UNASSIGNED_SPEND,
)  # fmt: skip
