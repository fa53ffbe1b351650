"""Which signals of the database reach which order, and with what in hand."""

import numpy as np
import pytest

from tests.services.credit_world import World, at
from tracker.domain.channels import Channel
from tracker.domain.paths import Conflict, Evidence, TouchKind
from tracker.domain.policy import MODELS, BuyerScope, Policy
from tracker.models import Order
from tracker.models.facts import CUSTOMER_KINDS
from tracker.services.attribution import compute


@pytest.fixture
def world(session):
    return World(session)


def computed(world, *orders, policy=None):
    world.session.flush()
    ids = [order.id for order in orders]
    return compute(world.session, world.workspace, policy or Policy(), Order.id.in_(ids))


def path(world, order, policy=None):
    """The order's path as (touch kind, raw id)."""
    paths = computed(world, order, policy=policy).paths
    kinds, raw = paths.of_touch("touch_kind").tolist(), paths.of_touch("raw_id").tolist()
    return [(TouchKind(kind).name, raw) for kind, raw in zip(kinds, raw, strict=True)]


def test_visits_clicks_and_touches_of_the_buyer_are_the_path(world):
    buyer, other = world.visitor(), world.visitor()
    visit = world.visit(buyer, -3, world.search)
    touch = world.touch(buyer, -2, world.mail)
    click = world.click(buyer, -1, world.mail)
    world.visit(other, -1, world.search)
    world.visit(buyer, 1, world.search)
    order = world.order(0, buyer)
    assert path(world, order) == [("visit", visit.id), ("touch", touch.id), ("click", click.id)]


def test_an_order_without_signals_has_a_stand_in(world):
    assert path(world, world.order()) == [("none", 0)]


def test_unpaid_cancelled_and_free_orders_are_no_conversions(world):
    orders = [
        world.order(status="unpaid"),
        world.order(status="cancelled"),
        world.order(paid_minor=0),
    ]
    assert len(computed(world, *orders).orders) == 0


def test_internal_visits_and_bots_are_no_touchpoints(world):
    buyer = world.visitor()
    world.visit(buyer, -1, world.mark(Channel.INTERNAL, None, "direct"))
    world.visit(buyer, -1, world.search)
    order = world.order(0, buyer)
    from sqlalchemy import update

    from tracker.models import Visit

    world.session.execute(update(Visit).values(is_bot=True))
    assert path(world, order) == [("none", 0)]


def test_a_click_and_the_visit_it_opened_are_one_touchpoint(world):
    buyer = world.visitor()
    kol = world.kol_mark(world.influencer())
    click = world.click(buyer, -1, kol)
    world.visit(buyer, -0.99, kol)
    from sqlalchemy import update

    from tracker.models import Visit

    world.session.execute(update(Visit).values(click_event_id=click.event_id))
    assert path(world, world.order(0, buyer)) == [("click", click.id)]


def test_visitors_of_a_customer_s_earlier_orders_count_and_of_later_ones_do_not(world):
    customer = world.customer()
    first, second = world.visitor(), world.visitor()
    early = world.visit(first, -5, world.search)
    late = world.visit(second, -4, world.mail)
    old = world.order(-3, first, customer=customer)
    new = world.order(0, second, customer=customer)
    assert path(world, old) == [("visit", early.id)]
    assert path(world, new) == [("visit", early.id), ("visit", late.id)]
    alone = Policy(buyer_scope=BuyerScope.order)
    assert path(world, new, alone) == [("visit", late.id)]


def test_with_reset_an_order_starts_afresh(world):
    customer, buyer = world.customer(), world.visitor()
    world.visit(buyer, -5, world.search)
    late = world.visit(buyer, -1, world.mail)
    world.order(-3, buyer, customer=customer)
    new = world.order(0, buyer, customer=customer)
    assert path(world, new, Policy(reset_at_order=True)) == [("visit", late.id)]


def test_a_forged_beacon_changes_nothing(world):
    stranger = world.visitor()
    world.visit(stranger, -1, world.search)
    order = world.order(token_hash="f" * 64)
    world.link(order, stranger, "beacon")
    world.link(order, world.visitor(), "beacon", token_hash="0" * 64)
    assert path(world, order) == [("none", 0)]


def test_a_beacon_with_the_token_links(world):
    buyer = world.visitor()
    visit = world.visit(buyer, -1, world.search)
    order = world.order(token_hash="f" * 64)
    world.link(order, buyer, "beacon", token_hash="f" * 64)
    assert path(world, order) == [("visit", visit.id)]


def test_a_late_beacon_does_not_link(world):
    buyer = world.visitor()
    world.visit(buyer, -1, world.search)
    order = world.order()
    world.link(order, buyer, "beacon", days=1.01)
    assert path(world, order) == [("none", 0)]


def test_link_and_code_of_one_influencer_are_one_touchpoint(world):
    influencer, buyer = world.influencer(), world.visitor()
    visit = world.visit(buyer, -2, world.kol_mark(influencer))
    world.visit(buyer, -1, world.search)
    order = world.order(0, buyer)
    world.use(order, world.coupon(influencer))
    result = computed(world, order)
    assert path(world, order) == [("visit", visit.id)]
    assert result.paths.evidence.tolist() == [Evidence.link | Evidence.coupon]
    assert result.winning_evidence().tolist() == [Evidence.coupon]


