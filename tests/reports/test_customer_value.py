from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from random import Random

import pytest

from tests import factories
from tests.factories import NOON
from tests.reports.world import MICRO, TODAY, World
from tracker.models import Customer
from tracker.reports.customer_value import AGES, customer_value, customer_values

DAY = timedelta(days=1)


def buyer(world: World) -> int:
    customer = Customer(
        workspace_id=world.workspace.id, customer_key=f"key {factories.OrderFactory().id}"
    )
    world.session.add(customer)
    world.session.flush()
    return customer.id


def buys(world: World, customer_id: int, at, minor: int = 10_000, **owners: int):
    """An order of a customer; owners: `of_<id>=share` in millionths, the rest is nobody's."""
    order = factories.OrderFactory(
        shop=world.own, customer_id=customer_id, placed_at=at, paid_minor=minor
    )
    shares = {int(name.removeprefix("of_")): share for name, share in owners.items()}
    left = MICRO - sum(shares.values())
    parts = [*shares.items(), *([(0, left)] if left else [])]
    given = 0
    for position, (owner, weight) in enumerate(parts, 1):
        net = minor - given if position == len(parts) else minor * weight // MICRO
        given += net
        world.add_ledger(
            order, influencer_id=owner, weight=weight, net=net, position=position, flush=False
        )
    world.session.flush()
    return order


def people(world: World, n: int = 2) -> list[int]:
    return [factories.InfluencerFactory(workspace=world.workspace).id for _ in range(n)]


def test_a_customer_is_worth_all_orders_after_the_one_that_won_them(world: World):
    lin, feng = people(world)
    customer = buyer(world)
    first = NOON - 80 * DAY
    buys(world, customer, first, 10_000, **{f"of_{lin}": MICRO})
    buys(world, customer, first + 29 * DAY, 5_000, **{f"of_{feng}": MICRO})
    buys(world, customer, first + 30 * DAY, 700)
    buys(world, customer, first + 61 * DAY, 90)  # no day of 90 of theirs is known yet
    found = customer_value(world.session, world.state(end=TODAY), lin)
    total = found.total
    assert total.customers_micro == MICRO
    assert [total.value(age).per_customer_minor for age in AGES] == [15_000, 15_700, 15_790]
    assert not total.is_immature(90)
    assert total.value(30).repeat_share == 1.0
    assert customer_value(world.session, world.state(end=TODAY), feng).cohorts == ()


def test_who_bought_before_is_won_by_nobody_anew(world: World):
    lin, _ = people(world)
    customer = buyer(world)
    buys(world, customer, NOON - 90 * DAY)
    buys(world, customer, NOON - 60 * DAY, **{f"of_{lin}": MICRO})
    unpaid = buyer(world)
    order = buys(world, unpaid, NOON - 90 * DAY)
    order.status = "unpaid"
    buys(world, unpaid, NOON - 60 * DAY, **{f"of_{lin}": MICRO})
    assert customer_value(world.session, world.state(), lin).total.customers_micro == MICRO


def test_whom_the_model_gives_nothing_of_a_first_order_has_won_nobody(world: World):
    lin, feng = people(world)
    order = buys(world, buyer(world), NOON - 60 * DAY, **{f"of_{lin}": MICRO})
    world.add_ledger(order, influencer_id=feng, weight=0, net=0, position=9)
    assert customer_value(world.session, world.state(), feng).cohorts == ()


def test_customers_too_young_are_left_out_of_a_value_and_it_is_marked(world: World):
    lin, _ = people(world)
    old, young = buyer(world), buyer(world)
    buys(world, old, NOON - 25 * DAY, 8_000, **{f"of_{lin}": MICRO})
    buys(world, young, NOON, 50_000, **{f"of_{lin}": MICRO})
    found = customer_value(world.session, world.state(end=TODAY), lin)
    assert [cohort.month for cohort in found.cohorts] == [date(2026, 10, 1), date(2026, 11, 1)]
    assert found.total.customers_micro == 2 * MICRO
    assert found.total.value(30).per_customer_minor == 8_000
    assert found.total.known_share(30) == 0.5
    assert found.total.is_immature(30)
    assert found.total.value(60).per_customer_minor is None
    assert found.cohorts[1].value(30).per_customer_minor is None


