"""Credits are safe to compute twice, at once, or half-way: twins, leases, fences, kills."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from tests import factories
from tests.services.credit_rebuild import DERIVED, count, derived, fill, rebuild
from tracker.models import DirtyDay, Order, Shop, Workspace
from tracker.services import claims, dirty, recompute
from tracker.services.recompute import attribute_dirty


def test_twins_at_once_give_the_rows_of_one(database):
    fill(database, orders=120)
    attribute_dirty(database)
    before = derived(database)
    with database.write() as session:
        for table in DERIVED:
            session.execute(delete(table))
        dirty.policy_applied(session, session.scalars(select(Workspace)).one())
    errors = []

    def run():
        try:
            attribute_dirty(database)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    attribute_dirty(database)
    assert derived(database) == before
    assert count(database, DirtyDay) == 0


def test_a_job_that_lost_its_claim_writes_nothing(database, monkeypatch):
    fill(database)
    real = recompute.compute_partitions

    def slow(*arguments):
        result = real(*arguments)
        monkeypatch.setattr(recompute, "compute_partitions", real)
        with database.write() as session:  # our lease runs out, another job does all the work
            session.execute(update(DirtyDay).values(leased_until=None))
        assert attribute_dirty(database).days > 0
        return result

    monkeypatch.setattr(recompute, "compute_partitions", slow)
    done = attribute_dirty(database)
    assert done.days == 0
    assert done.lost > 0
    before = derived(database)
    rebuild(database)
    assert derived(database) == before


def test_what_comes_in_while_a_job_works_stays_dirty(database, monkeypatch):
    fill(database)
    attribute_dirty(database)
    real = recompute.compute_partitions
    with database.write() as session:
        order = session.scalars(select(Order).where(Order.status == "paid").limit(1)).one()
        shop = session.get_one(Shop, order.shop_id)
        dirty.orders_changed(session, shop, [order.ordered_on])
    raced = []

    def race(*arguments):
        result = real(*arguments)
        if not raced:
            raced.append(True)
            with database.write() as session, factories.using(session):
                factories.RefundFactory(order=order, refunded_on=order.ordered_on, amount_minor=1)
                dirty.orders_changed(session, shop, [order.ordered_on])
        return result

    monkeypatch.setattr(recompute, "compute_partitions", race)
    attribute_dirty(database)
    assert raced
    assert count(database, DirtyDay) == 0
    before = derived(database)
    rebuild(database)
    assert derived(database) == before


def test_a_failure_frees_the_claims_for_others(database, monkeypatch):
    fill(database)

    def fail(*_):
        raise MemoryError("no more")

    with monkeypatch.context() as patch:
        patch.setattr(recompute, "compute_partitions", fail)
        with pytest.raises(MemoryError):
            attribute_dirty(database)
    with database.read() as session:
        assert set(session.scalars(select(DirtyDay.leased_until))) == {None}
    assert attribute_dirty(database).orders == 60


def test_a_fence_is_never_used_twice(database):
    fill(database, orders=3)
    now = datetime.now(UTC)
    with database.write() as session:
        old = claims.claim_days(session, dirty.CREDIT, now, limit=100)
        claims.finish(session, old)
        dirty.policy_applied(session, session.scalars(select(Workspace)).one())
        new = claims.claim_days(session, dirty.CREDIT, now, limit=100)
    assert not {claim.fence for claim in old} & {claim.fence for claim in new}


RUN = """
import sys
from tracker.db import connect
from tracker.services import credit_store, recompute
recompute.SLICE_ROWS = 20
recompute.CLAIM_DAYS = 3
credit_store.slices.__defaults__ = (20,)
print("go", flush=True)
recompute.attribute_dirty(connect(sys.argv[1]))
"""


def test_killed_at_any_point_and_run_again_the_rows_are_the_same(database, database_url):
    fill(database, orders=150)
    attribute_dirty(database)
    before = derived(database)
    with database.write() as session:
        for table in DERIVED:
            session.execute(delete(table))
        dirty.policy_applied(session, session.scalars(select(Workspace)).one())
    chance = random.Random(3)
    for _ in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", RUN, database_url],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        child.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.25))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    with database.write() as session:  # the leases of the killed have run out
        session.execute(update(DirtyDay).values(leased_until=None))
    attribute_dirty(database)
    assert derived(database) == before
    assert count(database, DirtyDay) == 0
