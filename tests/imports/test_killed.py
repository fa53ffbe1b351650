"""An import that dies at any moment and runs again ends as if nothing had happened."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from tests.imports.files import write
from tests.imports.world import make_world
from tests.services.records import SECRET
from tracker.imports.run import Request, import_file

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
    from tracker.db import connect

    database = connect(url)
    try:
        world = make_world(database)
        import_file(database, path, Request(world.workspace_id, world.shop_id, SECRET))
        return world.rows()
    finally:
        database.dispose()
