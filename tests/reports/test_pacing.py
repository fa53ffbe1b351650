from __future__ import annotations

from datetime import timedelta

import pytest

from tests import factories
from tests.reports.world import END, START, TODAY, World, singles_day
from tracker.domain.channels import Channel, Kind
from tracker.domain.pacing import Clock, Standing, pace_of
from tracker.models import Campaign
from tracker.reports.pacing import pacing_report


@pytest.fixture
def sale(world: World) -> Campaign:
    """双11 over ten days, of which three are over; it cost 500 and brought 600 in 3 orders."""
    ids = singles_day(world)
    row = world.session.get_one(Campaign, ids["sale"])
    row.starts_on, row.ends_on = START, START + timedelta(days=9)
    row.budget_minor, row.target_net_minor = 200_000, 150_000
    row.target_orders, row.target_roi_ppm = 10, 500_000
    world.session.flush()
    return row


def test_what_is_done_stands_beside_what_time_has_gone(world: World, sale: Campaign):
    [row] = pacing_report(world.session, world.state()).rows
    assert row.campaign_id == sale.id
    assert row.time_share == 0.3
    assert (row.spend.done, row.spend.expected) == (50_000, 60_000)
    assert row.spend.standing is Standing.BEHIND
    assert (row.net.done, row.net.expected) == (60_000, 45_000)
    assert row.net.standing is Standing.AHEAD
    assert (row.orders.done, row.orders.goal) == (3_000_000, 10_000_000)
    assert row.orders.standing is Standing.ON_TIME
    assert row.spend.forecast == 50_000 + round(50_000 / 3 * 7)
    assert row.roi == pytest.approx((60_000 - 20_000 - 50_000) / 50_000)
    assert row.roi_standing is Standing.BEHIND


def test_the_campaign_counts_as_a_whole_whatever_period_and_shop(world: World, sale: Campaign):
    last_day = world.state(start=END, shop_ids=(world.tmall.id,))
    [row] = pacing_report(world.session, last_day).rows
    assert (row.spend.done, row.net.done) == (50_000, 60_000)


def test_days_after_the_period_and_today_do_not_count(world: World, sale: Campaign):
    world.add_cost(
        Channel.PAID_SOCIAL, Kind.PAID, END + timedelta(days=1), spend_minor=1_000,
        campaign_id=sale.id,
    )  # fmt: skip
    [row] = pacing_report(world.session, world.state()).rows
    assert row.spend.done == 50_000
    report = pacing_report(world.session, world.state(start=END, end=TODAY))
    assert report.as_of == TODAY - timedelta(days=1)
    assert report.rows[0].spend.done == 51_000
    assert report.rows[0].time_share == 1.0


def test_an_unknown_goods_cost_leaves_the_roi_unsaid(world: World, sale: Campaign):
    world.add_credit(
        Channel.PAID_SOCIAL, Kind.PAID, campaign_id=sale.id, orders=1, net_revenue_minor=1,
        orders_without_goods_cost_micro=1_000_000,
    )  # fmt: skip
    [row] = pacing_report(world.session, world.state()).rows
    assert row.roi is None
    assert row.roi_standing is Standing.UNKNOWN


def test_only_campaigns_with_a_goal_that_run_in_the_period_are_shown(world: World, sale: Campaign):
    def make(name, **values):
        factories.CampaignFactory(workspace=world.workspace, utm_campaign=name, **values)

    make("aimless", starts_on=START)
    make("over", starts_on=START - timedelta(9), ends_on=START - timedelta(1), budget_minor=1)
    make("later", starts_on=END + timedelta(1), budget_minor=1)
    make("endless", starts_on=START, target_orders=1)
    factories.CampaignFactory(budget_minor=1)  # of another brand
    rows = pacing_report(world.session, world.state()).rows
    assert [row.utm_campaign for row in rows] == ["double11", "endless"]
    assert rows[1].orders.standing is Standing.UNKNOWN
    by_name = pacing_report(world.session, world.state(sort="-name", search="e")).rows
    assert [row.utm_campaign for row in by_name] == ["double11", "endless"]


@pytest.mark.parametrize("sort", ["spend_done", "-net_pace", "orders_forecast", "roi", "_", "x_y"])
def test_every_heading_sorts(world: World, sale: Campaign, sort: str):
    assert len(pacing_report(world.session, world.state(sort=sort)).rows) == 1


def test_days_that_are_summed_together_forecast_as_day_by_day(world: World, sale: Campaign):
    sale.starts_on, sale.ends_on = START - timedelta(days=20), START + timedelta(days=20)
    daily = [100 * n for n in range(23)]
    for n, amount in enumerate(daily):
        day = START - timedelta(days=20 - n)
        world.add_cost(Channel.DISPLAY, Kind.PAID, day, spend_minor=amount, campaign_id=sale.id)
    daily[20] += 50_000
    [row] = pacing_report(world.session, world.state()).rows
    assert row.spend == pace_of(daily, 200_000, Clock(41, 23))


def test_each_campaign_counts_from_its_own_first_day_to_its_own_last(world: World, sale: Campaign):
    long = factories.CampaignFactory(
        workspace=world.workspace, starts_on=START - timedelta(30), ends_on=START, budget_minor=9
    )
    for day in (START - timedelta(days=5), END):
        for campaign_id in (sale.id, long.id):
            world.add_cost(Channel.DISPLAY, Kind.PAID, day, spend_minor=7, campaign_id=campaign_id)
    done = {r.campaign_id: r.spend.done for r in pacing_report(world.session, world.state()).rows}
    assert done == {sale.id: 50_007, long.id: 7}
