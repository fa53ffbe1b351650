"""Rules that people make came later: what alerts had told before is still known after."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select, text

from tests import factories, watched
from tests.migrations.test_fitted_models import back_to
from tracker.db import Database
from tracker.migrations import upgrade
from tracker.models import AlertRule, AlertState
from tracker.services import alert_rules, alerts
from tracker.services.alert_rules import KINDS

NOW = datetime.now(UTC)


def told(database: Database) -> list[tuple[object, ...]]:
    with database.read() as session:
        rows = session.execute(
            text("SELECT rule_id, subject_id, state, told_at FROM alert_state ORDER BY id")
        )
        return [tuple(row) for row in rows]


def test_states_survive_the_change_of_their_rules_table_and_its_way_back(database: Database):
    with database.write() as session, factories.using(session):
        workspace = factories.WorkspaceFactory()
        listing = watched.listing(session, workspace.id)
        watched.price(session, listing, 5_000, NOW, availability="out_of_stock")
        alerts.evaluate(session, workspace, NOW)
        made = alert_rules.create_rule(
            session, workspace, "price_drop", KINDS["price_drop"].usual, NOW
        )
        made_id = made.id
    before = told(database)
    assert any(row[3] for row in before)
    back_to(database, "0013")
    assert told(database) == before
    upgrade(database)
    assert told(database) == before
    with database.read() as session:
        assert session.get(AlertRule, made_id) is None  # nobody knew it in between
        rule = session.scalars(select(AlertRule).where(AlertRule.kind == "out_of_stock")).one()
        assert (rule.slot, rule.destination_ids, rule.dimension) == (0, [], "")
        assert session.scalars(select(AlertState).where(AlertState.rule_id == rule.id)).all()
