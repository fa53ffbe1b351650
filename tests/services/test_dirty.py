"""Whatever happens, recomputing only what was marked gives what computing everything gives."""

import inspect
import random
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests import factories
from tests.services.credit_rebuild import derived, rebuild
from tests.services.credit_world import World, at
from tracker.domain.channels import Channel, Kind
from tracker.models import CommissionRow, DirtyDay
from tracker.services import dirty
from tracker.services.fitting import ensure_fits
from tracker.services.recompute import attribute_dirty

TODAY = date(2026, 11, 11)


@pytest.fixture
def world(session):
    return World(session)


def marked(session):
    """(scope, days from TODAY) of every mark."""
    session.flush()
    rows = session.execute(select(DirtyDay.scope, DirtyDay.day))
    return sorted((scope, (day - TODAY).days) for scope, day in rows)


def test_every_event_is_in_the_table_and_every_row_of_it_is_an_event():
    events = {
        name
        for name, function in inspect.getmembers(dirty, inspect.isfunction)
        if function.__module__ == dirty.__name__ and not name.startswith("_")
    }
    assert events == set(dirty.EFFECTS)


def test_orders_mark_their_days(world):
    dirty.orders_changed(world.session, world.shop, [TODAY, TODAY - timedelta(1)])
    assert marked(world.session) == [("credit", -1), ("credit", 0)]


def test_an_older_order_marks_the_buyer_s_later_days(world):
    customer, other = world.customer(), world.customer()
    for days in (-3, 0, 2):
        world.order(days, customer=customer)
    world.order(5, customer=other)
    dirty.buyers_changed(world.session, world.workspace, {customer.id: at(0)})
    assert marked(world.session) == [("credit", 0), ("credit", 2)]


def test_a_claim_marks_the_order_and_the_buyer_s_later_days(world):
    customer = world.customer()
    order = world.order(0, customer=customer)
    world.order(-2, customer=customer)
    world.order(4, customer=customer)
    dirty.order_visitors_changed(world.session, world.shop, [order.ref, "not there yet"])
    assert marked(world.session) == [("credit", 0), ("credit", 4)]


def test_a_touch_marks_later_orders_of_the_visitor_s_buyers(world):
    customer, visitor = world.customer(), world.visitor()
    world.order(-1, visitor, customer=customer)
    world.order(3, customer=customer)
    world.order(-9, customer=customer)
    world.order(1, visitor)
    world.order(2, world.visitor())
    since = {visitor.id: at(-5), world.visitor().id: at(-5)}
    dirty.touches_changed(world.session, world.shop, since)
    assert marked(world.session) == [("credit", -1), ("credit", 1), ("credit", 3)]


def test_a_mark_read_anew_marks_traffic_costs_and_credits(world):
    visitor = world.visitor()
    world.visit(visitor, -2, world.search)
    world.touch(world.visitor(), -4, world.search)
    world.order(0, visitor)
    world.delivered(world.order(1), world.search)
    dirty.marks_changed(world.session, world.workspace, [world.search.id])
    assert marked(world.session) == [
        ("cost", -4),
        ("credit", 0),
        ("credit", 1),
        ("traffic", -4),
        ("traffic", -2),
    ]


def test_a_campaign_s_window_marks_orders_that_may_count_its_touches(world):
    campaign = factories.CampaignFactory(workspace=world.workspace)
    mark = world.mark(Channel.EMAIL, Kind.NATURAL, "tag", campaign_id=campaign.id)
    visitor = world.visitor()
    world.visit(visitor, -90, mark)
    world.order(0, visitor)
    world.order(1, world.visitor())
    dirty.campaign_window_changed(world.session, campaign.id)
    assert marked(world.session) == [("credit", 0)]


def test_a_code_marks_the_orders_that_used_it_in_the_period(world):
    coupon = world.coupon(world.influencer())
    for days in (-3, 0, 3):
        world.use(world.order(days), coupon)
    world.use(world.order(1), world.coupon())
    dirty.coupons_changed(world.session, [coupon.id], at(0), at(3))
    assert marked(world.session) == [("credit", 0)]
    dirty.coupons_changed(world.session, [coupon.id])
    assert [day for _, day in marked(world.session)] == [-3, 0, 3]


