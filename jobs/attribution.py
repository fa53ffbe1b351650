"""RQ jobs that attribute orders and add up costs.

Thin, idempotent, safe beside a twin: what is due stands in `dirty_day` and is claimed there.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from jobs.visits import refresh_all
from tracker.config import Settings
from tracker.db import Database, connect
from tracker.services import dirty, recompute
from tracker.services.claims import count_dirty
from tracker.services.cost_facts import refresh_dirty_costs
from tracker.services.fitting import ensure_fits
from tracker.services.runs import recorded_run

SECONDS: Final = 240.0
"""A job starts no new batch after so long; the next tick goes on. Well under its time limit."""


def refresh_due_days() -> dict[str, Any]:
    """Bring the daily facts up to date: traffic, then credits, then the costs that follow them.

    Returns:
        {"traffic_days", "days", "orders", "rows", "lost", "seconds", "cost_days"}.
    """
    database = connect(Settings.from_env().database)
    try:
        return {
            "traffic_days": refresh_all(database),
            **_attribute(database),
            "cost_days": _refresh_costs(database),
        }
    finally:
        database.dispose()


def attribute_dirty() -> dict[str, Any]:
    """Attribute the orders of all dirty days. Returns {"days", "orders", "rows", "lost", …}."""
    database = connect(Settings.from_env().database)
    try:
        return _attribute(database)
    finally:
        database.dispose()


def make_fits() -> dict[str, int]:
    """Make the fits of data-driven models that are due; the days they change become dirty.

    Returns:
        {"weeks": fitted}.
    """
    database = connect(Settings.from_env().database)
    try:
        return {"weeks": ensure_fits(database)}
    finally:
        database.dispose()


def refresh_costs() -> dict[str, Any]:
    """Compute the costs of all dirty days. Returns {"cost_days"}."""
    database = connect(Settings.from_env().database)
    try:
        return {"cost_days": _refresh_costs(database)}
    finally:
        database.dispose()


def _attribute(database: Database) -> dict[str, Any]:
    if not _is_due(database, dirty.CREDIT):
        return asdict(recompute.Attributed())
    with recorded_run(database, "attribution") as figures:
        figures.update(asdict(recompute.attribute_dirty(database, seconds=SECONDS)))
    return figures


def _refresh_costs(database: Database) -> int:
    if not _is_due(database, dirty.COST):
        return 0
    with recorded_run(database, "cost") as figures:
        days = refresh_dirty_costs(database, seconds=SECONDS)
        figures["days"] = days
    return days


def _is_due(database: Database, scope: str) -> bool:
    """Whether anything is dirty: an idle installation writes no runs."""
    with database.read() as session:
        return count_dirty(session, scope) > 0
