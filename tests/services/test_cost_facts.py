"""Costs of a day, to the minor unit, each with exactly one owner."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tests.factories import CampaignFactory, DealFactory, SpendFactory
from tests.services.credit_world import World, rows_of
from tracker.domain.channels import Channel, Kind
from tracker.models import CostDay, CostDayChannel, DirtyDay
from tracker.services import dirty
from tracker.services.cost_facts import day_costs, refresh_cost_day, refresh_dirty_costs
from tracker.services.policies import ensure_policy

DAY = date(2026, 11, 11)
COLUMNS = ("spend_minor", "fee_minor", "goods_given_minor", "platform_fee_minor",
           "commission_minor")  # fmt: skip


@pytest.fixture
def world(session):
    return World(session)


def costs(world, day=DAY):
    world.session.flush()
    return {
        (key.channel_code, key.kind_code, key.influencer_id, key.media_channel_code): {
            name: getattr(sums, name) for name in COLUMNS if getattr(sums, name)
        }
        for key, sums in day_costs(world.session, world.workspace, day).items()
    }


def spend(world, channel=Channel.PAID_SEARCH, **more):
    return SpendFactory(workspace=world.workspace, channel_code=channel.code, **more)


def test_spend_is_a_cost_of_its_channel(world):
    spend(world, amount_minor=30_000)
    spend(world, amount_minor=12)
    spend(world, amount_minor=7, spent_on=DAY - timedelta(days=1))
    key = (Channel.PAID_SEARCH.code, Kind.PAID.code, 0, 0)
    assert costs(world) == {key: {"spend_minor": 30_012}}


def test_spend_for_an_influencer_s_post_is_kol_and_leaves_its_channel(world):
    influencer = world.influencer()
    spend(world, Channel.PAID_SOCIAL, amount_minor=500, influencer_id=influencer.id)
    key = (Channel.KOL.code, Kind.KOL.code, influencer.id, Channel.PAID_SOCIAL.code)
    assert costs(world) == {key: {"spend_minor": 500}}


def test_foreign_spend_is_converted_at_its_own_rate(world):
    spend(world, amount_minor=100, currency="USD", fx_e8=712_345_678)
    assert next(iter(costs(world).values())) == {"spend_minor": 712}


def test_a_deal_s_fee_is_booked_on_the_post_s_day_or_spread_exactly(world):
    influencer = world.influencer()
    DealFactory(
        influencer=influencer, posted_on=DAY, fee_minor=100, spread_days=3,
        goods_given_minor=50, platform_fee_minor=5,
    )  # fmt: skip
    key = (Channel.KOL.code, Kind.KOL.code, influencer.id, 0)
    days = [costs(world, DAY + timedelta(days=n)).get(key, {}) for n in range(-1, 4)]
    assert [day.get("fee_minor", 0) for day in days] == [0, 34, 33, 33, 0]
    assert sum(day.get("goods_given_minor", 0) for day in days) == 50
    assert sum(day.get("platform_fee_minor", 0) for day in days) == 5


def test_costs_of_stated_touches_are_spend_of_their_channel(world):
    touch = world.touch(world.visitor(), 0, world.search)
    touch.cost_minor = 33
    key = (Channel.PAID_SEARCH.code, Kind.PAID.code, 0, 0)
    assert costs(world) == {key: {"spend_minor": 33}}


def attributed(world, order):
    """Run the attribution of an order's day inside the test's transaction."""
    from datetime import UTC, datetime

    from tracker.domain.policy import Policy
    from tracker.services.attribution import compute_partitions
    from tracker.services.claims import claim_days
    from tracker.services.credit_rows import fact_columns, ledger_columns
    from tracker.services.credit_store import store_partitions

    session, policy = world.session, ensure_policy(world.session, world.workspace)
    session.flush()
    dirty.orders_changed(session, world.shop, [order.ordered_on])
    (claim,) = claim_days(session, dirty.CREDIT, datetime.now(UTC), limit=1)
    computed = compute_partitions(
        session, world.workspace, Policy(), [(world.shop.id, order.ordered_on)]
    )
    store_partitions(
        session, [claim], policy.id, fact_columns(computed, policy.id),
        ledger_columns(computed, policy.id),
    )  # fmt: skip


def test_commission_is_the_rate_of_the_deal_on_the_credited_net(world):
    influencer = world.influencer()
    DealFactory(influencer=influencer, fee_minor=0, commission_ppm=150_000)
    order = world.order(paid_minor=333)
    world.use(order, world.coupon(influencer))
    world.refund(order, 1, 222)
    world.refund(order, 2, 111)
    attributed(world, order)
    booked = [sum(c["commission_minor"] for c in costs(world, DAY + timedelta(days=n)).values())
              for n in range(3)]  # fmt: skip
    assert booked == [50, -33, -17]


def test_an_imported_commission_replaces_the_computed_one(world):
    influencer = world.influencer()
    DealFactory(influencer=influencer, fee_minor=0, commission_ppm=150_000)
    order = world.order(paid_minor=1_000)
    world.affiliate(order, influencer, commission_minor=77)
    attributed(world, order)
    key = (Channel.KOL.code, Kind.KOL.code, influencer.id, 0)
    assert costs(world) == {key: {"commission_minor": 77}}


def test_without_a_deal_or_before_it_no_commission_is_due(world):
    influencer = world.influencer()
    DealFactory(influencer=influencer, fee_minor=0, commission_ppm=1, posted_on=DAY + timedelta(1))
    order = world.order()
    world.use(order, world.coupon(influencer))
    attributed(world, order)
    assert costs(world) == {}


def test_the_day_s_rows_add_up_to_the_cost_rows_and_running_again_changes_nothing(world):
    influencer = world.influencer()
    campaign = CampaignFactory(workspace=world.workspace)
    spend(world, amount_minor=101, campaign_id=campaign.id, impressions=5, clicks=2)
    spend(world, amount_minor=202)
    spend(world, Channel.PAID_SOCIAL, amount_minor=303, influencer_id=influencer.id)
    DealFactory(influencer=influencer, fee_minor=1_000, spread_days=7, campaign_id=campaign.id)
    session = world.session
    refresh_cost_day(session, world.workspace, DAY)
    before = [rows_of(session, table) for table in (CostDay, CostDayChannel)]
    refresh_cost_day(session, world.workspace, DAY)
    assert [rows_of(session, table) for table in (CostDay, CostDayChannel)] == before
    for table in (CostDay, CostDayChannel):
        total = session.execute(
            select(func.sum(table.spend_minor), func.sum(table.fee_minor), func.sum(table.clicks))
        ).one()
        assert [int(value) for value in total] == [606, 143, 2]


def test_a_day_whose_costs_are_gone_is_emptied(world):
    row = spend(world, amount_minor=101)
    refresh_cost_day(world.session, world.workspace, DAY)
    world.session.delete(row)
    world.session.flush()
    assert refresh_cost_day(world.session, world.workspace, DAY) == 0
    assert rows_of(world.session, CostDayChannel) == []


def test_dirty_cost_days_are_computed_and_clean(database):
    from tests import factories

    with database.write() as session, factories.using(session):
        world = World(session)
        for n in range(40):
            spend(world, amount_minor=n + 1, spent_on=DAY + timedelta(days=n))
        days = [DAY + timedelta(days=n) for n in range(40)]
        dirty.costs_changed(session, world.workspace, days)
    assert refresh_dirty_costs(database) == 40
    assert refresh_dirty_costs(database) == 0
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(DirtyDay)) == 0
        assert int(session.scalar(select(func.sum(CostDay.spend_minor)))) == 820