def test_goods_costs_mark_orders_with_such_a_line(world):
    for days in (-1, 0, 1):
        world.line(world.order(days), "sku")
    world.line(world.order(2), "other")
    dirty.goods_costs_changed(world.session, world.shop, ["sku"], TODAY)
    assert marked(world.session) == [("credit", 0), ("credit", 1)]


def test_affiliate_rows_mark_credits_and_the_days_of_commissions(world):
    order = world.order(0)
    dirty.affiliates_changed(world.session, world.shop, [order.ref], [TODAY - timedelta(2)])
    assert marked(world.session) == [("cost", -2), ("credit", 0)]


def test_a_deal_marks_the_days_of_its_fee(world):
    deal = factories.DealFactory(influencer=world.influencer(), spread_days=3)
    before = TODAY - timedelta(9)
    dirty.deals_changed(world.session, world.workspace, [(deal.id, TODAY), (deal.id, before)])
    assert marked(world.session) == [("cost", -9), ("cost", 0), ("cost", 1), ("cost", 2)]


def test_credits_mark_costs_only_where_a_deal_pays_commission(world):
    dirty.credits_changed(world.session, world.workspace.id, [TODAY])
    assert marked(world.session) == []
    factories.DealFactory(influencer=world.influencer(), commission_ppm=1)
    dirty.credits_changed(world.session, world.workspace.id, [TODAY])
    assert marked(world.session) == [("cost", 0)]


def test_rules_mark_the_days_of_commissions_and_changed_rows_their_own(world):
    lin = world.influencer()
    world.session.add(
        CommissionRow(
            workspace_id=world.workspace.id, shop_id=world.shop.id, order_ref="A1",
            influencer_id=lin.id, source="computed", part="0", step=0, ordered_on=TODAY,
            booked_on=TODAY - timedelta(3), amount_minor=1, status="pending",
        )
    )  # fmt: skip
    dirty.commission_terms_changed(world.session, world.workspace, [lin.id + 1])
    assert marked(world.session) == []
    dirty.commission_terms_changed(world.session, world.workspace, [lin.id])
    dirty.commissions_changed(world.session, world.workspace, [TODAY])
    assert marked(world.session) == [("cost", -3), ("cost", 0)]
    dirty.credits_changed(world.session, world.workspace.id, [TODAY + timedelta(1)])
    assert marked(world.session)[-1] == ("cost", 1)


def test_fits_mark_the_order_days_of_their_week(world):
    for days in (-3, -2, 4, 5):  # Sunday, Monday to Sunday, Monday
        world.order(days)
    dirty.fits_made(world.session, world.workspace, TODAY - timedelta(2))
    assert marked(world.session) == [("credit", -2), ("credit", 4)]


def test_traffic_and_costs_mark_their_own_days(world):
    dirty.traffic_changed(world.session, world.shop, [TODAY])
    dirty.costs_changed(world.session, world.workspace, [TODAY])
    assert marked(world.session) == [("cost", 0), ("traffic", 0)]


# --- the property ---------------------------------------------------------------------------------


