"""A database whose traffic was computed before tags were counted by day."""

from __future__ import annotations

from alembic import command
from sqlalchemy import select

from jobs.visits import refresh_all
from tests import factories
from tests.factories import NOON, TODAY
from tracker.db import Database, writing
from tracker.migrations import alembic_config, upgrade
from tracker.models import DirtyDay, Promotion, TagDay, Workspace
from tracker.services.traffic_facts import refresh_traffic_day


def test_days_of_the_past_get_their_tags_from_the_job_after_an_upgrade(database: Database):
    with database.write() as session, factories.using(session):
        workspace = factories.WorkspaceFactory()
        shop = factories.ShopFactory(workspace=workspace)
        mark = factories.MarkFactory(workspace=workspace, utm_source="xhs")
        factories.VisitFactory(
            visitor=factories.VisitorFactory(shop=shop), mark=mark, started_at=NOON
        )
        factories.CampaignFactory(workspace=workspace, budget_minor=7)
        session.add(
            Promotion(
                workspace_id=workspace.id, festival="618", name="618", starts_on=TODAY,
                ends_on=TODAY, created_at=NOON,
            )
        )  # fmt: skip
        refresh_traffic_day(session, shop, TODAY)
        before = [(row.mark_id, row.visits) for row in session.scalars(select(TagDay))]
    assert before == [(mark.id, 1)]
    with writing(database.engine).begin() as connection:
        command.downgrade(alembic_config(connection), "0012")

    upgrade(database)

    with database.read() as session:
        assert session.scalars(select(TagDay)).all() == []
        marked = session.scalars(select(DirtyDay).where(DirtyDay.scope == "traffic")).all()
        assert [(row.day, row.workspace_id) for row in marked] == [
            (TODAY, session.scalars(select(Workspace.id)).one())
        ]
    refresh_all(database)
    with database.read() as session:
        assert [(row.mark_id, row.visits) for row in session.scalars(select(TagDay))] == before
        assert session.scalars(select(DirtyDay).where(DirtyDay.scope == "traffic")).all() == []
