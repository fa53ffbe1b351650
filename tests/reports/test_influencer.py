from __future__ import annotations

from datetime import timedelta

import pytest

from tests import factories
from tests.factories import NOON
from tests.reports.world import END, MICRO, START, World, make_world, singles_day
from tracker.models import Coupon, Influencer
from tracker.models.credit import EVIDENCE
from tracker.reports.influencer import influencer_page
from tracker.reports.rows import InfluencerPage

COUPON, LINK = EVIDENCE["coupon"], EVIDENCE["link"]


def page_of(world: World, number: int, **changes: object) -> InfluencerPage:
    page = influencer_page(world.session, world.state(**changes), number)
    assert page is not None
    return page


def test_the_page_has_the_figures_of_the_list(world: World):
    ids = singles_day(world)
    page = page_of(world, ids["lin"], kind="paid", channel="direct", search="x")
    assert page.row.figures.net_revenue_minor == 65_000
    assert page.row.figures.visits == 60
    assert page.daily_net_minor == (40_000, 0, 25_000)
    assert [s.key for s in page.days.bars] == ["kol"]
    assert page.days.cost.values == (20_000, 0, 1_500)


def test_why_orders_were_credited_adds_up(world: World):
    ids = singles_day(world)
    page = page_of(world, ids["lin"])
    assert [(w.evidence, w.orders_micro, w.net_revenue_minor) for w in page.why] == [
        ("coupon", 2 * MICRO, 40_000),
        ("link", MICRO, 25_000),
    ]
    assert sum(w.share or 0 for w in page.why) == pytest.approx(1)


def test_codes_links_and_deals_of_theirs_and_nobody_else_s(world: World):
    ids = singles_day(world)
    lin = world.session.get_one(Influencer, ids["lin"])
    feng = world.session.get_one(Influencer, ids["feng"])
    mine = factories.CouponFactory(shop=world.own, code="lin10", influencer=lin)
    factories.CouponFactory(shop=world.own, code="feng10", influencer=feng)
    for n, evidence in enumerate((COUPON, COUPON | LINK, COUPON)):
        order = factories.OrderFactory(shop=world.own, placed_at=NOON)
        world.session.add(_coupon_of(order, "lin10"))
        world.add_ledger(order, influencer_id=lin.id, evidence=evidence)
        if n == 0:  # a refund is no second order
            world.add_ledger(
                order, influencer_id=lin.id, evidence=evidence, entry=1, weight=0, net=-5
            )
    link = factories.TrackedLinkFactory(shop=world.own, influencer_id=lin.id)
    for at, bot in ((NOON, ""), (NOON, "agent_list"), (NOON - timedelta(days=9), "")):
        factories.HitFactory(kind="click", link_id=link.id, at=at, bot=bot)
    factories.DealFactory(influencer=lin, ref="D1")
    factories.DealFactory(influencer=feng, ref="D2")
    page = page_of(world, lin.id)
    [coupon] = page.coupons
    assert (coupon.coupon_id, coupon.orders, coupon.orders_without_click) == (mine.id, 3, 2)
    assert [(row.link_id, row.clicks) for row in page.links] == [(link.id, 1)]
    assert [deal.ref for deal in page.deals] == ["D1"]


def _coupon_of(order, code: str):
    from tracker.models import OrderCoupon

    return OrderCoupon(order_id=order.id, code=code)


def test_days_of_clicks_are_cut_in_the_workspace_s_zone(world: World):
    ids = singles_day(world)
    link = factories.TrackedLinkFactory(shop=world.own, influencer_id=ids["lin"])
    midnight = NOON - timedelta(hours=12) - timedelta(days=2)  # 9 November begins in Shanghai
    for at in (midnight, midnight - timedelta(microseconds=1)):
        factories.HitFactory(kind="click", link_id=link.id, at=at)
    assert page_of(world, ids["lin"]).links[0].clicks == 1


def test_an_influencer_of_another_workspace_is_not_here(world: World):
    singles_day(world)
    stranger = factories.InfluencerFactory(workspace=make_world(world.session).workspace)
    assert influencer_page(world.session, world.state(), stranger.id) is None
    assert influencer_page(world.session, world.state(), 0) is None


def test_somebody_without_anything_has_a_page(world: World):
    ids = singles_day(world)
    page = page_of(world, ids["quiet"])
    assert page.row.figures.is_empty
    assert page.why == page.coupons == page.links == page.deals == ()


def test_leaked_codes_are_shown_with_when(world: World):
    ids = singles_day(world)
    lin = world.session.get_one(Influencer, ids["lin"])
    coupon = factories.CouponFactory(shop=world.own, code="x", influencer=lin, leaked_at=NOON)
    assert isinstance(coupon, Coupon)
    assert page_of(world, lin.id).coupons[0].leaked_at == NOON


def test_the_number_of_statements_is_fixed(world: World, queries: list[str]):
    ids = singles_day(world)
    page_of(world, ids["lin"])
    queries.clear()
    page_of(world, ids["lin"])
    assert len(queries) == 10  # person, context 3, facts, leaks, notes, codes, links, deals
    assert (world.state().start, world.state().end) == (START, END)
