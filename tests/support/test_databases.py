from sqlalchemy import func, select

from tracker.models import Workspace

HERE = {"slug": "acme", "name": "Acme", "base_currency": "CNY", "time_zone": "Asia/Shanghai"}


def workspaces(session):
    return session.scalar(select(func.count()).select_from(Workspace))


def add_one(session):
    from datetime import UTC, datetime

    session.add(Workspace(**HERE, created_at=datetime(2026, 11, 1, tzinfo=UTC)))
    session.commit()


def test_a_session_forgets_even_what_was_committed(session):
    assert workspaces(session) == 0
    add_one(session)
    assert workspaces(session) == 1


def test_the_next_session_finds_nothing_of_it(session):
    assert workspaces(session) == 0


def test_a_database_keeps_what_was_committed_for_other_connections(database):
    with database.write() as session:
        add_one(session)
    with database.read() as session:
        assert workspaces(session) == 1


def test_the_next_database_is_empty(database):
    with database.read() as session:
        assert workspaces(session) == 0
