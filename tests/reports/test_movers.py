"""What moved: rows add up to the change that the overview shows, whatever they are divided by."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.reports.world import END, MICRO, START, World, singles_day
from tracker.domain.channels import Channel, Kind
from tracker.reports.movers import Movers, mover_report
from tracker.reports.overview import overview
from tracker.reports.state import MOVED_BY

BEFORE = START - timedelta(days=3)


def movers_of(world: World, **changes: object) -> Movers:
    return mover_report(world.session, world.state(**changes)).movers


@pytest.mark.parametrize("by", MOVED_BY)
def test_contributions_add_up_to_the_change_of_the_overview(world: World, by: str):
    singles_day(world)
    page = overview(world.session, world.state())
    assert page.total.before is not None
    change = page.total.figures.net_revenue_minor - page.total.before.net_revenue_minor
    found = movers_of(world, by=by)
    assert found.whole is not None
    assert sum(row.change for row in found.rows) == found.whole.change == change == 156_000
    for row in (*found.rows, found.whole):
        assert sum(row.drivers.values()) == row.change


def test_the_first_page_shows_the_same(world: World):
    singles_day(world)
    assert overview(world.session, world.state()).movers == movers_of(world)


def test_a_row_says_through_what_it_moved(world: World):
    kol = (Channel.DIRECT, Kind.NATURAL)
    world.add_traffic(*kol, BEFORE, visits=100)
    world.add_credit(*kol, BEFORE, orders=10, net_revenue_minor=10_000)
    world.add_traffic(*kol, visits=200)
    world.add_credit(*kol, orders=20, net_revenue_minor=20_000)
    world.add_credit(*kol, END, net_revenue_minor=-3_000, refund_minor=3_000,
                     refunded_orders_micro=MICRO)  # fmt: skip
    [row] = movers_of(world).rows
    assert (row.change, row.main) == (7_000, "visits")
    assert row.drivers == {"visits": 10_000, "refunds": -3_000}
    assert row.told == (("visits", 10_000), ("refunds", -3_000))


def test_orders_without_a_cause_came_from_no_visit(world: World):
    world.add_traffic(Channel.INTERNAL, None, BEFORE, visits=5)
    world.add_traffic(Channel.INTERNAL, None, visits=50)
    world.add_credit(None, None, BEFORE, orders=1, net_revenue_minor=100)
    world.add_credit(None, None, orders=2, net_revenue_minor=200)
    [row] = [row for row in movers_of(world).rows if row.source.channel is None]
    assert row.drivers == {"orders": 100}
    [rest] = movers_of(world, by="influencer").rows  # internal returns are no visits of the rest
    assert rest.drivers == {"orders": 100}


def test_influencers_stand_for_themselves_and_the_rest_for_everything_else(world: World):
    ids = singles_day(world)
    rows = {row.source.influencer_id: row for row in movers_of(world, by="influencer").rows}
    assert rows[ids["lin"]].change == 65_000
    assert rows[0].source.is_rest
    sources = [row.source for row in movers_of(world).rows]
    assert {s.by for s in sources if s.kind is Kind.KOL} == {"influencer"}


def test_the_change_of_roi_is_shared_by_all_rows(world: World):
    paid, kol = (Channel.PAID_SOCIAL, Kind.PAID), (Channel.KOL, Kind.KOL)
    world.add_cost(*paid, BEFORE, spend_minor=1_000)
    world.add_credit(*paid, BEFORE, orders=3, net_revenue_minor=3_000)
    world.add_cost(*paid, spend_minor=2_000)
    world.add_credit(*paid, orders=3, net_revenue_minor=3_000)
    world.add_credit(*kol, orders=1, net_revenue_minor=1_000)
    found = movers_of(world, of="roi", by="channel")
    assert found.whole is not None
    before, now = 2.0, 1.0
    assert found.whole.change == pytest.approx(now - before)
    assert sum(row.change for row in found.rows) == pytest.approx(now - before)
    by_channel = {row.source.channel: row for row in found.rows}
    assert by_channel[Channel.PAID_SOCIAL].main == "cost"
    assert by_channel[Channel.KOL].change > 0


def test_unknown_goods_costs_leave_goods_out_of_both_periods(world: World):
    paid = (Channel.PAID_SOCIAL, Kind.PAID)
    world.add_cost(*paid, BEFORE, spend_minor=1_000)
    world.add_credit(*paid, BEFORE, orders=1, net_revenue_minor=3_000, goods_cost_minor=900)
    world.add_cost(*paid, spend_minor=1_000)
    world.add_credit(*paid, orders=1, net_revenue_minor=3_000,
                     orders_without_goods_cost_micro=MICRO)  # fmt: skip
    found = movers_of(world, of="roi")
    assert (found.is_before_goods_cost, found.rows) == (True, ())


def test_without_a_comparison_or_a_cost_nothing_is_claimed(world: World):
    singles_day(world)
    assert not movers_of(world, comparison="none").is_known
    assert not movers_of(world, comparison="festival").is_known
    assert not movers_of(world, of="roi").is_known  # the period before cost nothing


def test_rows_can_be_sorted_by_a_driver(world: World):
    singles_day(world)
    parts = [row.drivers.get("new", 0) for row in movers_of(world, sort="-new").rows]
    assert parts == sorted(parts, reverse=True)
