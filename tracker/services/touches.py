"""Touches: contacts that a file states; touchpoints of their own, never part of a visit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.money import convert
from tracker.domain.records import LoadResult, Outcome, Reason, Refused, TouchRecord
from tracker.models import Shop, Touch, Workspace
from tracker.services import dirty, fx
from tracker.services.bulk import Merge, among, one_loader_at_a_time, table_of
from tracker.services.marks import mark_ids
from tracker.services.visitors import visitor_ids

_SAID = ("visitor_id", "at", "mark_id", "interaction", "cost_minor")


def load_touches(
    session: Session, shop: Shop, records: Sequence[TouchRecord], *, batch_id: int = 0
) -> LoadResult:
    """Load touches of one shop; the cost of a touch is converted at the rate of its day.

    Refused: `unknown_currency` and `no_exchange_rate`, for touches that have a cost.
    """
    one_loader_at_a_time(session, "touches", shop.id)
    workspace = session.get_one(Workspace, shop.workspace_id)
    costs = _costs(session, shop, workspace, records)
    good = [record for record, cost in zip(records, costs, strict=True) if isinstance(cost, int)]
    visitors = visitor_ids(session, shop.id, [record.visitor_key for record in good])
    marks = iter(mark_ids(session, workspace.id, [record.mark for record in good]))
    merge = Merge(("key",), _SAID, _known(session, shop.id, [record.key for record in good]))
    outcomes: list[Outcome | Refused] = []
    for record, cost in zip(records, costs, strict=True):
        if isinstance(cost, Refused):
            outcomes.append(cost)
            continue
        row = {
            "shop_id": shop.id,
            "key": record.key,
            "visitor_id": visitors[record.visitor_key],
            "at": record.at,
            "mark_id": next(marks),
            "interaction": str(record.interaction),
            "cost_minor": cost,
            "batch_id": batch_id,
        }
        outcomes.append(merge.put(row))
    upsert(session, table_of(Touch), merge.rows, ["shop_id", "key"])
    _mark_dirty(session, shop, workspace, merge.rows)
    return LoadResult(tuple(outcomes))


def _costs(
    session: Session, shop: Shop, workspace: Workspace, records: Sequence[TouchRecord]
) -> list[int | Refused]:
    """The cost of each touch in the base currency, or why it has none."""
    rates, zone = fx.base_rates(session, workspace), ZoneInfo(shop.time_zone)
    costs: list[int | Refused] = []
    for record in records:
        if not record.cost_minor:
            costs.append(0)
            continue
        currency, day = record.currency or shop.currency, record.at.astimezone(zone).date()
        rate = rates.rate(currency, day)
        if rate is None:
            costs.append(Refused(Reason.NO_EXCHANGE_RATE, f"{currency} {day}"))
        else:
            costs.append(convert(record.cost_minor, currency, workspace.base_currency, rate))
    return costs


def _known(
    session: Session, shop_id: int, keys: Sequence[str]
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    rows = session.execute(
        select(
            Touch.key, Touch.visitor_id, Touch.at, Touch.mark_id, Touch.interaction,
            Touch.cost_minor,
        ).where(Touch.shop_id == shop_id, among(session, Touch.key, keys))
    )  # fmt: skip
    return {(key,): tuple(rest) for key, *rest in rows}


def _mark_dirty(
    session: Session, shop: Shop, workspace: Workspace, rows: Sequence[dict[str, Any]]
) -> None:
    zone = ZoneInfo(shop.time_zone)
    since: dict[int, datetime] = {}
    days: set[date] = set()
    cost_days: set[date] = set()
    for row in rows:
        visitor, at = row["visitor_id"], row["at"]
        since[visitor] = min(at, since.get(visitor, at))
        day = at.astimezone(zone).date()
        days.add(day)
        if row["cost_minor"]:
            cost_days.add(day)
    dirty.traffic_changed(session, shop, sorted(days))
    dirty.touches_changed(session, shop, since)
    dirty.costs_changed(session, workspace, sorted(cost_days))
