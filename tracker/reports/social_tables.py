"""Posts of an influencer as a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from tracker.i18n import mark
from tracker.reports.columns import Column, TableSpec, at
from tracker.reports.social import PostRow, social
from tracker.reports.state import ReportState


def _value(metric: str) -> Any:
    def read(row: PostRow) -> int | None:
        found = row.counts.get(metric)
        return None if found is None else found.value

    return read


def _deal(name: str) -> Any:
    def read(row: PostRow) -> Any:
        return None if row.deal is None else getattr(row.deal, name)

    return read


def _figure(name: str) -> Any:
    def read(row: PostRow) -> Any:
        return None if row.deal is None else getattr(row.deal.figures, name)

    return read


def _roi(is_before: bool) -> Any:
    def read(row: PostRow) -> float | None:
        if row.deal is None or row.deal.is_roi_before_goods_cost is not is_before:
            return None
        return row.deal.roi

    return read


def _refs(row: PostRow) -> str:
    return "" if row.deal is None else ", ".join(deal.ref for deal in row.deal.deals)


def _precision(row: PostRow) -> str:
    """Metrics that are not exact, and how: "views at_least"."""
    return ", ".join(
        f"{name} {count.precision}"
        for name, count in sorted(row.counts.items())
        if count.precision != "exact"
    )


def _rows(session: Session, state: ReportState) -> Iterable[PostRow]:
    return social(session, state).posts if state.influencer_id else ()


POSTS = TableSpec(
    "posts",
    (
        Column("platform", mark("Platform"), "code", at("post.platform"), "platform"),
        Column("post", mark("Post"), "text", at("post.ref")),
        Column("title", mark("Title"), "text", at("post.title")),
        Column("url", mark("Address"), "text", at("post.url")),
        Column("published_at", mark("Published at"), "instant", at("post.published_at")),
        Column("removed_at", mark("Gone since"), "instant", at("post.removed_at")),
        *(
            Column(name, heading, "count", _value(name))
            for name, heading in (
                ("views", mark("Views")),
                ("likes", mark("Likes")),
                ("comments", mark("Comments")),
                ("shares", mark("Shares")),
                ("saves", mark("Saves")),
            )
        ),
        Column("not_exact", mark("Not exact"), "text", _precision),
        Column("engagement_rate", mark("Engagement by views"), "ratio", at("engagement_rate")),
        Column("deal", mark("Deal"), "text", _refs),
        Column("deal_orders", mark("Orders of the deal"), "orders", _figure("orders_micro")),
        Column("deal_net_revenue", mark("Net revenue of the deal"), "money",
               _figure("net_revenue_minor")),
        Column("deal_cost", mark("Cost of the deal"), "money", _deal("cost_minor")),
        Column("deal_roi", mark("ROI"), "ratio", _roi(False)),
        Column("deal_roi_before_goods_cost", mark("ROI before goods cost"), "ratio", _roi(True)),
        Column("deal_cpe", mark("CPE"), "money", _deal("cpe_minor")),
    ),
    _rows,
)  # fmt: skip
