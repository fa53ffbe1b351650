from __future__ import annotations

from datetime import timedelta

from tests import factories
from tests.factories import NOON
from tests.reports.world import MICRO, START, TODAY, World
from tracker.domain.channels import Channel, Kind
from tracker.models import ImportBatch, OrderCoupon
from tracker.reports.context import read_context
from tracker.reports.leaks import Leak
from tracker.reports.questions import open_questions


def asked(world: World, **changes: object) -> dict[str, dict[str, object]]:
    state = world.state(**changes)
    context = read_context(world.session, state)
    questions = open_questions(world.session, state, context)
    return {q.code: q.figures for q in questions if q.code != "script_silent"}


def test_nothing_is_asked_where_nothing_is_open(world: World):
    assert asked(world) == {}


def test_orders_with_codes_of_two_influencers_are_asked_about(world: World):
    one, two = (
        factories.CouponFactory(shop=world.own, code=code, influencer__name=code)
        for code in ("one", "two")
    )
    free = factories.CouponFactory(shop=world.own, code="free", is_shop_wide=True)
    for codes in ((one, two), (one,), (one, free), (two, one)):
        order = factories.OrderFactory(shop=world.own, placed_at=NOON + timedelta(days=11))
        world.session.add_all(OrderCoupon(order_id=order.id, code=c.code) for c in codes)
    world.session.flush()
    assert asked(world) == {"coupon_conflicts": {"orders": 2}}
    one.leaked_at = NOON - timedelta(days=1)
    world.session.flush()
    assert asked(world) == {}


def test_spend_of_no_campaign_is_asked_about_with_its_amount(world: World):
    world.add_cost(Channel.PAID_VIDEO, Kind.PAID, spend_minor=12_600_000)
    world.add_cost(Channel.PAID_VIDEO, Kind.PAID, campaign_id=1, spend_minor=5)
    world.add_cost(Channel.KOL, Kind.KOL, influencer_id=1, spend_minor=7)
    assert asked(world) == {"spend_unmapped": {"spend_minor": 12_600_000}}
    assert asked(world, start=TODAY, end=TODAY) == {}


def test_a_shop_that_fell_silent_is_asked_about(world: World):
    factories.OrderFactory(shop=world.tmall, placed_at=NOON)
    figures = asked(world)["orders_missing"]
    assert figures == {"shop": world.tmall.name, "since": "2026-11-11", "days": 11}
    factories.OrderFactory(shop=world.tmall, placed_at=NOON + timedelta(days=10))
    assert asked(world) == {}


def test_a_script_that_never_sent_anything_is_asked_about(world: World):
    state = world.state()

    def codes() -> list[str]:
        context = read_context(world.session, state)
        return [q.code for q in open_questions(world.session, state, context)]

    assert codes() == ["script_silent"]
    factories.VisitFactory(visitor=factories.VisitorFactory(shop=world.own))
    assert codes() == []


def test_unexplained_visits_are_asked_about_when_they_are_many(world: World):
    world.add_traffic(Channel.UNASSIGNED, Kind.NATURAL, visits=49)
    assert asked(world) == {}
    world.add_traffic(Channel.UNASSIGNED, Kind.NATURAL, START + timedelta(days=1), visits=51)
    assert asked(world) == {"visits_unassigned": {"visits": 100, "share": 1.0}}
    world.add_traffic(Channel.DIRECT, Kind.NATURAL, visits=10_000)
    assert asked(world) == {}


def test_new_campaigns_missing_costs_and_failed_imports_are_counted(world: World):
    factories.CampaignFactory(workspace=world.workspace, is_discovered=True)
    world.add_credit(
        Channel.DIRECT, Kind.NATURAL, orders=3, orders_without_goods_cost_micro=2 * MICRO
    )
    for status, age in (("failed", 1), ("failed", 30), ("done", 1)):
        world.session.add(
            ImportBatch(
                workspace_id=world.workspace.id, file_name="a.csv", status=status,
                created_at=NOON + timedelta(days=11 - age),
            )
        )  # fmt: skip
    world.session.flush()
    assert asked(world) == {
        "campaigns_discovered": {"campaigns": 1},
        "goods_cost_missing": {"orders": 2.0},
        "imports_failed": {"imports": 1},
    }


def test_a_leak_leads_to_the_influencer(world: World):
    who = factories.InfluencerFactory(workspace=world.workspace, name="大江户外")
    leak = Leak(who.id, 1, "DAJIANG20", START, 0.38, 0.1, 40)
    state = world.state()
    context = read_context(world.session, state)
    first = open_questions(world.session, state, context, [leak])[0]
    assert (first.code, first.args) == ("coupon_leak_suspected", {"influencer_id": who.id})
    assert first.figures["name"] == "大江户外"