class Story:
    """Things that happen to a world, each with the mark that its service would make."""

    def __init__(self, world, seed):
        self.world, self.session = world, world.session
        self.chance = random.Random(seed)
        self.people = [world.influencer() for _ in range(3)]
        self.campaign = factories.CampaignFactory(workspace=world.workspace, lookback_days=None)
        mark = world.mark(Channel.EMAIL, Kind.NATURAL, "tag", campaign_id=self.campaign.id)
        self.marks = [world.direct, world.search, world.mail, mark]
        self.marks += [world.kol_mark(person) for person in self.people]
        self.codes = [world.coupon(person) for person in self.people]
        self.customers = [world.customer() for _ in range(4)]
        self.visitors = [world.visitor() for _ in range(6)]
        self.orders = []

    def event(self):
        events = [
            self.order,
            self.order,
            self.touch,
            self.touch,
            self.refund,
            self.claim,
            self.coupon,
            self.leak,
            self.affiliate,
            self.reread,
            self.goods,
            self.window,
        ]
        self.chance.choice(events if self.orders else [self.order])()
        self.session.flush()

    def day(self):
        return self.chance.uniform(-40, 5)

    def order(self):
        visitor = self.chance.choice([None, *self.visitors])
        customer = self.chance.choice([None, *self.customers])
        order = self.world.order(self.day(), visitor, customer=customer, paid_minor=999)
        if self.chance.random() < 0.3:
            self.world.use(order, self.chance.choice(self.codes))
        if self.chance.random() < 0.3:
            self.world.delivered(order, self.chance.choice(self.marks))
        self.world.line(order, "sku")
        self.orders.append(order)
        dirty.orders_changed(self.session, self.world.shop, [order.ordered_on])
        if customer:
            since = {customer.id: order.placed_at}
            dirty.buyers_changed(self.session, self.world.workspace, since)

    def touch(self):
        visitor = self.chance.choice(self.visitors)
        touch = self.world.touch(visitor, self.day(), self.chance.choice(self.marks))
        dirty.touches_changed(self.session, self.world.shop, {visitor.id: touch.at})

    def refund(self):
        order = self.chance.choice(self.orders)
        self.world.refund(order, self.day(), self.chance.randrange(1, 500))
        dirty.orders_changed(self.session, self.world.shop, [order.ordered_on])

    def claim(self):
        order = self.chance.choice(self.orders)
        visitor = factories.VisitorFactory(shop=self.world.shop)
        self.visitors.append(visitor)
        evidence = self.chance.choice(["signed", "beacon", "click"])
        self.world.link(order, visitor, evidence, days=self.chance.uniform(-2, 2))
        dirty.order_visitors_changed(self.session, self.world.shop, [order.ref])

    def coupon(self):
        coupon, day = self.chance.choice(self.codes), at(self.day())
        current = max(coupon.ownerships, key=lambda owned: owned.valid_from)
        if day > current.valid_from:
            current.valid_until = day
            factories.CouponOwnershipFactory(
                coupon=coupon, influencer=self.chance.choice(self.people), valid_from=day
            )
            dirty.coupons_changed(self.session, [coupon.id], day)

    def leak(self):
        coupon = self.chance.choice(self.codes)
        coupon.leaked_at = at(self.day())
        dirty.coupons_changed(self.session, [coupon.id])

    def affiliate(self):
        order = self.chance.choice(self.orders)
        person = self.chance.choice(self.people)
        from tracker.models import AffiliateRow

        known = select(AffiliateRow.id).where(
            AffiliateRow.order_ref == order.ref, AffiliateRow.influencer_id == person.id
        )
        if self.session.scalar(known) is None:
            self.world.affiliate(order, person, clicked=self.day())
            dirty.affiliates_changed(self.session, self.world.shop, [order.ref])

    def reread(self):
        mark = self.chance.choice(self.marks)
        mark.channel_code = self.chance.choice([Channel.DISPLAY.code, Channel.DIRECT.code])
        dirty.marks_changed(self.session, self.world.workspace, [mark.id])

    def goods(self):
        since = at(self.day()).date()
        from tracker.models import GoodsCost

        if self.session.get(GoodsCost, (self.world.shop.id, "sku", since)) is None:
            self.world.goods_cost("sku", self.chance.randrange(100), since)
            dirty.goods_costs_changed(self.session, self.world.shop, ["sku"], since)

    def window(self):
        self.campaign.lookback_days = self.chance.choice([None, 1, 60])
        dirty.campaign_window_changed(self.session, self.campaign.id)


@pytest.mark.parametrize("seed", [1, 3])
def test_recomputing_what_was_marked_is_computing_everything(database, seed):
    with database.writer() as session, factories.using(session):
        story = Story(World(session), seed)
        session.commit()
        for step in range(8):
            for _ in range(4):
                story.event()
            session.commit()
            if step in (3, 6):  # fits stay as they were made, whatever comes after them
                ensure_fits(database, now=at(60))
            attribute_dirty(database)
    step_by_step = derived(database)
    assert step_by_step[0]
    rebuild(database)
    assert derived(database) == step_by_step
