from dataclasses import replace
from datetime import timedelta

import pytest

from tests.factories import CampaignFactory, InfluencerFactory, SocialAccountFactory
from tests.reports.world import END, START
from tracker.domain.channels import Channel, Kind
from tracker.domain.platform_records import PlatformFigureRecord
from tracker.domain.records import SpendRecord
from tracker.reports.platforms import platform_report
from tracker.services.platform_figures import load_platform_figures
from tracker.services.spend import load_spend

AD = PlatformFigureRecord(
    platform="千川", report="douyin_qianchuan", subject="campaign", subject_ref="7",
    subject_name="双11 直播", starts_on=START, ends_on=START, currency="CNY",
    channel="paid_social", gmv_minor=50_000, orders=5, spend_minor=10_000, basis="7d",
)  # fmt: skip
SOURCE = PlatformFigureRecord(
    platform="sycm", report="sycm_shop_sources", subject="source", subject_ref="搜索",
    starts_on=START, ends_on=START, currency="CNY", kind="natural", visitors=100, gmv_minor=9_000,
)  # fmt: skip


@pytest.fixture
def say(world):
    def load(*records, shop=None):
        shop_id = (shop or world.own).id
        result = load_platform_figures(world.session, world.workspace, records, shop_id=shop_id)
        assert result.problems == []

    return load


@pytest.fixture
def report(world):
    return lambda **changes: platform_report(world.session, world.state(**changes))


def test_claim_stands_beside_the_channel_with_its_own_roas_and_the_difference(world, say, report):
    world.add_credit(Channel.PAID_SOCIAL, Kind.PAID, orders=3, net_revenue_minor=40_000)
    world.add_cost(Channel.PAID_SOCIAL, Kind.PAID, spend_minor=10_000)
    say(AD, replace(AD, starts_on=END, ends_on=END))
    (row,) = report().advertising
    assert (row.claim.gmv_minor, row.claim.orders, row.claim.roas) == (100_000, 10, 5.0)
    assert (row.ours.net_revenue_minor, row.ours.roas) == (40_000, 4.0)
    assert (row.difference_minor, row.difference_share) == (60_000, 1.5)
    assert row.why == ("window", "before_refunds")
    assert (row.first, row.last) == (START, END)


def test_bases_stand_apart_and_are_never_added(world, say, report):
    say(AD, replace(AD, basis="1d", gmv_minor=20_000), replace(AD, scope="direct", basis="",
        gmv_minor=30_000), replace(AD, scope="ordered", gmv_minor=60_000))  # fmt: skip
    rows = report().advertising
    assert [(row.scope, row.basis_code, row.claim.gmv_minor) for row in rows] == [
        ("total", "7d", 50_000),
        ("total", "1d", 20_000),
        ("direct", "", 30_000),
        ("ordered", "7d", 60_000),
    ]
    assert [row.is_first for row in rows] == [True, False, False, False]
    assert "no_window" in rows[2].why
    assert "one_item" in rows[2].why
    assert "not_paid" in rows[3].why


def test_figures_of_a_level_that_does_not_count_are_not_shown(world, say, report):
    def spend(ref, layer):
        return SpendRecord(
            "千川", START, "paid_social", "CNY", 10_000, campaign_ref=ref, layer=layer
        )

    load_spend(world.session, world.workspace, [spend("7", "campaign"), spend("", "item")],
               shop_id=world.own.id)  # fmt: skip
    items = replace(AD, subject="account", subject_ref="", layer="item", gmv_minor=50_001)
    say(replace(AD, layer="campaign"), items)
    assert [row.claim.gmv_minor for row in report().advertising] == [50_000]


def test_window_that_is_ours_is_no_reason(say, report):
    say(replace(AD, basis="click-30d"))
    assert "window" not in report().advertising[0].why


def test_several_platforms_of_a_channel_are_compared_only_together(world, say, report):
    world.add_credit(Channel.PAID_SOCIAL, Kind.PAID, net_revenue_minor=40_000)
    say(AD, replace(AD, platform="聚光", gmv_minor=30_000), replace(AD, scope="direct"))
    *single, together = report().advertising
    assert {row.difference_minor for row in single} == {None}
    assert all("several_platforms" in row.why for row in single)
    assert (together.platform, together.claim.gmv_minor) == ("all", 80_000)
    assert together.difference_minor == 40_000
    assert "mixed_bases" not in together.why
    say(replace(AD, platform="meta", basis="1d"))
    assert "mixed_bases" in report().advertising[-1].why


