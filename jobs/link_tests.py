"""RQ job that counts running tests of links. Thin: a short transaction for each test."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from tracker.config import Settings
from tracker.db import Database, connect
from tracker.models import LinkTest
from tracker.services.link_tests import count_test, is_due


def count_due_tests() -> dict[str, int]:
    """Count every test that runs or ended not long ago (safe to repeat and beside a twin).

    Returns:
        {"tests": counted}.
    """
    database = connect(Settings.from_env().database)
    try:
        return {"tests": count_all(database, datetime.now(UTC))}
    finally:
        database.dispose()


def count_all(database: Database, now: datetime) -> int:
    """Count what is due; gives how many."""
    with database.read() as session:
        tests = session.scalars(select(LinkTest).order_by(LinkTest.id)).all()
        due = [test.id for test in tests if is_due(test, now)]
    for test_id in due:
        with database.write() as session:
            test = session.get(LinkTest, test_id)
            if test is not None:
                count_test(session, test, now)
    return len(due)
