"""Which days rows of imports make stale when they go or come back: by table, through `dirty`.

Every function takes rows as they are before or after undoing; both are given to it, one after the
other, so none of them needs to know which way a row goes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from tracker.models import Shop, Workspace
from tracker.services import (
    dirty,
    fx,
    marks,
    observations,
    own_buyers,
    refunds,
    repricing,
    spend_layers,
)

Row = Mapping[str, Any]
"""A row in the columns' Python types."""


def _by(rows: Iterable[Row], column: str) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups


def _by_shop(session: Session, rows: Iterable[Row]) -> Iterable[tuple[Shop, list[Row]]]:
    for shop_id, mine in _by(rows, "shop_id").items():
        yield session.get_one(Shop, shop_id), mine


def _workspace(session: Session, workspace_id: int) -> Workspace:
    return session.get_one(Workspace, workspace_id)


def _orders(session: Session, rows: Sequence[Row]) -> None:
    for shop, mine in _by_shop(session, rows):
        workspace = _workspace(session, shop.workspace_id)
        dirty.orders_changed(session, shop, {row["ordered_on"] for row in mine})
        since: dict[int, datetime] = {}
        for row in mine:
            if row["customer_id"]:
                at = row["placed_at"]
                since[row["customer_id"]] = min(at, since.get(row["customer_id"], at))
        dirty.buyers_changed(session, workspace, since)
        _reprice(session, workspace, mine, "ordered_on")


def _visitors(session: Session, rows: Sequence[Row]) -> None:
    for shop, mine in _by_shop(session, rows):
        dirty.order_visitors_changed(session, shop, {row["order_ref"] for row in mine})


def _refunds(session: Session, rows: Sequence[Row]) -> None:
    for shop, mine in _by_shop(session, rows):
        days = refunds.order_days(session, shop.id, {row["order_ref"] for row in mine})
        dirty.orders_changed(session, shop, days)


def _affiliates(session: Session, rows: Sequence[Row]) -> None:
    for shop, mine in _by_shop(session, rows):
        refs, days = {row["order_ref"] for row in mine}, {row["booked_on"] for row in mine}
        dirty.affiliates_changed(session, shop, refs, days)
        _reprice(session, _workspace(session, shop.workspace_id), mine, "booked_on")


def _touches(session: Session, rows: Sequence[Row]) -> None:
    for shop, mine in _by_shop(session, rows):
        zone = ZoneInfo(shop.time_zone)
        since: dict[int, datetime] = {}
        for row in mine:
            since[row["visitor_id"]] = min(row["at"], since.get(row["visitor_id"], row["at"]))
        days = {row["at"].astimezone(zone).date() for row in mine}
        costly = {row["at"].astimezone(zone).date() for row in mine if row["cost_minor"]}
        dirty.traffic_changed(session, shop, sorted(days))
        dirty.touches_changed(session, shop, since)
        dirty.costs_changed(session, _workspace(session, shop.workspace_id), sorted(costly))


def _spend(session: Session, rows: Sequence[Row]) -> None:
    for workspace_id, mine in _by(rows, "workspace_id").items():
        workspace = _workspace(session, workspace_id)
        days = {row["spent_on"] for row in mine}
        dirty.costs_changed(session, workspace, days)
        _reprice(session, workspace, mine, "spent_on")
        spend_layers.settle(session, workspace_id, days)


def _goods(session: Session, rows: Sequence[Row]) -> None:
    for shop, mine in _by_shop(session, rows):
        since = min(row["valid_from"] for row in mine)
        dirty.goods_costs_changed(session, shop, {row["sku"] for row in mine}, since)


def _rates(session: Session, rows: Sequence[Row]) -> None:
    """What was converted at these rates is converted again."""
    for workspace_id, mine in _by(rows, "workspace_id").items():
        workspace = _workspace(session, workspace_id)
        for currency, days in rate_days(workspace, mine).items():
            rates = fx.base_rates(session, workspace)
            repricing.reprice(session, workspace, currency, sorted(days), rates.rate)


