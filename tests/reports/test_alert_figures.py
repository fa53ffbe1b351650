"""What rules about figures see: exact figures of whole days, by subject, and nothing of others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests import factories, watched
from tests.reports.test_leaks import sell
from tests.reports.world import TODAY, World
from tracker.domain.channels import Channel, Kind
from tracker.models import AlertRule, CrawlSetting, CrawlTarget
from tracker.reports.alert_figures import read_rule, window_of
from tracker.services.alert_rules import KINDS, Measures, create_rule

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
DAY = timedelta(days=1)
YESTERDAY = TODAY - DAY


def rule(world: World, kind: str, **changes) -> AlertRule:
    usual = KINDS[kind].usual
    measures = Measures(**{**{f: getattr(usual, f) for f in usual.__slots__}, **changes})
    return create_rule(world.session, world.workspace, kind, measures, NOW)


def read(world: World, kind: str, **changes) -> dict[int, tuple[int | None, bool]]:
    seen = read_rule(world.session, world.workspace, rule(world, kind, **changes), NOW)
    return {one.subject_id: (one.reading.value, one.reading.is_bad) for one in seen}


@pytest.fixture
def li(world: World) -> int:
    return factories.InfluencerFactory(workspace=world.workspace, name="Li").id


def test_days_are_whole_and_end_yesterday(world: World):
    assert window_of(world.workspace, rule(world, "roi_below", window_days=7), NOW) == (
        TODAY - 7 * DAY, YESTERDAY,
    )  # fmt: skip


def test_roi_is_judged_from_the_floor_of_cost_on(world: World, li):
    world.add_cost(Channel.KOL, Kind.KOL, YESTERDAY, influencer_id=li, fee_minor=100_000)
    world.add_credit(
        Channel.KOL, Kind.KOL, YESTERDAY, influencer_id=li, orders=2, net_revenue_minor=80_000
    )
    assert read(world, "roi_below", floor=100_000) == {li: (-200_000, True)}
    assert read(world, "roi_below", floor=100_000, threshold_ppm=-200_000) == {
        li: (-200_000, False)
    }
    assert read(world, "roi_below", floor=100_001) == {li: (None, False)}
    assert read(world, "roi_below", dimension="total") == {0: (-200_000, True)}
    assert read(world, "roi_below", dimension="channel") == {Channel.KOL.code: (-200_000, True)}
    assert read(world, "roi_below", only_id=li + 1) == {}


def test_today_is_not_over_and_counts_for_nothing(world: World, li):
    world.add_cost(Channel.KOL, Kind.KOL, TODAY, influencer_id=li, fee_minor=100_000)
    assert read(world, "roi_below") == {}


def test_a_refund_rate_needs_enough_orders(world: World):
    world.add_credit(
        Channel.PAID_SOCIAL, Kind.PAID, YESTERDAY, orders=20, net_revenue_minor=70_000,
        refund_minor=30_000,
    )  # fmt: skip
    code = Channel.PAID_SOCIAL.code
    assert read(world, "refund_above", floor=20) == {code: (300_000, True)}
    assert read(world, "refund_above", floor=20, threshold_ppm=300_000) == {code: (300_000, False)}
    assert read(world, "refund_above", floor=21) == {code: (None, False)}


def test_cost_without_any_order(world: World):
    first = factories.CampaignFactory(workspace=world.workspace)
    second = factories.CampaignFactory(workspace=world.workspace)
    for campaign in (first, second):
        world.add_cost(
            Channel.PAID_SEARCH, Kind.PAID, YESTERDAY, campaign_id=campaign.id, spend_minor=50_000
        )
    world.add_credit(Channel.PAID_SEARCH, Kind.PAID, YESTERDAY, campaign_id=second.id, orders=1)
    assert read(world, "spend_without_orders", floor=50_000) == {
        first.id: (50_000, True), second.id: (50_000, False),
    }  # fmt: skip
    assert read(world, "spend_without_orders", floor=50_001)[first.id] == (50_000, False)


def test_a_code_that_is_used_far_more_often_than_before(world: World, li):
    from tracker.models import Influencer

    who = world.session.get_one(Influencer, li)
    coupon = factories.CouponFactory(shop=world.own, code="li10", influencer=who)
    for n in range(1, 29):
        if n % 7 == 0:  # four orders in the four weeks before: one in seven days
            sell(world, who, coupon, TODAY - n * DAY, 1, 0)
    assert read(world, "code_spike", window_days=1, floor=5) == {coupon.id: (0, False)}
    sell(world, who, coupon, TODAY, 5, 0)
    assert read(world, "code_spike", window_days=1, floor=5) == {coupon.id: (5, True)}
    assert read(world, "code_spike", window_days=1, floor=6) == {coupon.id: (5, False)}
    assert read(world, "code_spike", window_days=1, floor=5, threshold_ppm=40_000_000) == {
        coupon.id: (5, False)
    }


def test_a_code_that_looks_leaked_is_told_whatever_the_limits(world: World, li):
    from tracker.models import Influencer

    who = world.session.get_one(Influencer, li)
    coupon = factories.CouponFactory(shop=world.own, code="li10", influencer=who)
    sell(world, who, coupon, TODAY - 20 * DAY, 40, 4)
    sell(world, who, coupon, TODAY - 2 * DAY, 6, 40)
    seen = read_rule(world.session, world.workspace, rule(world, "code_spike", floor=10**6), NOW)
    assert [one.reading.is_bad for one in seen] == [True]
    assert seen[0].figures["since"] == (TODAY - 2 * DAY).isoformat()


def test_a_price_far_below_its_own_highest(world: World):
    theirs = watched.listing(world.session, world.workspace.id, "theirs")
    ours = watched.listing(world.session, world.workspace.id, "ours", is_own=True)
    old = watched.listing(world.session, world.workspace.id, "old")
    for row, prices in ((theirs, (10_000, 8_900)), (ours, (10_000, 1_000))):
        for n, minor in enumerate(prices):
            watched.price(world.session, row, minor, NOW - (2 - n) * DAY)
    watched.price(world.session, old, 99_000, NOW - 30 * DAY)
    assert read(world, "price_drop", window_days=7) == {
        theirs.id: (890_000, True), old.id: (None, False),
    }  # fmt: skip
    assert read(world, "price_drop", window_days=7, threshold_ppm=120_000)[theirs.id][1] is False
    assert read(world, "price_drop", window_days=1)[theirs.id] == (1_000_000, False)


def test_a_page_that_is_not_read_while_the_schedule_is_on(world: World):
    target = CrawlTarget(
        workspace_id=world.workspace.id, kind="listing", source="page",
        url="https://shop.example/1", host="shop.example", created_at=NOW - 30 * DAY,
        last_ok_at=NOW - 3 * DAY, next_at=NOW,
    )  # fmt: skip
    world.session.add(target)
    world.session.flush()
    assert read(world, "crawl_stale", window_days=3) == {target.id: (None, False)}
    world.session.add(CrawlSetting(workspace_id=world.workspace.id, is_on=True, changed_at=NOW))
    world.session.flush()
    assert read(world, "crawl_stale", window_days=3) == {target.id: (3, True)}
    assert read(world, "crawl_stale", window_days=4) == {target.id: (3, False)}
    target.is_active = False
    world.session.flush()
    assert read(world, "crawl_stale", window_days=3) == {}


def test_a_campaign_that_is_behind_its_target(world: World):
    campaign = factories.CampaignFactory(
        workspace=world.workspace, starts_on=TODAY - 10 * DAY, ends_on=TODAY + 9 * DAY,
        target_net_minor=100_000, target_orders=10,
    )  # fmt: skip
    world.add_credit(
        Channel.KOL, Kind.KOL, YESTERDAY, campaign_id=campaign.id, orders=5,
        net_revenue_minor=30_000,
    )  # fmt: skip
    # half of the time is over: 5 of 10 orders are on time, 30,000 of 100,000 are not
    assert read(world, "pacing_behind") == {campaign.id: (600_000, True)}
    assert read(world, "pacing_behind", threshold_ppm=400_000) == {campaign.id: (600_000, False)}
    campaign.ends_on = YESTERDAY
    world.session.flush()
    assert read(world, "pacing_behind") == {}


def test_nothing_of_another_workspace_is_read(world: World):
    other = factories.WorkspaceFactory()
    watched.price(world.session, watched.listing(world.session, other.id, "x"), 1, NOW)
    factories.CampaignFactory(
        workspace=other, starts_on=TODAY - 10 * DAY, ends_on=TODAY + DAY, target_orders=10
    )
    for kind in KINDS:
        assert read(world, kind) == {}
