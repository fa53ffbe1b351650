"""Tables for files of journeys, of models side by side, and of lift."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracker.i18n import LABELS, mark
from tracker.models.credit import MODELS
from tracker.reports.columns import Column, TableSpec, at
from tracker.reports.comparison import comparison_rows
from tracker.reports.journeys import iter_buckets, iter_paths, iter_roles
from tracker.reports.lifts import iter_lifts
from tracker.reports.state import UNATTRIBUTED

_GROUP = (
    Column("orders", mark("Orders"), "count", at("group.orders")),
    Column("share", mark("Share"), "ratio", at("group.share")),
    Column("net_revenue", mark("Net revenue"), "money", at("group.net_minor")),
    Column("aov", mark("Average order"), "money", at("group.aov_minor")),
    Column("new_customer_share", mark("New customers"), "ratio", at("group.new_share")),
    Column("mean_length", mark("Mean path length"), "ratio", at("group.mean_length")),
    Column(
        "median_seconds", mark("Median time to order, seconds"), "count", at("group.median_seconds")
    ),
)

JOURNEYS = TableSpec(
    "journeys", (Column("path", mark("Path"), "path", at("steps")), *_GROUP), iter_paths
)

PATH_BUCKETS = TableSpec(
    "path_buckets",
    (
        Column("dimension", mark("Divided by"), "code", at("dimension"), "dimension"),
        Column("bucket", mark("Part"), "code", at("code"), "bucket"),
        *_GROUP,
    ),
    iter_buckets,
)


def _channel(row: Any) -> str:
    """The channel of a row that may be an influencer's or nobody's."""
    if row.channel is not None:
        return str(row.channel)
    return "" if row.influencer_id or row.name else UNATTRIBUTED


ROLES = TableSpec(
    "roles",
    (
        Column("channel", mark("Channel"), "code", _channel, "channel"),
        Column("influencer", mark("Influencer"), "text", at("name")),
        Column("orders", mark("Orders with it on the path"), "count", at("orders")),
        Column("closing_orders", mark("Closed orders"), "count", at("closing_orders")),
        Column("closing_net", mark("Net revenue closed"), "money", at("closing_net_minor")),
        Column("assisting_orders", mark("Assisted orders"), "count", at("assisting_orders")),
        Column("assisting_net", mark("Net revenue assisted"), "money", at("assisting_net_minor")),
        Column("assisting_share", mark("Assisted share"), "ratio", at("assisting_share")),
        Column("opening_orders", mark("Opened orders"), "count", at("opening_orders")),
    ),
    iter_roles,
)


def _compared_channel(row: Any) -> str:
    return "" if row.influencer_id or row.is_rest else str(row.channel or UNATTRIBUTED)


def _net(model: str) -> Callable[[Any], Any]:
    return lambda row: row.nets.get(model)


COMPARISON = TableSpec(
    "comparison",
    (
        Column("channel", mark("Channel"), "code", _compared_channel, "channel"),
        Column("kind", mark("Kind"), "code", lambda row: row.kind or "", "kind"),
        Column("influencer", mark("Influencer"), "text", at("name")),
        *(
            Column(f"net_revenue_{model}", LABELS["model"][model], "money", _net(model))
            for model in MODELS
        ),
        Column("low", mark("Least"), "money", at("low_minor")),
        Column("high", mark("Most"), "money", at("high_minor")),
        Column("spread", mark("Spread"), "ratio", at("spread")),
    ),
    lambda session, state: comparison_rows(session, state),
)

_NET, _VISITS = "measured.net", "measured.visits"


def _minor(name: str) -> Callable[[Any], Any]:
    """An estimate of money as whole minor units."""
    read = at(name)
    return lambda row: None if read(row) is None else round(read(row))


LIFTS = TableSpec(
    "lifts",
    (
        Column("kind", mark("Kind of event"), "code", at("kind"), "lift_kind"),
        Column("name", mark("Influencer or campaign"), "text", at("name")),
        Column("deals", mark("Deals"), "text", lambda row: " ".join(row.refs)),
        Column("first_on", mark("First day"), "date", at("first_on")),
        Column("last_on", mark("Last day"), "date", at("last_on")),
        Column("days", mark("Days counted"), "count", at("days")),
        Column("baseline_days", mark("Baseline days"), "count", at("measured.n_baseline")),
        Column("reason", mark("Not measured because"), "code", at("measured.reason"),
               "lift_reason"),
        Column("lift", mark("Lift"), "money", _minor(f"{_NET}.value")),
        Column("lift_low", mark("Lift, low (95 %)"), "money", _minor(f"{_NET}.low")),
        Column("lift_high", mark("Lift, high (95 %)"), "money", _minor(f"{_NET}.high")),
        Column("baseline", mark("Baseline"), "money", _minor(f"{_NET}.expected")),
        Column("natural_visits_lift", mark("Lift of natural visits"), "ratio",
               at(f"{_VISITS}.value")),
        Column("natural_visits_low", mark("Lift of natural visits, low (95 %)"), "ratio",
               at(f"{_VISITS}.low")),
        Column("natural_visits_high", mark("Lift of natural visits, high (95 %)"), "ratio",
               at(f"{_VISITS}.high")),
        Column("natural_visits_baseline", mark("Baseline of natural visits"), "ratio",
               at(f"{_VISITS}.expected")),
        Column("placebo", mark("Placebo test"), "code",
               lambda row: "" if row.measured.reason else row.measured.placebo, "placebo"),
        Column("placebo_days", mark("Placebo days"), "count", at("measured.placebos")),
        Column("placebo_share", mark("Placebo days off"), "ratio", at("measured.placebo_share")),
        Column("others", mark("Posts of others"), "count", at("measured.others")),
        Column("credited", mark("Credited in these days"), "money", at("credited_minor")),
        Column("credited_low", mark("Credited, least model"), "money", at("credited_low")),
        Column("credited_high", mark("Credited, most model"), "money", at("credited_high")),
    ),
    iter_lifts,
)  # fmt: skip
