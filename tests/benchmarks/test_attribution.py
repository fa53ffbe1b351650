"""What is measured is the same work: all engines agree, and the world is credited."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from benchmarks import attribution_database, attribution_engines
from benchmarks.attribution_fill import fill
from benchmarks.attribution_world import ORDER_DAYS, make_world
from tracker.db import connect
from tracker.models import Credit, DirtyDay, Order, Touch

TOUCHES = 4_000


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("engines")
    attribution_engines.write_files(make_world(TOUCHES), folder)
    return folder


@pytest.mark.parametrize("from_files", [False, True])
@pytest.mark.parametrize("engine", ["duckdb", "polars", "pandas"])
def test_every_engine_gives_the_channel_totals_of_our_kernel(files, engine, from_files):
    ours = attribution_engines.ENGINES["ours"](files, from_files=from_files)()
    theirs = attribution_engines.ENGINES[engine](files, from_files=from_files)()
    assert set(ours) - {0} == set(theirs)  # a join leaves orders without a touch out
    n_orders = make_world(TOUCHES).buyer.size
    for channel, totals in theirs.items():
        assert ours[channel] == pytest.approx(totals, abs=0.5 * n_orders)
        assert ours[channel][:3] == totals[:3]  # nothing is rounded where nothing is shared


def test_our_totals_are_those_of_all_orders(files):
    world = make_world(TOUCHES)
    totals = attribution_engines.ENGINES["ours"](files, from_files=False)()
    sums = np.sum(list(totals.values()), axis=0)
    assert sums.tolist() == [world.net.sum()] * len(attribution_engines.RULES)


def test_the_world_in_the_database_is_attributed_day_by_day(tmp_path):
    url = f"sqlite:///{tmp_path / 'bench.db'}"
    shape = fill(url, TOUCHES)
    attribution_database.fit_once(url)
    timed = attribution_database.time_all(url, 1)
    attribution_database.time_one_day(url, 1)
    database = connect(url)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Touch)) == TOUCHES
        credited = select(func.count(Credit.order_id.distinct()))
        assert session.scalar(credited) == shape["orders"]
        assert session.scalar(select(func.count()).select_from(Credit)) == timed["ledger_rows"]
        assert session.scalar(select(func.count()).select_from(DirtyDay)) == 0
        days = session.scalars(select(Order.ordered_on).distinct()).all()
        assert 0 < len(days) <= ORDER_DAYS
        assert min(days) >= attribution_database.FIRST
        assert max(days) <= attribution_database.LAST
    database.dispose()
