"""Sessions, rows in bulk and arrays, on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tracker.db import FEW_ROWS, Database, connect, insert_new, read_int_columns, upsert
from tracker.models import FxRate, Run, Shop, Visitor, Workspace
from tracker.models.base import to_micros

NOW = datetime(2026, 11, 11, 0, 0, 0, 123456, tzinfo=UTC)
VISITOR_KEY = ("shop_id", "key")


def visitors(shop: Shop, count: int, start: int = 0) -> list[dict[str, Any]]:
    return [
        {"shop_id": shop.id, "key": f"v{i}", "pending_since": None, "created_at": NOW}
        for i in range(start, start + count)
    ]


@pytest.mark.parametrize("count", [1, FEW_ROWS, FEW_ROWS + 1, 2_500])
def test_insert_new_counts_only_what_was_not_there(session: Session, shop: Shop, count: int):
    rows = visitors(shop, count)
    assert insert_new(session, Visitor.__table__, rows, VISITOR_KEY) == count
    more = visitors(shop, count + 3)
    assert insert_new(session, Visitor.__table__, more, VISITOR_KEY) == 3
    assert session.scalar(select(func.count()).select_from(Visitor)) == count + 3


def test_insert_new_of_nothing_is_nothing(session: Session):
    assert insert_new(session, Visitor.__table__, [], VISITOR_KEY) == 0


@pytest.mark.parametrize("count", [3, FEW_ROWS * 3])
def test_insert_new_fills_scalar_defaults_on_every_path(session: Session, count: int):
    rows = [{"kind": "upkeep", "started_at": NOW, "outcome": "done"} for _ in range(count)]
    columns = {"figures": {}, "error": ""}
    assert insert_new(session, Run.__table__, [row | columns for row in rows]) == count
    assert session.scalars(select(Run.error).distinct()).all() == [""]


def rate(workspace: Workspace, day: int, value: int) -> dict[str, Any]:
    return {
        "workspace_id": workspace.id,
        "from_currency": "USD",
        "to_currency": "CNY",
        "day": date(2026, 11, day),
        "rate_e8": value,
    }


RATE_KEY = ("workspace_id", "from_currency", "to_currency", "day")


def test_upsert_replaces_what_was_there(session: Session, workspace: Workspace):
    assert upsert(session, FxRate.__table__, [rate(workspace, 1, 7)], RATE_KEY) == 1
    rows = [rate(workspace, 1, 8), rate(workspace, 2, 9)]
    assert upsert(session, FxRate.__table__, rows, RATE_KEY) == 2
    assert session.scalars(select(FxRate.rate_e8).order_by(FxRate.day)).all() == [8, 9]


def test_upsert_leaves_a_newer_row_alone(session: Session, workspace: Workspace):
    upsert(session, FxRate.__table__, [rate(workspace, 1, 9)], RATE_KEY)
    assert (
        upsert(session, FxRate.__table__, [rate(workspace, 1, 8)], RATE_KEY, newer="rate_e8") == 0
    )
    assert (
        upsert(session, FxRate.__table__, [rate(workspace, 1, 9)], RATE_KEY, newer="rate_e8") == 1
    )
    assert session.scalars(select(FxRate.rate_e8)).all() == [9]


def test_arrays_hold_what_the_rows_hold(session: Session, shop: Shop):
    insert_new(session, Visitor.__table__, visitors(shop, 300), VISITOR_KEY)
    query = select(Visitor.id, Visitor.created_at, Visitor.shop_id).order_by(Visitor.id.desc())
    arrays = read_int_columns(session, query.where(Visitor.created_at == NOW))
    assert list(arrays) == ["id", "created_at", "shop_id"]
    assert all(column.dtype == np.int64 for column in arrays.values())
    assert arrays["id"].tolist() == [row.id for row in session.execute(query)]
    assert set(arrays["created_at"].tolist()) == {to_micros(NOW)}


def test_arrays_of_no_rows_are_empty(session: Session):
    arrays = read_int_columns(session, select(Visitor.id, Visitor.shop_id))
    assert [column.shape for column in arrays.values()] == [(0,), (0,)]


def test_arrays_refuse_null_rather_than_shift_columns(session: Session, shop: Shop):
    insert_new(session, Visitor.__table__, visitors(shop, 2), VISITOR_KEY)
    with pytest.raises(ValueError, match="NULL"):
        read_int_columns(session, select(Visitor.id, Visitor.pending_since))


@given(values=st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20))
def test_arrays_keep_every_64_bit_number(session: Session, workspace: Workspace, values: list[int]):
    with session.begin_nested() as savepoint:
        rows = [rate(workspace, i + 1, value) for i, value in enumerate(values)]
        upsert(session, FxRate.__table__, rows, RATE_KEY)
        arrays = read_int_columns(session, select(FxRate.rate_e8).order_by(FxRate.day))
        assert arrays["rate_e8"].tolist() == values
        savepoint.rollback()


def test_a_writer_that_fails_leaves_nothing(database: Database):
    class BrokenError(Exception):
        pass

    def write_and_break() -> None:
        with database.write() as session:
            session.add(Run(kind="upkeep", started_at=NOW, outcome="done"))
            session.flush()
            raise BrokenError

    with pytest.raises(BrokenError):
        write_and_break()
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Run)) == 0


def test_writers_that_read_first_wait_for_each_other(database: Database):
    """On SQLite a transaction that reads and then writes fails unless it took the lock at once."""
    errors: list[Exception] = []

    def count_up() -> None:
        try:
            for _ in range(10):
                with database.write() as session:
                    n = session.scalar(select(func.count()).select_from(Run))
                    session.add(Run(kind="upkeep", started_at=NOW, outcome="done", error=str(n)))
        except Exception as error:  # the thread's failure is the test's
            errors.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Run)) == 40


def test_a_synced_connection_waits_for_the_disk(tmp_path):
    for synced, level in ((False, 1), (True, 2)):  # NORMAL, FULL
        database = connect(f"sqlite:///{tmp_path / 'some.db'}", synced=synced)
        with database.read() as session:
            assert session.execute(text("PRAGMA synchronous")).scalar() == level
        database.dispose()


def test_a_reading_session_sees_one_state_of_the_database(database: Database):
    count = select(func.count()).select_from(Run)
    with database.read() as reading:
        assert reading.scalar(count) == 0
        with database.write() as writing:
            writing.add(Run(kind="upkeep", started_at=NOW, outcome="done"))
        assert reading.scalar(count) == 0
    with database.read() as reading:
        assert reading.scalar(count) == 1
