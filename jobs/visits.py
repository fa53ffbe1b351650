"""RQ jobs that turn hits into visits and visits into the traffic of days.

Thin, idempotent, safe beside a twin: what is due stands in the database (`visitor.pending_since`,
`dirty_day`, `mark.rules_version`), and every transaction is short.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from tracker.config import Settings
from tracker.db import Database, connect
from tracker.models import Mark, Shop, Workspace
from tracker.services import claims, dirty
from tracker.services.marks import reread_marks
from tracker.services.page_facts import count_pages
from tracker.services.traffic_facts import refresh_traffic_day
from tracker.services.visits import VISITORS_AT_ONCE, build_pending_visits

MARKS_AT_ONCE = 2_000
DAYS_AT_ONCE = 16


def build_due_visits() -> dict[str, int]:
    """Build the visits of all visitors with new hits, then the traffic of the days this made dirty.

    Returns:
        {"marks": read again, "visitors": done, "days": refreshed}.
    """
    database = connect(Settings.from_env().database)
    try:
        return {
            "marks": read_stale_marks(database),
            "visitors": build_all(database),
            "days": refresh_all(database),
        }
    finally:
        database.dispose()


def refresh_traffic() -> dict[str, int]:
    """Refresh the traffic of all dirty days. Returns {"days": refreshed}."""
    database = connect(Settings.from_env().database)
    try:
        return {"days": refresh_all(database)}
    finally:
        database.dispose()


def read_stale_marks(database: Database) -> int:
    """Read marks again that a big edit of rules or names left behind. Gives how many changed."""
    changed = 0
    with database.read() as session:
        stale = select(Mark.id).where(
            Mark.workspace_id == Workspace.id, Mark.rules_version < Workspace.rules_version
        )
        workspaces = session.scalars(select(Workspace.id).where(stale.exists())).all()
    for workspace_id in workspaces:
        is_more = True
        while is_more:
            with database.write() as session:
                workspace = session.get_one(Workspace, workspace_id)
                read = reread_marks(session, workspace, limit=MARKS_AT_ONCE)
            changed += len(read.changed)
            is_more = read.n_read == MARKS_AT_ONCE
    return changed


def build_all(database: Database) -> int:
    """Build the visits of all pending visitors, some at a time. Gives how many visitors."""
    total = 0
    while True:
        with database.write() as session:
            done = build_pending_visits(session)
        total += done
        if done < VISITORS_AT_ONCE:
            return total


def refresh_all(database: Database) -> int:
    """Refresh the traffic of all dirty days that nobody else holds. Gives how many days."""
    total = 0
    while True:
        with database.write() as session:
            days = claims.claim_days(session, dirty.TRAFFIC, datetime.now(UTC), limit=DAYS_AT_ONCE)
        for day in days:
            total += _refresh(database, day)
        if len(days) < DAYS_AT_ONCE:
            return total


def _refresh(database: Database, day: claims.ClaimedDay) -> int:
    """One claimed day; 0 when the claim was lost meanwhile, or the day was marked again."""
    with database.read() as session:
        shop = session.get(Shop, day.shop_id)
        pages = None if shop is None else count_pages(session, shop, day.day)
    with database.write() as session:
        if not claims.hold(session, [day]):
            return 0
        shop = session.get(Shop, day.shop_id)
        if shop is not None:
            refresh_traffic_day(session, shop, day.day, pages)
        return claims.finish(session, [day])
