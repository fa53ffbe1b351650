"""From the demo's raw facts to full pages: visits, traffic, credits, costs.

The same services that the background jobs call, one after the other. Jobs may run beside it: each
side passes over what the other one has claimed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from tracker.db import Database
from tracker.models import Shop
from tracker.services import claims, dirty
from tracker.services.cost_facts import refresh_dirty_costs
from tracker.services.fitting import ensure_fits
from tracker.services.recompute import attribute_dirty
from tracker.services.traffic_facts import refresh_traffic_day
from tracker.services.visits import VISITORS_AT_ONCE, build_pending_visits

DAYS_AT_ONCE = 16


def derive(
    database: Database, workspace_id: int, tell: Callable[[str], None], now: datetime
) -> None:
    """Compute everything that is derived, until nothing is dirty that nobody else is at."""
    tell("visits")
    while True:
        with database.write() as session:
            if build_pending_visits(session) < VISITORS_AT_ONCE:
                break
    tell("traffic")
    _refresh_traffic(database, workspace_id)
    tell("models")
    ensure_fits(database, workspace_id=workspace_id, now=now)
    tell("attribution")
    attribute_dirty(database, workspace_id=workspace_id)
    tell("costs")
    refresh_dirty_costs(database, workspace_id=workspace_id)


def _refresh_traffic(database: Database, workspace_id: int) -> None:
    while True:
        with database.write() as session:
            days = claims.claim_days(
                session, dirty.TRAFFIC, datetime.now(UTC), limit=DAYS_AT_ONCE,
                workspace_id=workspace_id,
            )  # fmt: skip
        for day in days:
            with database.write() as session:
                shop = session.get_one(Shop, day.shop_id)
                if claims.hold(session, [day]):
                    refresh_traffic_day(session, shop, day.day)
                    claims.finish(session, [day])
        if len(days) < DAYS_AT_ONCE:
            return
