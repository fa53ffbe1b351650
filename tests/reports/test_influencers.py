from __future__ import annotations

from datetime import timedelta

from tests import factories
from tests.reports.world import MICRO, TODAY, World, singles_day
from tracker.domain.channels import Channel, Kind
from tracker.reports.influencers import influencer_report


def rows_of(world: World, **changes: object) -> dict[str, object]:
    report = influencer_report(world.session, world.state(**changes))
    return {row.slug: row for row in report.rows}


def test_orders_are_split_by_what_won_them(world: World):
    singles_day(world)
    rows = rows_of(world)
    lin, feng = rows["lin"], rows["feng"]
    assert (lin.orders_by_link_micro, lin.orders_by_code_micro) == (MICRO, 2 * MICRO)
    assert feng.orders_by_affiliate_micro == MICRO
    assert lin.figures.cost_minor == 21_500
    assert (lin.figures.fee_minor, lin.figures.commission_minor) == (20_000, 1_500)
    assert lin.figures.cac_minor == 10_750


def test_everybody_is_listed_and_filters_leave_only_those_with_something(world: World):
    singles_day(world)
    assert list(rows_of(world)) == ["lin", "feng", "quiet"]
    assert set(rows_of(world, shop_ids=(world.tmall.id,))) == {"feng"}
    assert rows_of(world, kind="paid") == {}


def test_marks_of_nobody_known_are_a_row_so_that_the_kind_adds_up(world: World):
    singles_day(world)
    world.add_credit(Channel.KOL, Kind.KOL, orders=1, net_revenue_minor=500, evidence="link")
    report = influencer_report(world.session, world.state())
    unknown = next(row for row in report.rows if row.influencer_id == 0)
    assert [tag.code for tag in unknown.tags] == ["unknown_influencer"]
    assert report.total.figures.net_revenue_minor == 74_500


def test_the_account_with_most_followers_is_shown_and_all_are_searched(world: World):
    ids = singles_day(world)
    from tracker.models import Influencer

    lin = world.session.get_one(Influencer, ids["lin"])
    for platform, handle, followers in (
        ("weibo", "lin-weibo", None), ("xiaohongshu", "小满日常", 124_000), ("douyin", "lm", 900),
    ):  # fmt: skip
        factories.SocialAccountFactory(
            influencer=lin, platform=platform, handle=handle, followers=followers
        )
    row = rows_of(world)["lin"]
    assert (row.platform, row.handle, row.followers) == ("xiaohongshu", "小满日常", 124_000)
    assert list(rows_of(world, search="LIN-WEI")) == ["lin"]
    assert list(rows_of(world, search="林小")) == ["lin"]
    assert rows_of(world, search="没有") == {}


def test_a_fresh_post_makes_figures_immature(world: World):
    ids = singles_day(world)
    from tracker.models import Influencer

    for slug, age in (("lin", 3), ("feng", 15), ("quiet", -2)):
        who = world.session.get_one(Influencer, ids[slug])
        factories.DealFactory(influencer=who, posted_on=TODAY - timedelta(days=age))
    rows = rows_of(world)
    assert [(tag.code, tag.figures) for tag in rows["lin"].tags] == [("immature", {"days": 3})]
    assert rows["feng"].tags == rows["quiet"].tags == ()


def test_sorting_by_cost_keeps_everybody(world: World):
    singles_day(world)
    assert list(rows_of(world, sort="-cost_minor")) == ["lin", "feng", "quiet"]
    assert list(rows_of(world, sort="name")) == ["lin", "quiet", "feng"]


def test_the_number_of_statements_does_not_grow_with_people(world: World, queries: list[str]):
    singles_day(world)
    rows_of(world)
    queries.clear()
    rows_of(world)
    assert len(queries) == 6  # context 3, leaks, facts, people
