"""Credits in the database: exact, complete, and the same however often they are made."""

import numpy as np
from sqlalchemy import func, select

from tests import factories
from tests.services.credit_rebuild import count, derived, fill, rebuild
from tests.services.credit_world import World, at
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
from tracker.services import credit_store, dirty, recompute
from tracker.services.fitting import ensure_fits
from tracker.services.policies import apply_policy, save_policy
from tracker.services.recompute import attribute_dirty


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


def test_order_days_beyond_the_limits_are_left_alone(database):
    fill(database)
    today = at(0).date()
    attribute_dirty(database, first=today, last=today)
    with database.read() as session:
        assert set(session.scalars(select(Credit.ordered_on))) == {today}
    assert count(database, DirtyDay) > 0
    assert np.isfinite(attribute_dirty(database, seconds=0).seconds)
