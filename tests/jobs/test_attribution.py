"""The jobs: what is dirty becomes clean, an idle installation writes nothing."""

import json
from datetime import date

import pytest
from sqlalchemy import func, select

from jobs import attribution
from tests import factories
from tests.services.credit_rebuild import derived, fill
from tests.services.credit_world import World
from tracker.models import CostDay, DirtyDay, Run
from tracker.services import dirty, recompute
from tracker.services.recompute import attribute_dirty


def runs(database):
    with database.read() as session:
        return [(run.kind, run.outcome) for run in session.scalars(select(Run).order_by(Run.id))]


def test_due_days_are_brought_up_to_date(settings, database):
    fill(database)
    with database.write() as session, factories.using(session):
        world = World(session)
        factories.SpendFactory(workspace=world.workspace)
        dirty.costs_changed(session, world.workspace, [date(2026, 11, 11)])
        dirty.traffic_changed(session, world.shop, [date(2026, 11, 11)])
    done = attribution.refresh_due_days()
    assert json.loads(json.dumps(done)) == done
    assert (done["orders"], done["traffic_days"], done["cost_days"]) == (60, 1, 1)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(DirtyDay)) == 0
        assert session.scalar(select(func.sum(CostDay.spend_minor))) == 30_000
    assert runs(database) == [("attribution", "done"), ("cost", "done")]


def test_an_idle_installation_writes_no_runs(settings, database):
    assert attribution.refresh_due_days()["days"] == 0
    assert attribution.attribute_dirty()["orders"] == 0
    assert attribution.refresh_costs() == {"cost_days": 0}
    assert runs(database) == []


def test_the_job_gives_the_rows_of_the_service(settings, database):
    fill(database)
    attribution.attribute_dirty()
    before = derived(database)
    with database.write() as session:
        for workspace in session.scalars(select(factories.models.Workspace)):
            dirty.policy_applied(session, workspace)
    attribute_dirty(database)
    assert derived(database) == before


def test_a_failed_run_says_why(settings, database, monkeypatch):
    fill(database, orders=2)
    monkeypatch.setattr(recompute, "compute_partitions", lambda *_: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        attribution.attribute_dirty()
    with database.read() as session:
        run = session.scalars(select(Run)).one()
        assert (run.outcome, run.error) == (
            "failed",
            "ZeroDivisionError: integer division or modulo by zero",
        )
