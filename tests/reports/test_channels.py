from __future__ import annotations

from tests import factories
from tests.reports.world import END, START, World, singles_day
from tracker.domain.channels import Channel, Kind
from tracker.reports.channels import channel_report


def test_channels_are_sorted_by_net_revenue_with_unattributed_last(world: World):
    singles_day(world)
    report = channel_report(world.session, world.state())
    assert [(row.channel, row.figures.net_revenue_minor) for row in report.rows] == [
        (Channel.KOL, 74_000),
        (Channel.PAID_SOCIAL, 60_000),
        (Channel.DIRECT, 26_000),
        (Channel.INTERNAL, 0),
        (Channel.ORGANIC_SEARCH, 0),
        (None, 16_000),
    ]
    assert report.total.figures.net_revenue_minor == 176_000


def test_readers_sort_by_any_figure_and_unknown_comes_last(world: World):
    singles_day(world)
    falling = channel_report(world.session, world.state(sort="-roas")).rows
    assert [row.channel for row in falling[:2]] == [Channel.KOL, Channel.PAID_SOCIAL]
    rising = channel_report(world.session, world.state(sort="roas")).rows
    assert [row.channel for row in rising[:2]] == [Channel.PAID_SOCIAL, Channel.KOL]
    assert {row.figures.roas for row in rising[2:]} == {None}


def test_spend_mapped_to_influencers_is_shown_at_its_medium_and_summed_with_them(world: World):
    singles_day(world)
    report = channel_report(world.session, world.state())
    social = next(row for row in report.rows if row.channel is Channel.PAID_SOCIAL)
    assert social.moved_spend_minor == 3_000
    assert social.figures.cost_minor == 50_000
    assert report.total.figures.cost_minor == 74_500


def test_a_channel_all_of_whose_spend_was_moved_has_a_row(world: World):
    world.add_cost(
        Channel.KOL, Kind.KOL, spend_minor=900, influencer_id=1, media=Channel.PAID_VIDEO
    )
    rows = channel_report(world.session, world.state()).rows
    moved = {row.channel: row.moved_spend_minor for row in rows}
    assert moved == {Channel.KOL: 0, Channel.PAID_VIDEO: 900}


def test_platforms_claims_stand_beside_and_are_never_added(world: World):
    singles_day(world)
    for day, currency, rate, gmv in (
        (START, "CNY", 100_000_000, 90_000),
        (END, "USD", 700_000_000, 10_000),
        (END, "CNY", 100_000_000, None),
    ):
        factories.SpendFactory(
            workspace=world.workspace, spent_on=day, channel_code=Channel.PAID_SOCIAL.code,
            currency=currency, fx_e8=rate, amount_minor=20_000, platform_gmv_minor=gmv,
            platform_orders=None if gmv is None else 3,
        )  # fmt: skip
    report = channel_report(world.session, world.state())
    social = next(row for row in report.rows if row.channel is Channel.PAID_SOCIAL)
    assert social.platform_gmv_minor == 90_000 + 70_000
    assert social.platform_spend_minor == 20_000 + 140_000
    assert social.platform_orders == 6
    assert social.platform_roas == 1.0
    assert report.total.figures.net_revenue_minor == 176_000
    others = [row.platform_gmv_minor for row in report.rows if row is not social]
    assert others == [None] * len(others)


def test_one_channel_under_two_kinds_has_two_rows(world: World):
    world.add_credit(Channel.AFFILIATE, Kind.PAID, orders=1, net_revenue_minor=5)
    world.add_credit(Channel.AFFILIATE, Kind.KOL, orders=1, net_revenue_minor=7, influencer_id=1)
    rows = channel_report(world.session, world.state()).rows
    assert [(row.channel, row.kind) for row in rows] == [
        (Channel.AFFILIATE, Kind.KOL),
        (Channel.AFFILIATE, Kind.PAID),
    ]


def test_six_statements_whatever_there_is(world: World, queries: list[str]):
    singles_day(world)
    channel_report(world.session, world.state())
    queries.clear()
    channel_report(world.session, world.state())
    assert len(queries) == 6  # context 3, facts, moved spend, platforms' claims