def rate_days(workspace: Workspace, rows: Iterable[Row]) -> dict[str, set[date]]:
    """The days on which rates may hold, by currency; those into the base currency only."""
    days: dict[str, set[date]] = defaultdict(set)
    for row in rows:
        if row["to_currency"] == workspace.base_currency:
            span = range(fx.MAX_AGE_DAYS + 1)
            days[row["from_currency"]].update(row["day"] + timedelta(days=n) for n in span)
    return days


def _people(session: Session, rows: Sequence[Row]) -> None:
    for workspace_id, mine in _by(rows, "workspace_id").items():
        workspace = _workspace(session, workspace_id)
        keys = {row["customer_key"] for row in mine if row["customer_key"]}
        own_buyers.changed(session, workspace, keys, {row["agency"] for row in mine})
        marks.names_changed(session, workspace)


def _accounts(session: Session, rows: Sequence[Row]) -> None:
    for workspace_id in _by(rows, "workspace_id"):
        marks.names_changed(session, _workspace(session, workspace_id))


def _coupons(session: Session, rows: Sequence[Row]) -> None:
    dirty.coupons_changed(session, [row["id"] for row in rows])


def _ownerships(session: Session, rows: Sequence[Row]) -> None:
    dirty.coupons_changed(session, {row["coupon_id"] for row in rows})


def _deals(session: Session, rows: Sequence[Row]) -> None:
    for workspace_id, mine in _by(rows, "workspace_id").items():
        workspace = _workspace(session, workspace_id)
        dirty.deals_changed(session, workspace, [(row["id"], row["posted_on"]) for row in mine])
        _reprice(session, workspace, mine, "posted_on")


def _affiliate_refunds(session: Session, rows: Sequence[Row]) -> None:
    for shop, mine in _by_shop(session, rows):
        refs, days = {row["order_ref"] for row in mine}, {row["booked_on"] for row in mine}
        dirty.affiliates_changed(session, shop, refs, days)


def _figures(session: Session, rows: Sequence[Row]) -> None:
    """No fact is made of them; those that came with spend count or not as it does."""
    for workspace_id, mine in _by(rows, "workspace_id").items():
        days = {row["ends_on"] for row in mine if row["layer"]}
        spend_layers.settle(session, workspace_id, days)


def _points(session: Session, rows: Sequence[Row]) -> None:
    """No fact is made of them, but an account shows the newest number of its followers."""
    ids = {
        row["subject_id"]
        for row in rows
        if row["subject_kind"] == "account" and row["metric"] == "followers"
    }
    observations.show_newest_followers(session, ids)


def _nothing(session: Session, rows: Sequence[Row]) -> None:
    """No fact is made of them: campaigns that nothing refers to."""


def _reprice(session: Session, workspace: Workspace, rows: Sequence[Row], day: str) -> None:
    """Rows that came back carry the rate of their time; since then there may be another."""
    days: dict[str, set[date]] = defaultdict(set)
    for row in rows:
        if row["currency"] != workspace.base_currency:
            days[row["currency"]].add(row[day])
    for currency, mine in days.items():
        rates = fx.base_rates(session, workspace)
        repricing.reprice(session, workspace, currency, sorted(mine), rates.rate)


MARKERS: dict[str, Callable[[Session, Sequence[Row]], None]] = {
    "order": _orders,
    "order_visitor": _visitors,
    "refund": _refunds,
    "affiliate_row": _affiliates,
    "touch": _touches,
    "spend": _spend,
    "goods_cost": _goods,
    "fx_rate": _rates,
    "influencer": _people,
    "social_account": _accounts,
    "coupon": _coupons,
    "coupon_ownership": _ownerships,
    "deal": _deals,
    "campaign": _nothing,
    "platform_figure": _figures,
    "affiliate_refund": _affiliate_refunds,
    "metric_point": _points,
}
"""By table; the same tables as `undo_tables.TRACKED`."""
