"""The job that looks whether something that is watched deserves a word."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from jobs.alerts import look_at_watched
from tests import factories, watched
from tracker.models import AlertRule, AlertState


def test_every_workspace_that_watches_something_is_looked_at(settings, database):
    assert look_at_watched() == {"read": 0, "told": 0, "messages": 0}
    with database.write() as session, factories.using(session):
        for _ in range(2):
            workspace = factories.WorkspaceFactory()
            row = watched.listing(session, workspace.id)
            watched.price(session, row, 5_000, datetime.now(UTC), availability="out_of_stock")
        factories.WorkspaceFactory()  # watches nothing
    done = look_at_watched()
    assert done["told"] == 2
    assert look_at_watched() == {**done, "told": 0}  # again: nothing is told twice
    with database.read() as session:
        assert len(set(session.scalars(select(AlertRule.workspace_id)))) == 2
        told = session.scalars(select(AlertState.state).where(AlertState.told_at.is_not(None)))
        assert list(told) == ["triggered"] * 2
