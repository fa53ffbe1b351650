"""Customers are locked to one influencer at a time, and what that changes is marked."""

import pytest
from sqlalchemy import select

from tests import factories
from tests.services.credit_rebuild import derived, rebuild
from tests.services.credit_world import World, at
from tests.services.test_dirty import marked
from tracker.models import Credit, CustomerLock, Influencer, Workspace
from tracker.services.customer_locks import lock_customers, unlock
from tracker.services.errors import RefusedError
from tracker.services.recompute import attribute_dirty


@pytest.fixture
def world(session):
    return World(session)


def test_a_lock_marks_the_customer_s_orders_from_then_on(world):
    customer, lin = world.customer(), world.influencer()
    for days in (-3, 0, 2):
        world.order(days, customer=customer)
    keys = [customer.customer_key, "never ordered yet"]
    assert lock_customers(world.session, lin, keys, valid_from=at(-1), valid_until=at(1)) == 2
    assert marked(world.session) == [("credit", 0), ("credit", 2)]


def test_periods_of_one_customer_do_not_overlap(world):
    lin, may = world.influencer(), world.influencer()
    lock_customers(world.session, lin, ["a"], valid_from=at(0), valid_until=at(5))
    lock_customers(world.session, may, ["a"], valid_from=at(5))
    for since, until in ((4, 5), (-9, 1), (6, None), (-9, None)):
        with pytest.raises(RefusedError) as refused:
            lock_customers(
                world.session, lin, ["a", "b"], valid_from=at(since),
                valid_until=None if until is None else at(until),
            )  # fmt: skip
        assert (refused.value.code, refused.value.details) == ("lock_overlaps", {"customers": 1})
    assert len(world.session.scalars(select(CustomerLock)).all()) == 2


def test_no_customers_and_a_period_that_ends_early_are_refused(world):
    lin = world.influencer()
    for keys, until, code in (([], 1, "value_missing"), (["a"], 0, "period_ends_early")):
        with pytest.raises(RefusedError) as refused:
            lock_customers(world.session, lin, keys, valid_from=at(0), valid_until=at(until))
        assert refused.value.code == code


def test_locking_and_unlocking_recomputes_to_what_a_rebuild_gives(database):
    with database.write() as session, factories.using(session):
        world = World(session)
        lin, may, customer = world.influencer(), world.influencer(), world.customer()
        code = world.coupon(may)
        for days in (-5, 0, 5):
            world.use(world.order(days, customer=customer), code)
        lin_id, may_id, key = lin.id, may.id, customer.customer_key
        from tracker.services import dirty

        dirty.policy_applied(session, session.get_one(Workspace, world.workspace.id))

    def owners():
        attribute_dirty(database)
        with database.read() as session:
            return list(session.scalars(select(Credit.influencer_id).order_by(Credit.ordered_on)))

    assert owners() == [may_id] * 3
    with database.write() as session:
        person = session.get_one(Influencer, lin_id)
        lock_customers(session, person, [key], valid_from=at(-1), valid_until=at(1))
    assert owners() == [may_id, lin_id, may_id]
    locked = derived(database)
    rebuild(database)
    assert derived(database) == locked
    with database.write() as session:
        unlock(session, session.scalars(select(CustomerLock)).one())
    assert owners() == [may_id] * 3