def test_campaign_of_a_platform_is_joined_by_spend_or_by_name(world, say, report):
    mine = CampaignFactory(workspace=world.workspace, utm_campaign="618")
    named = CampaignFactory(workspace=world.workspace, utm_campaign="双11 直播")
    world.add_credit(Channel.PAID_SOCIAL, Kind.PAID, campaign_id=mine.id, net_revenue_minor=700)
    say(AD, replace(AD, subject_ref="8", subject_name="x"), replace(AD, subject_ref="9",
        subject_name="nobody's"))  # fmt: skip
    load_spend(world.session, world.workspace, [
        SpendRecord("千川", START, "paid_social", "CNY", 1, campaign_ref="8", campaign="618"),
    ])  # fmt: skip
    rows = {row.name: row for row in report().campaigns}
    assert rows["双11 直播"].campaign_id == named.id
    assert (rows["x"].campaign_id, rows["x"].net_revenue_minor) == (mine.id, 700)
    assert (rows["nobody's"].ours, rows["nobody's"].difference_minor) == (None, None)
    assert "not_joined" in rows["nobody's"].why
    assert [row.name for row in report(campaign_id=mine.id).campaigns] == ["x"]


def test_influencer_is_found_when_the_report_is_read(world, say, report):
    live = replace(AD, platform="douyin_luopan", report="douyin_luopan_live", subject="live",
                   channel="", influencer="dy1", influencer_name="甲", handle_platform="douyin",
                   basis="")  # fmt: skip
    say(live)
    (unknown,) = report().influencers
    assert (unknown.influencer_id, unknown.name, unknown.ours) == (0, "甲", None)
    lina = InfluencerFactory(workspace=world.workspace, name="Li Na")
    SocialAccountFactory(influencer=lina, platform="douyin", handle="dy1")
    world.add_credit(Channel.KOL, Kind.KOL, influencer_id=lina.id, net_revenue_minor=20_000)
    (known,) = report().influencers
    assert (known.influencer_id, known.difference_minor) == (lina.id, 30_000)
    assert known.why == ("whole_room", "before_refunds")
    assert report(influencer_id=lina.id + 1).influencers == ()


def test_shop_without_script_shows_kinds_as_the_platform_reports_them(world, say, report):
    world.tmall.has_script = False
    world.session.flush()
    world.add_credit(Channel.KOL, Kind.KOL, shop=world.tmall, net_revenue_minor=5_000)
    paid = replace(SOURCE, subject_ref="直通车", kind="paid", gmv_minor=3_000)
    kol = replace(SOURCE, subject_ref="达人", kind="kol", gmv_minor=6_000)
    say(SOURCE, paid, kol, shop=world.tmall)
    kinds = {str(row.kind): row for row in report().kinds}
    assert {kind: row.claim.gmv_minor for kind, row in kinds.items()} == {
        "natural": 9_000,
        "paid": 3_000,
        "kol": 6_000,
    }
    assert (kinds["kol"].net_revenue_minor, kinds["kol"].difference_minor) == (5_000, 1_000)
    assert all("no_script" in row.why for row in kinds.values())
    assert report(shop_ids=(world.own.id,)).kinds == ()


def test_parts_of_a_shop_are_not_added_to_the_whole(say, report):
    say(SOURCE, replace(SOURCE, account="手机淘宝", visitors=90, gmv_minor=8_000))
    assert [row.claim.visitors for row in report().sources] == [100]


def test_range_is_shown_whole_or_not_at_all(say, report):
    week = replace(SOURCE, starts_on=START - timedelta(2), ends_on=END)
    say(week)
    shown = report()
    assert shown.sources == ()
    assert [(one.first, one.last) for one in shown.left_out] == [(START - timedelta(2), END)]
    say(replace(SOURCE, starts_on=START, ends_on=END, visitors=300))
    assert [row.claim.visitors for row in report().sources] == [300]


def test_days_stand_for_themselves_and_not_for_the_range_around_them(say, report):
    say(SOURCE, replace(SOURCE, ends_on=END, visitors=300))
    shown = report()
    assert [row.claim.visitors for row in shown.sources] == [100]
    assert len(shown.left_out) == 1


def test_what_another_workspace_imported_is_not_seen(world, say, report):
    say(AD)
    state = world.state(workspace_id=world.workspace.id + 1)
    assert platform_report(world.session, state).rows == ()


def test_rows_can_be_sorted_by_any_figure(say, report):
    say(AD, replace(AD, scope="direct", gmv_minor=70_000))
    assert [row.gmv_minor for row in report(sort="-gmv_minor").advertising] == [70_000, 50_000]
    assert all(row.is_first for row in report(sort="gmv_minor").advertising)
