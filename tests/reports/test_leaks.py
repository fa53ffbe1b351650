from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests import factories
from tests.factories import NOON
from tests.reports.world import TODAY, World
from tracker.models import Coupon, Influencer, OrderCoupon
from tracker.models.credit import EVIDENCE
from tracker.reports.influencers import influencer_report
from tracker.reports.leaks import MIN_ORDERS, Leak, find_leaks, z_score
from tracker.services.coupon_facts import replace_coupon_days

COUPON, LINK = EVIDENCE["coupon"], EVIDENCE["link"]


def sell(world: World, who: Influencer, coupon: Coupon, day: date, clicked: int, bare: int) -> None:
    """Orders with a code on a day, with and without a click before."""
    made = factories.OrderFactory.build_batch(
        clicked + bare, shop=world.own, placed_at=NOON + (day - NOON.date())
    )
    world.session.add_all(made)
    world.session.flush()
    for n, order in enumerate(made):
        world.session.add(OrderCoupon(order_id=order.id, code=coupon.code))
        evidence = COUPON | LINK if n < clicked else COUPON
        world.add_ledger(order, influencer_id=who.id, evidence=evidence, flush=False)
    world.session.flush()
    replace_coupon_days(world.session, world.workspace.policy_id, [(world.own.id, day)])


@pytest.fixture
def owned(world: World) -> tuple[Influencer, Coupon]:
    who = factories.InfluencerFactory(workspace=world.workspace, name="大江户外")
    return who, factories.CouponFactory(shop=world.own, code="dajiang20", influencer=who)


def test_a_jump_of_orders_without_click_is_found_with_its_day(world: World, owned):
    who, coupon = owned
    for age in range(30, 10, -2):
        sell(world, who, coupon, TODAY - timedelta(days=age), clicked=3, bare=1)
    for age in range(10, 0, -2):
        sell(world, who, coupon, TODAY - timedelta(days=age), clicked=1, bare=6)
    [leak] = find_leaks(world.session, world.state())
    assert isinstance(leak, Leak)
    assert leak.since == TODAY - timedelta(days=10)
    assert (leak.code, leak.orders) == ("DAJIANG20", 35)
    assert (leak.usual, leak.share) == (0.25, pytest.approx(6 / 7))
    [row] = influencer_report(world.session, world.state()).rows
    assert [tag.code for tag in row.tags] == ["leak_suspected"]

    coupon.leaked_at = NOON
    world.session.flush()
    assert find_leaks(world.session, world.state()) == ()


@pytest.mark.parametrize(
    ("before", "since"),
    [
        ((1, 4), (1, 4)),  # always without clicks: that is how their followers buy
        ((4, 1), (3, 2)),  # a small rise
        ((1, 0), (0, 1)),  # too few to say
        ((1, 5), (5, 1)),  # fewer without clicks than before
    ],
)
def test_steady_codes_are_left_alone(world: World, owned, before, since):
    who, coupon = owned
    for age in range(20, 0, -4):
        sell(world, who, coupon, TODAY - timedelta(days=age + 20), *before)
        sell(world, who, coupon, TODAY - timedelta(days=age), *since)
    assert find_leaks(world.session, world.state()) == ()


def test_codes_of_everybody_and_orders_credited_to_others_do_not_count(world: World, owned):
    who, coupon = owned
    other = factories.InfluencerFactory(workspace=world.workspace)
    for n in range(2 * MIN_ORDERS):
        day = TODAY - timedelta(days=40 - n)
        sell(world, other, coupon, day, clicked=n < MIN_ORDERS, bare=3)
    assert find_leaks(world.session, world.state()) == ()
    coupon.is_shop_wide = True
    for n in range(2 * MIN_ORDERS):
        sell(world, who, coupon, TODAY - timedelta(days=40 - n), clicked=n < MIN_ORDERS, bare=1)
    assert find_leaks(world.session, world.state()) == ()


def test_a_code_without_past_is_compared_with_the_others_of_the_same_days(world: World, owned):
    who, coupon = owned
    others = [
        factories.InfluencerFactory(workspace=world.workspace, name=f"other {n}") for n in range(4)
    ]
    for n, other in enumerate(others):
        code = factories.CouponFactory(shop=world.own, code=f"other{n}", influencer=other)
        for age in range(50, 0, -5):
            sell(world, other, code, TODAY - timedelta(days=age), clicked=2, bare=2)
    for age in range(20, 0, -2):
        sell(world, who, coupon, TODAY - timedelta(days=age), clicked=0, bare=4)
    [leak] = find_leaks(world.session, world.state())
    assert (leak.code, leak.since, leak.orders) == ("DAJIANG20", TODAY - timedelta(days=20), 40)
    assert (leak.share, leak.usual) == (1.0, 0.5)

    # a post explains it: that is how this influencer sells
    factories.DealFactory(influencer=who, posted_on=TODAY - timedelta(days=22))
    assert find_leaks(world.session, world.state()) == ()


def test_the_score_is_that_of_the_two_proportion_test():
    # 15 of 100 against 30 of 100: pooled 0.225, standard error 0.05906
    assert z_score(15, 100, 30, 100) == pytest.approx(2.5400, abs=1e-4)
    assert z_score(5, 5, 9, 9) == 0.0
