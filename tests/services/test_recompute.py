"""Credits in the database: exact, repeatable, and safe to run twice, at once, or half-way."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, func, select, update

from tests import factories
from tests.services.credit_world import World, at, rows_of
from tracker.db import Database
from tracker.domain.paths import TouchKind
from tracker.models import (
    Credit,
    CreditDay,
    CreditDayChannel,
    DirtyDay,
    Order,
    Refund,
    Shop,
    Workspace,
)
from tracker.models.credit import MODELS
from tracker.services import claims, credit_store, dirty, recompute
from tracker.services.fitting import ensure_fits
from tracker.services.policies import apply_policy, save_policy
from tracker.services.recompute import attribute_dirty

DERIVED = (Credit, CreditDay, CreditDayChannel)


def fill(database: Database, orders: int = 60, seed: int = 7) -> int:
    """A random but repeatable world; gives the workspace's id. Every order day is marked."""
    chance = random.Random(seed)
    with database.write() as session, factories.using(session):
        world = World(session)
        people = [world.influencer() for _ in range(3)]
        marks = [world.direct, world.search, world.mail, *map(world.kol_mark, people)]
        codes = [world.coupon(person) for person in people]
        customers = [world.customer() for _ in range(8)]
        world.goods_cost("sku", 777)
        for _ in range(orders):
            visitor = world.visitor()
            for _ in range(chance.randrange(5)):
                world.touch(visitor, chance.uniform(-25, 5), chance.choice(marks))
            order = world.order(
                chance.uniform(-10, 5),
                visitor if chance.random() < 0.9 else None,
                customer=chance.choice([None, *customers]),
                paid_minor=chance.randrange(1, 50_000),
            )
            if chance.random() < 0.3:
                world.use(order, chance.choice(codes))
            if chance.random() < 0.2:
                world.affiliate(order, chance.choice(people), clicked=chance.uniform(-15, 5))
            if chance.random() < 0.5:
                world.line(order, chance.choice(["sku", "other"]), chance.randrange(1, 4))
            for _ in range(chance.choice([0, 0, 1, 3])):
                days = (order.placed_at - at(0)) / timedelta(days=1) + chance.uniform(0, 9)
                world.refund(order, days, chance.randrange(1, order.paid_minor + 1) // 2)
        dirty.policy_applied(session, world.workspace)
        return world.workspace.id


def derived(database: Database) -> list[list[tuple[object, ...]]]:
    with database.read() as session:
        return [rows_of(session, table) for table in DERIVED]


def count(database: Database, table: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def rebuild(database: Database) -> None:
    """Drop all that is derived and compute it again."""
    with database.write() as session:
        for table in DERIVED:
            session.execute(delete(table))
        for workspace in session.scalars(select(Workspace)):
            dirty.policy_applied(session, workspace)
    attribute_dirty(database)


def test_every_model_credits_exactly_the_net_of_every_order(database):
    fill(database)
    ensure_fits(database, now=at(60))
    done = attribute_dirty(database)
    assert done.orders == 60
    assert count(database, DirtyDay) == 0
    with database.read() as session:
        refunded = dict(
            session.execute(
                select(Refund.order_ref, func.sum(Refund.amount_minor)).group_by(Refund.order_ref)
            ).all()
        )
        for order in session.scalars(select(Order)):
            rows = session.scalars(select(Credit).where(Credit.order_id == order.id)).all()
            for model in MODELS:
                net = sum(getattr(row, f"net_{model}") for row in rows)
                assert net == order.net_base_minor - int(refunded.get(order.ref, 0))
                assert sum(getattr(row, f"weight_{model}") for row in rows) == 1_000_000


def test_facts_and_roll_ups_add_up_to_the_ledger(database):
    fill(database)
    ensure_fits(database, now=at(60))
    attribute_dirty(database)
    with database.read() as session:
        for number, model in enumerate(MODELS, start=1):
            column = getattr(Credit, f"net_{model}")
            ledger = dict(
                session.execute(
                    select(Credit.booked_on, func.sum(column)).group_by(Credit.booked_on)
                ).all()
            )
            orders = session.scalar(select(func.sum(getattr(Credit, f"weight_{model}"))))
            for table in (CreditDay, CreditDayChannel):
                facts = session.execute(
                    select(
                        table.booked_on,
                        func.sum(table.net_revenue_minor),
                        func.sum(table.orders_micro),
                    )
                    .where(table.model_code == number)
                    .group_by(table.booked_on)
                ).all()
                assert {day: int(net) for day, net, _ in facts} == {
                    day: int(net) for day, net in ledger.items()
                }
                assert sum(int(micro) for _, _, micro in facts) == int(orders)


def test_facts_name_refunds_goods_cost_and_first_refunds(database):
    with database.write() as session, factories.using(session):
        world = World(session)
        world.goods_cost("sku", 300)
        order = world.order(paid_minor=10_000)
        world.line(order, "sku", 2)
        world.refund(order, 1, 4_000)
        world.refund(order, 2, 1_000)
        dirty.policy_applied(session, world.workspace)
    attribute_dirty(database)
    with database.read() as session:
        rows = session.execute(
            select(
                CreditDay.orders_micro,
                CreditDay.net_revenue_minor,
                CreditDay.refund_minor,
                CreditDay.refunded_orders_micro,
                CreditDay.goods_cost_minor,
                CreditDay.orders_without_goods_cost_micro,
            )
            .where(CreditDay.model_code == 3)
            .order_by(CreditDay.booked_on)
        ).all()
    assert [tuple(row) for row in rows] == [
        (1_000_000, 10_000, 0, 0, 600, 0),
        (0, -4_000, 4_000, 1_000_000, 0, 0),
        (0, -1_000, 1_000, 0, 0, 0),
    ]


def test_an_unattributed_order_is_one_row_of_channel_none(database):
    with database.write() as session, factories.using(session):
        world = World(session)
        world.order()
        dirty.policy_applied(session, world.workspace)
    attribute_dirty(database)
    with database.read() as session:
        row = session.scalars(select(Credit)).one()
        assert (row.position, row.touch_kind, row.channel_code) == (0, TouchKind.none, 0)
        assert row.net_last_non_direct == 10_000


def test_running_again_and_rebuilding_give_the_same_rows(database):
    fill(database)
    ensure_fits(database, now=at(60))
    attribute_dirty(database)
    before = derived(database)
    assert all(before)
    rebuild(database)
    assert derived(database) == before


def test_large_partitions_in_slices_give_the_same_rows(database, monkeypatch):
    fill(database)
    ensure_fits(database, now=at(60))
    attribute_dirty(database)
    before = derived(database)
    monkeypatch.setattr(recompute, "SLICE_ROWS", 5)
    monkeypatch.setattr(recompute, "CLAIM_ORDERS", 7)
    monkeypatch.setattr(credit_store, "SLICE_ROWS", 5)
    monkeypatch.setattr(credit_store.slices, "__defaults__", (5,))
    with database.write() as session:
        dirty.policy_applied(session, session.scalars(select(Workspace)).one())
    attribute_dirty(database)
    assert derived(database) == before
    rebuild(database)
    assert derived(database) == before


def test_orders_that_are_gone_take_their_credits_with_them(database):
    fill(database)
    attribute_dirty(database)
    with database.write() as session:
        workspace = session.scalars(select(Workspace)).one()
        shop = session.scalars(select(Shop)).one()
        day = session.scalars(select(Order.ordered_on).limit(1)).one()
        gone = session.scalars(select(Order).where(Order.ordered_on == day)).all()
        for order in gone:
            order.status = "cancelled"
        dirty.orders_changed(session, shop, [day])
        customers = {o.customer_id: o.placed_at for o in gone if o.customer_id}
        dirty.buyers_changed(session, workspace, customers)
    attribute_dirty(database)
    with database.read() as session:
        for table in (Credit, CreditDay):
            assert (
                session.scalar(
                    select(func.count()).select_from(table).where(table.ordered_on == day)
                )
                == 0
            )
    before = derived(database)
    rebuild(database)
    assert derived(database) == before


def test_another_policy_has_rows_of_its_own(database):
    workspace_id = fill(database)
    attribute_dirty(database)
    before = derived(database)
    from tracker.domain.policy import Policy

    with database.write() as session:
        workspace = session.get_one(Workspace, workspace_id)
        shorter = save_policy(session, workspace, Policy(lookback_days=3))
        apply_policy(session, workspace, shorter)
    attribute_dirty(database)
    after = derived(database)
    assert set(before[0]) < set(after[0])
    assert len(after[0]) > len(before[0])


# --- twins, leases, fences ------------------------------------------------------------------------


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


def test_order_days_beyond_the_limits_are_left_alone(database):
    fill(database)
    today = at(0).date()
    attribute_dirty(database, first=today, last=today)
    with database.read() as session:
        assert set(session.scalars(select(Credit.ordered_on))) == {today}
    assert count(database, DirtyDay) > 0
    assert np.isfinite(attribute_dirty(database, seconds=0).seconds)
