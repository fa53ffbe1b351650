"""Undoing an import brings back what was there, row for row and figure for figure."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.imports.world import make_world
from tests.services.undo_world import bundle, daily_facts, raw_facts
from tracker.imports.run import import_file
from tracker.models import ImportBatch
from tracker.services.undo import claim_undo, queue_undo, undo_step


@pytest.fixture
def world(database):
    return make_world(database)


def load(world, path):
    """Import a file; gives its batch's id."""
    result = import_file(world.database, path, world.request())
    assert result.n_good, result.as_json()
    with world.database.read() as session:
        return max(
            session.scalars(ImportBatch.__table__.select().with_only_columns(ImportBatch.id))
        )


def undo(world, batch_id):
    """Undo a batch, step by step; gives how many rows were left as they are."""
    kept = 0
    with world.database.write() as session:
        queue_undo(session, session.get_one(ImportBatch, batch_id))
    with world.database.write() as session:
        fence = claim_undo(session, batch_id, datetime.now(UTC))
    while True:
        with world.database.write() as session:
            step = undo_step(session, batch_id, fence)
        if step is None:
            return kept
        kept += step


@pytest.mark.parametrize("seed", range(3))
def test_undone_second_import_leaves_what_the_first_one_made(world, tmp_path, seed):
    load(world, bundle(tmp_path / "a.zip", 100 + seed))
    facts, raw = daily_facts(world.database), raw_facts(world.database)
    second = load(world, bundle(tmp_path / "b.zip", 200 + seed))
    assert raw_facts(world.database) != raw
    assert daily_facts(world.database) != facts
    assert undo(world, second) == 0
    after = raw_facts(world.database)
    assert {name: rows for name, rows in after.items() if rows != raw[name]} == {}
    assert daily_facts(world.database) == facts
