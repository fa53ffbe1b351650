import shutil

import pytest
from sqlalchemy import select

from jobs.imports import import_batch, import_due_files
from tests.imports.world import EXAMPLES, make_world
from tracker.models import ImportBatch, Shop, Workspace
from tracker.services import batches


@pytest.fixture
def world(settings, database):
    return make_world(database)


def upload(world, settings, name):
    shutil.copy(EXAMPLES / name, settings.uploads_dir / name)
    with world.database.write() as session:
        batch = batches.register_upload(
            session,
            session.get_one(Workspace, world.workspace_id),
            session.get_one(Shop, world.shop_id),
            file_name=name,
            stored_name=name,
            sha256="",
        )
        batches.queue_batch(session, batch)
        return batch.id


def test_every_due_file_is_imported(world, settings):
    for name in ("influencers.csv", "orders.csv"):
        upload(world, settings, name)
    assert import_due_files() == {"batches": 2}
    assert import_due_files() == {"batches": 0}
    assert (world.count("influencer"), world.count("order")) == (2, 4)


def test_twin_of_a_job_does_nothing(world, settings):
    batch_id = upload(world, settings, "orders.csv")
    assert import_batch(batch_id)["rows"] == 5
    assert import_batch(batch_id) == {"batch": batch_id, "rows": 0, "rejected": 0}
    assert import_batch(99) == {"batch": 99, "rows": 0, "rejected": 0}


def test_file_that_is_not_there_is_told_and_stops_no_other(world, settings):
    gone = upload(world, settings, "orders.csv")
    (settings.uploads_dir / "orders.csv").unlink()
    upload(world, settings, "influencers.csv")
    assert import_due_files() == {"batches": 2}
    with world.database.read() as session:
        errors = dict(session.execute(select(ImportBatch.id, ImportBatch.error)).all())
    assert errors[gone] == "file_gone"
    assert world.count("influencer") == 2
