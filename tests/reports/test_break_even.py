from __future__ import annotations

from datetime import date

import pytest

from tests import factories
from tests.reports.world import MICRO, World
from tracker.domain.channels import Channel, Kind
from tracker.models import Influencer
from tracker.reports.break_even import break_evens, fee_that_pays_of
from tracker.reports.figures import Figures

POST, NEXT = date(2026, 10, 1), date(2026, 10, 11)


@pytest.fixture
def lin(world: World) -> Influencer:
    return factories.InfluencerFactory(workspace=world.workspace)


def deal(influencer: Influencer, day: date, **terms: int):
    return factories.DealFactory(influencer=influencer, posted_on=day, **terms)


def sells(world: World, influencer: Influencer, day: date, **sums: int) -> None:
    world.add_credit(Channel.KOL, Kind.KOL, day, influencer_id=influencer.id, evidence="link",
                     **sums)  # fmt: skip


def found(world: World, influencer: Influencer):
    return break_evens(world.session, world.state(influencer_id=influencer.id))


def test_a_deal_says_which_fee_would_have_paid_and_when_it_was_paid_back(world: World, lin):
    deal(lin, POST, fee_minor=40_000, goods_given_minor=3_000, platform_fee_minor=2_000)
    for n, net in enumerate((30_000, 40_000, 10_000)):
        sells(world, lin, date(2026, 10, 1 + n), orders=2, net_revenue_minor=net,
              goods_cost_minor=net // 5)  # fmt: skip
    world.add_cost(Channel.KOL, Kind.KOL, date(2026, 10, 2), influencer_id=lin.id,
                   commission_minor=4_000, spend_minor=1_000)  # fmt: skip
    [row] = found(world, lin).rows
    assert row.contribution_minor == 80_000 - 16_000 - 5_000
    assert row.fee_that_pays_minor == 59_000 - 5_000
    assert row.left_minor == 14_000
    assert row.orders_needed_micro == -(-45_000 * 6 * MICRO // 59_000)
    assert row.paid_back_after == 2
    assert not row.is_open
    assert not row.is_immature
    assert not row.is_before_goods_cost


def test_what_was_not_earned_is_a_negative_rest_and_never_paid_back(world: World, lin):
    deal(lin, POST, fee_minor=40_000)
    sells(world, lin, POST, orders=1, net_revenue_minor=10_000)
    [row] = found(world, lin).rows
    assert (row.fee_that_pays_minor, row.left_minor, row.paid_back_after) == (10_000, -30_000, None)
    assert row.orders_needed_micro == 4 * MICRO


def test_an_unknown_goods_cost_makes_the_whole_deal_before_goods_cost(world: World, lin):
    deal(lin, POST, fee_minor=9_000)
    sells(world, lin, POST, orders=1, net_revenue_minor=10_000, goods_cost_minor=8_000)
    sells(world, lin, date(2026, 10, 2), orders=1, net_revenue_minor=100,
          orders_without_goods_cost_micro=MICRO)  # fmt: skip
    [row] = found(world, lin).rows
    assert row.is_before_goods_cost
    assert row.fee_that_pays_minor == 10_100
    assert row.paid_back_after == 1


def test_deals_add_up_and_share_no_day(world: World, lin):
    deal(lin, POST, fee_minor=5_000)
    deal(lin, NEXT, fee_minor=7_000)
    for day in (POST, date(2026, 10, 10), NEXT):
        sells(world, lin, day, orders=1, net_revenue_minor=4_000)
    result = found(world, lin)
    assert [row.left_minor for row in result.rows] == [4_000 - 7_000, 8_000 - 5_000]
    assert result.total is not None
    assert result.total.left_minor == 0
    assert result.total.fee_minor == 12_000


def test_days_that_are_not_over_and_refunds_to_come_are_marked(world: World, lin):
    deal(lin, date(2026, 11, 20), fee_minor=5_000)
    deal(lin, date(2026, 10, 20), fee_minor=5_000)
    deal(lin, date(2026, 12, 1), fee_minor=5_000)  # has not come yet
    newest, older = found(world, lin).rows
    assert (newest.is_open, newest.is_immature) == (True, True)
    assert (older.is_open, older.is_immature) == (False, True)


def test_without_a_deal_there_is_nothing_to_say(world: World, lin):
    result = found(world, lin)
    assert (result.rows, result.total) == ((), None)


def test_at_the_fee_that_would_have_paid_the_roi_of_the_period_is_zero():
    figures = Figures(net_revenue_minor=90_000, goods_cost_minor=30_000, fee_minor=20_000,
                      commission_minor=9_000, spend_minor=1_000)  # fmt: skip
    assert fee_that_pays_of(figures) == 50_000
    at_it = figures + Figures(fee_minor=30_000)
    assert at_it.roi == 0