def test_the_owner_of_a_code_is_the_one_at_the_order(world):
    before, now = world.influencer(), world.influencer()
    coupon = world.coupon(before, since=-100)
    coupon.ownerships[0].valid_until = at(-10)
    from tests.factories import CouponOwnershipFactory

    CouponOwnershipFactory(coupon=coupon, influencer=now, valid_from=at(-10))
    orders = [world.order(days) for days in (-101, -50, -10, 0)]
    for order in orders:
        world.use(order, coupon)
    result = computed(world, *orders)
    assert result.paths.of_touch("influencer").tolist() == [0, before.id, now.id, now.id]


def test_shop_wide_unowned_and_leaked_codes_do_not_qualify(world):
    influencer, buyer = world.influencer(), world.visitor()
    visit = world.visit(buyer, -1, world.search)
    order = world.order(0, buyer)
    world.use(order, world.coupon(influencer, is_shop_wide=True))
    world.use(order, world.coupon())
    world.use(order, world.coupon(influencer, leaked_at=at(-1)))
    assert path(world, order) == [("visit", visit.id)]
    leaked_later = world.coupon(influencer, leaked_at=at(1))
    world.use(order, leaked_later)
    assert path(world, order) == [("coupon", leaked_later.id)]


def test_an_affiliate_row_takes_the_order_at_its_click_time(world):
    influencer, buyer = world.influencer(), world.visitor()
    world.visit(buyer, -1, world.search)
    order = world.order(0, buyer)
    row = world.affiliate(order, influencer, clicked=-2)
    result = computed(world, order)
    assert path(world, order) == [("affiliate", row.id)]
    assert result.paths.of_touch("channel").tolist() == [Channel.KOL.code]
    assert result.paths.of_touch("influencer").tolist() == [influencer.id]
    assert result.paths.at.tolist() == [int(at(-2).timestamp() * 1e6)]


def test_a_void_affiliate_row_gives_the_order_back_to_its_other_signals(world):
    buyer = world.visitor()
    world.visit(buyer, -1, world.search)
    order = world.order(0, buyer)
    row = world.affiliate(order, world.influencer(), clicked=-2)
    world.affiliate(order, world.influencer(), clicked=-3).status = "void"
    assert path(world, order) == [("affiliate", row.id)]
    assert computed(world, order).paths.conflicts.tolist() == [0]  # a void claim is none
    row.status = "void"
    assert [kind for kind, _ in path(world, order)] == ["visit"]


def test_affiliate_rows_of_two_influencers_are_a_conflict(world):
    order = world.order()
    world.affiliate(order, world.influencer(), clicked=-2)
    winner = world.affiliate(order, world.influencer(), clicked=-1)
    assert path(world, order) == [("affiliate", winner.id)]
    assert computed(world, order).paths.conflicts.tolist() == [Conflict.affiliates]


def test_a_delivered_mark_counts_without_any_visitor(world):
    order = world.order()
    world.delivered(order, world.search)
    assert path(world, order) == [("order_mark", world.search.id)]


def test_a_delivered_mark_is_the_visit_that_carries_it(world):
    buyer = world.visitor()
    visit = world.visit(buyer, -1, world.search)
    order = world.order(0, buyer)
    world.delivered(order, world.search)
    assert path(world, order) == [("visit", visit.id)]


def test_new_returning_and_unknown_customers(world):
    customer = world.customer()
    unknown, first, second = (
        world.order(-9),
        world.order(-5, customer=customer),
        world.order(0, customer=customer),
    )
    world.order(-8, customer=customer, status="unpaid")
    kinds = computed(world, unknown, first, second).orders.customer_kind.tolist()
    assert kinds == [CUSTOMER_KINDS[kind] for kind in ("unknown", "new", "returning")]


def test_goods_cost_is_the_unit_cost_that_held_on_the_day(world):
    from datetime import date

    world.goods_cost("a", 100)
    world.goods_cost("a", 130, date(2026, 11, 11))
    world.goods_cost("a", 999, date(2026, 11, 12))
    known, partly, no_lines = world.order(), world.order(), world.order()
    world.line(known, "a", 2)
    world.line(partly, "a")
    world.line(partly, "b")
    result = computed(world, known, partly, no_lines)
    assert result.goods[0].tolist() == [260, 130, 0]
    assert result.goods_unknown.tolist() == [0, 1, 1]


def test_refunds_of_a_foreign_order_leave_nothing_when_they_are_full(world):
    order = world.order(currency="USD", fx_e8=712_345_678, paid_minor=9_999, net_base_minor=71_227)
    for days, amount in ((1, 3_333), (2, 3_333), (3, 3_333)):
        world.refund(order, days, amount)
    result = computed(world, order)
    nets = result.bookings.entries.net.tolist()
    assert nets == [71_227, 47_485, 23_742, 0]
    assert result.ledger.amounts.sum(axis=1).tolist() == [0] * len(MODELS)


def test_refunds_are_booked_on_their_own_days_in_time_order(world):
    buyer = world.visitor()
    world.visit(buyer, -2, world.search)
    world.visit(buyer, -1, world.mail)
    order = world.order(0, buyer)
    world.refund(order, 5, 10)
    world.refund(order, 2, 25)
    result = computed(world, order)
    booked = result.bookings.booked_on
    assert (booked - booked[0]).tolist() == [0, 2, 5]
    linear = result.ledger.amounts[3].reshape(3, 2)
    assert linear.tolist() == [[5_000, 5_000], [-12, -13], [-5, -5]]
    assert np.array_equal(result.weights.sum(axis=1), np.full(len(MODELS), 1 << 40))