@pytest.mark.parametrize(("ago", "is_known"), [(30, True), (29, False)])
def test_a_customer_counts_from_the_day_on_which_all_days_are_over(world: World, ago, is_known):
    lin, _ = people(world)
    at = NOON - timedelta(hours=12) + 11 * DAY - ago * DAY  # midnight of that day in Shanghai
    buys(world, buyer(world), at, **{f"of_{lin}": MICRO})
    found = customer_value(world.session, world.state(end=TODAY), lin)
    assert found.total.is_immature(30) is not is_known


def test_refunds_lower_the_value_whenever_they_came(world: World):
    lin, _ = people(world)
    order = buys(world, buyer(world), NOON - 60 * DAY, **{f"of_{lin}": MICRO})
    world.add_ledger(order, influencer_id=lin, entry=1, weight=0, net=-4_000, booked_on=TODAY)
    value = customer_value(world.session, world.state(), lin).total.value(30)
    assert (value.per_customer_minor, value.repeat_share) == (6_000, 0.0)


def test_an_order_whose_day_is_still_to_be_computed_counts_as_it_is(world: World):
    lin, _ = people(world)
    customer = buyer(world)
    buys(world, customer, NOON - 60 * DAY, **{f"of_{lin}": MICRO})
    factories.OrderFactory(shop=world.own, customer_id=customer, placed_at=NOON - 50 * DAY,
                           paid_minor=333)  # fmt: skip
    value = customer_value(world.session, world.state(), lin).total.value(30)
    assert value.per_customer_minor == 10_333


def test_shares_of_first_orders_add_up_to_the_net_revenue_of_all_orders(world: World):
    dice = Random(7)
    lin, feng = people(world)
    net = dict.fromkeys(AGES, 0)
    for _ in range(12):
        customer = buyer(world)
        first = NOON - dice.randrange(91, 300) * DAY
        share = dice.randrange(MICRO + 1)
        shares = {f"of_{lin}": share, f"of_{feng}": MICRO - share}
        at = first
        for n in range(dice.randrange(1, 5)):
            minor = dice.randrange(1, 99_999)
            buys(world, customer, at, minor, **({k: v for k, v in shares.items() if v}
                                               if n == 0 else {}))  # fmt: skip
            for age in AGES:
                net[age] += minor if at < first + age * DAY else 0
            at += dice.randrange(1, 60) * DAY
    found = customer_values(world.session, world.state(end=TODAY), (lin, feng))
    for age in AGES:
        values = [found[owner].total.value(age) for owner in (lin, feng)]
        assert sum(value.value_micro for value in values) == net[age] * MICRO
        assert sum(value.customers_micro for value in values) == 12 * MICRO
        months = [c.value(age).value_micro for o in (lin, feng) for c in found[o].cohorts]
        assert sum(months) == net[age] * MICRO
        for value in values:
            exact = Fraction(value.value_micro, value.customers_micro)
            assert abs(value.per_customer_minor - exact) <= Fraction(1, 2)


def test_customers_of_another_brand_or_shop_are_not_seen(world: World):
    lin, _ = people(world)
    buys(world, buyer(world), NOON - 60 * DAY, **{f"of_{lin}": MICRO})
    state = world.state(shop_ids=(world.tmall.id,))
    assert customer_value(world.session, state, lin).total.customers_micro == 0
    assert customer_values(world.session, world.state(), ()) == {}


def test_only_the_last_twelve_months_are_looked_at(world: World):
    lin, _ = people(world)
    buys(world, buyer(world), NOON - 700 * DAY, **{f"of_{lin}": MICRO})
    found = customer_value(world.session, world.state(), lin)
    assert (found.first, found.last) == (date(2025, 12, 1), date(2026, 11, 11))
    assert found.cohorts == ()
