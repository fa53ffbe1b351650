from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from tests import factories
from tests.factories import NOON
from tests.reports.world import make_world
from tracker.models import CouponDay, OrderCoupon
from tracker.models.credit import EVIDENCE
from tracker.services.coupon_facts import replace_coupon_days

COUPON, LINK = EVIDENCE["coupon"], EVIDENCE["link"]


def days(session) -> list[tuple]:
    table = CouponDay.__table__
    return [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]


def test_orders_with_a_code_are_counted_by_day_and_owner_with_those_nobody_clicked_for(session):
    world = make_world(session)
    who = factories.InfluencerFactory(workspace=world.workspace)
    coupon = factories.CouponFactory(shop=world.own, code="dajiang20", influencer=who)
    policy, shop = world.workspace.policy_id, world.own.id

    def sell(day_offset: int, evidence: int, code: str = "dajiang20", **ledger: int) -> None:
        order = factories.OrderFactory(shop=world.own, placed_at=NOON + timedelta(days=day_offset))
        session.add(OrderCoupon(order_id=order.id, code=code))
        world.add_ledger(order, **{"influencer_id": who.id, "evidence": evidence, **ledger})

    sell(0, COUPON)
    sell(0, COUPON | LINK)
    sell(0, LINK)  # the code was not the reason
    sell(0, COUPON, influencer_id=0)
    sell(0, COUPON, entry=1)  # a refund
    sell(0, COUPON, code="nobodys")
    sell(1, COUPON)
    today, tomorrow = NOON.date(), NOON.date() + timedelta(days=1)
    replace_coupon_days(session, policy, [(shop, today)])
    assert days(session) == [(policy, shop, today, coupon.id, who.id, 2, 1)]

    replace_coupon_days(session, policy, [(shop, today), (shop, tomorrow)])  # again: the same
    assert days(session) == [
        (policy, shop, today, coupon.id, who.id, 2, 1),
        (policy, shop, tomorrow, coupon.id, who.id, 1, 1),
    ]
    replace_coupon_days(session, policy + 1, [(shop, today)])  # another policy has no credits
    replace_coupon_days(session, policy, [(world.tmall.id, today)])  # nor has another shop
    assert len(days(session)) == 2
