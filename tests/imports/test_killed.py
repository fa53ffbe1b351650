"""An import that dies at any moment and runs again ends as if nothing had happened."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from jobs.imports import run_undo
from tests.imports.files import write
from tests.imports.world import make_world
from tests.services.records import SECRET
from tracker.db import connect
from tracker.imports.run import Request, import_batch, import_file
from tracker.imports.source import read_chunks
from tracker.models import ImportBatch, Shop, Workspace
from tracker.services import batches
from tracker.services.undo import queue_undo

PROGRAM = """
import sys
from pathlib import Path
from tracker.db import connect
from tracker.imports import load
from tracker.imports.run import Request, import_file
from tracker.imports.source import read_chunks

url, path, workspace, shop, secret = sys.argv[1:]
load.read_chunks = lambda source: read_chunks(source, size=200)
request = Request(int(workspace), int(shop), secret.encode())
import_file(connect(url), Path(path), request,
            progress=lambda done, of: print(done, flush=True))
"""


def big_file(folder):
    rows = [
        f"{n},2026-11-{1 + n % 20:02} 10:00:00,{50 + n % 90}.00,{n % 7}.00,B{n % 300},CODE{n % 9}"
        for n in range(3_000)
    ]
    header = "order_id,placed_at,paid,refunded,buyer_id,coupons\n"
    return write(folder, header + "\n".join(rows) + "\n")


@pytest.mark.timeout(180)
def test_killed_import_ends_the_same(database, database_url, tmp_path, databases, backend):
    path = big_file(tmp_path)
    world = make_world(database)
    random.seed(11)
    arguments = [database_url, str(path), str(world.workspace_id), str(world.shop_id)]
    left = []
    for after in (200, 800, 1_600):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments, SECRET.decode()],
            stdout=subprocess.PIPE,
            text=True,
        )
        for line in process.stdout or ():
            if int(line) >= after:
                break
        time.sleep(random.random() * 0.05)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        left.append(world.count("order"))
    assert 0 < left[0] < 3_000  # it did die half-way
    result = import_file(database, path, world.request())
    assert result.rows == 3_000
    assert result.counts["rejected"] == result.counts["ignored"] == 0
    assert result.counts["unchanged"] > 0
    (tmp_path / "whole").mkdir()
    with databases.fresh(backend, tmp_path / "whole") as url:
        expected = _loaded_at_once(url, path)
    assert world.rows() == expected


def _loaded_at_once(url, path):
    database = connect(url)
    try:
        world = make_world(database)
        import_file(database, path, Request(world.workspace_id, world.shop_id, SECRET))
        return world.rows()
    finally:
        database.dispose()


WORKER = """
import sys
from pathlib import Path
from tracker.db import connect
from tracker.imports import load, resume
from tracker.imports.run import import_batch
from tracker.imports.source import read_chunks

url, batch, folder, secret = sys.argv[1:]
load.read_chunks = lambda source: read_chunks(source, size=200)
from tracker.services import batches
report = batches.report
def told(session, batch_id, fence, figures, *rest, **more):
    report(session, batch_id, fence, figures, *rest, **more)
    print(figures.rows_read, flush=True)
batches.report = told
import_batch(connect(url), int(batch), Path(folder), secret.encode())
"""

UNDOER = """
import sys
from datetime import UTC, datetime
from tracker.db import connect
from tracker.services import undo, undo_steps

url, batch = sys.argv[1:]
undo_steps.ROWS_AT_ONCE = 100
database = connect(url)
with database.write() as session:
    fence = undo.claim_undo(session, int(batch), datetime.now(UTC))
step = 0
while fence and step is not None:
    with database.write() as session:
        step = undo.undo_step(session, int(batch), fence)
    print("step", flush=True)
"""


def _kill_after(program, arguments, steps):
    """Run a program and kill it when it has printed so many lines; gives how many it did."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True
    )
    seen = 0
    for _ in process.stdout or ():
        seen += 1
        if seen >= steps:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.communicate()
    return seen


def _expire(world):
    """The dead worker's lease runs out."""
    with world.database.write() as session:
        session.execute(update(ImportBatch).values(leased_until=datetime(2020, 1, 1, tzinfo=UTC)))


def _upload(world, path):
    with world.database.write() as session:
        batch = batches.register_upload(
            session, session.get_one(Workspace, world.workspace_id),
            session.get_one(Shop, world.shop_id), file_name=path.name, stored_name=path.name,
            sha256="x",
        )  # fmt: skip
        batches.queue_batch(session, batch)
        return batch.id


def _figures(database, batch_id):
    with database.read() as session:
        row = session.get_one(ImportBatch, batch_id)
        return (row.status, row.rows_read, row.loaded, row.updated, row.unchanged, row.rejected,
                row.ignored, row.totals, row.effect, row.period_from, row.period_until)  # fmt: skip


@pytest.mark.timeout(180)
def test_killed_worker_s_import_goes_on_and_tells_the_same_figures(
    database, database_url, tmp_path, databases, backend, monkeypatch
):
    path = big_file(tmp_path)
    with path.open("a") as file:
        file.write("X,never,1.00,0,B1,\n")
    world = make_world(database)
    batch_id = _upload(world, path)
    arguments = [database_url, str(batch_id), str(tmp_path), SECRET.decode()]
    for steps in (3, 5):
        assert _kill_after(WORKER, arguments, steps) == steps
        _expire(world)
    with database.read() as session:
        half_way = session.get_one(ImportBatch, batch_id)
        assert half_way.status == "running"
        assert 1_000 < half_way.rows_read < 3_000
    monkeypatch.setattr("tracker.imports.load.read_chunks", lambda one: read_chunks(one, size=200))
    result = import_batch(database, batch_id, tmp_path, SECRET)
    assert result is not None
    assert result.counts == {"loaded": 3_000, "rejected": 1}
    (tmp_path / "whole").mkdir()
    with databases.fresh(backend, tmp_path / "whole") as url:
        other = connect(url)
        fresh = make_world(other)
        whole = _upload(fresh, path)
        import_batch(other, whole, tmp_path, SECRET)
        assert _figures(other, whole) == _figures(database, batch_id)
        assert fresh.rows() == world.rows()
        other.dispose()


@pytest.mark.timeout(180)
def test_killed_undoing_goes_on_to_the_same_end(database, database_url, tmp_path):
    world = make_world(database)
    first = big_file(tmp_path)
    import_file(database, first, world.request())
    before = world.rows()
    (tmp_path / "b").mkdir()
    text = first.read_text().replace(",CODE", ",KODE").replace("\n1,", "\n9001,")
    second = write(tmp_path / "b", text)
    result = import_file(database, second, world.request())
    assert result.counts["updated"] > 1_000
    with database.write() as session:
        batch_id = session.scalars(select(func.max(ImportBatch.id))).one()
        queue_undo(session, session.get_one(ImportBatch, batch_id))
    steps = 0
    for kill_at in (1, 1, 2):
        steps += _kill_after(UNDOER, [database_url, str(batch_id)], kill_at)
        _expire(world)
    assert steps
    run_undo(database, batch_id)
    with database.read() as session:
        assert session.get_one(ImportBatch, batch_id).undo_state == "undone"
    after = world.rows()
    assert {name for name in after if after[name] != before[name]} <= {"customer", "mark"}
