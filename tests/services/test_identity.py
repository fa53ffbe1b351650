"""The conflict queue holds the orders about which statements disagree, and no others."""

from datetime import date, timedelta

import pytest

from tests.services.credit_world import World
from tracker.services.identity import conflicting_orders

DAY = date(2026, 11, 11)


@pytest.fixture
def world(session):
    return World(session)


def queue(world, first=DAY, last=DAY):
    world.session.flush()
    found = conflicting_orders(world.session, world.workspace, first, last)
    return {one.order_id: one.kinds for one in found}


def test_two_beacons_of_two_visitors_are_a_conflict(world):
    order = world.order()
    world.link(order, world.visitor(), "beacon")
    world.link(order, world.visitor(), "beacon", days=0.5)
    assert queue(world) == {order.id: ("visitors",)}


def test_a_beacon_that_does_not_count_is_no_conflict(world):
    order = world.order()
    world.link(order, world.visitor(), "beacon")
    world.link(order, world.visitor(), "beacon", days=3)
    world.link(order, world.visitor(), "click")
    assert queue(world) == {}


def test_owned_codes_and_affiliate_rows_of_two_influencers_are_conflicts(world):
    one, other = world.influencer(), world.influencer()
    codes, rows, same = world.order(), world.order(), world.order()
    for person in (one, other):
        world.use(codes, world.coupon(person))
        world.affiliate(rows, person)
        world.use(same, world.coupon(one))
    assert queue(world) == {codes.id: ("coupons",), rows.id: ("affiliates",)}


def test_a_shop_wide_code_makes_no_conflict(world):
    order = world.order()
    world.use(order, world.coupon(world.influencer()))
    world.use(order, world.coupon(world.influencer(), is_shop_wide=True))
    assert queue(world) == {}


def test_other_days_and_unpaid_orders_are_left_out(world):
    for order in (world.order(-1), world.order(status="unpaid")):
        for _ in range(2):
            world.affiliate(order, world.influencer())
    assert queue(world) == {}
    assert len(queue(world, DAY - timedelta(1))) == 1
