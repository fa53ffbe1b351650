"""What was observed of an influencer, beside what their deals brought."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests import factories, watched
from tests.factories import NOON
from tests.reports.world import START, TODAY, World
from tests.watched import DAY
from tracker.domain.channels import Channel, Kind
from tracker.models import SocialAccount
from tracker.reports.deal_returns import deal_periods
from tracker.reports.social import engagement_curves, follower_curves, social


def name(account: SocialAccount) -> str:
    return account.handle


@pytest.fixture
def lin(world: World):
    who = factories.InfluencerFactory(workspace=world.workspace, name="Lin")
    return who, factories.SocialAccountFactory(influencer=who, platform="bilibili", handle="lin")


def test_posts_show_their_newest_counts_and_the_deal_what_it_brought(world: World, lin):
    who, account = lin
    deal = factories.DealFactory(influencer=who, posted_on=START, fee_minor=100_000)
    factories.DealFactory(influencer=who, posted_on=START + 5 * DAY, fee_minor=1)
    post = watched.post(world.session, account, published_at=NOON - 2 * DAY, deal_id=deal.id)
    for at, views, likes in ((NOON - DAY, 5_000, 100), (NOON, 8_000, 300)):
        watched.count(world.session, "post", post, "views", views, at)
        watched.count(world.session, "post", post, "likes", likes, at)
    watched.count(world.session, "post", post, "comments", 100, NOON, step=10)
    for offset, net in ((0, 300_000), (4, 50_000), (5, 7_000_000)):  # the last is the next deal's
        world.add_credit(Channel.KOL, Kind.KOL, START + timedelta(days=offset), orders=1,
                         influencer_id=who.id, net_revenue_minor=net)  # fmt: skip
    world.add_cost(Channel.KOL, Kind.KOL, START + DAY, influencer_id=who.id,
                   commission_minor=10_000, fee_minor=999_999)  # fmt: skip

    found = social(world.session, world.state(influencer_id=who.id))
    [row] = found.posts
    assert {name: c.value for name, c in row.counts.items()} == {
        "views": 8_000, "likes": 300, "comments": 100,
    }  # fmt: skip
    assert row.counts["comments"].mark == "≈"
    assert row.engagement_rate == 0.05
    brought = row.deal
    assert brought is not None
    assert (brought.period.start, brought.period.end) == (START, START + timedelta(days=4))
    assert brought.figures.net_revenue_minor == 350_000
    assert brought.cost_minor == 110_000  # its own fee, and the commission of its days
    assert brought.roi == pytest.approx((350_000 - 110_000) / 110_000)
    assert brought.cpe_minor == 250  # 1,000.00 for 400 engagements


def test_deals_of_one_day_are_told_as_one_and_a_count_that_is_not_shown_is_not_zero(
    world: World, lin
):
    who, account = lin
    deals = [factories.DealFactory(influencer=who, posted_on=START, fee_minor=n) for n in (10, 20)]
    for n, deal in enumerate(deals):
        watched.post(world.session, account, f"p{n}", deal_id=deal.id)
    found = social(world.session, world.state(influencer_id=who.id))
    [brought] = found.deals
    assert (brought.fee_minor, brought.n_posts) == (30, 2)
    assert brought.engagements is None
    assert brought.cpe_minor is None
    assert all(row.deal is brought and row.engagement_rate is None for row in found.posts)


def test_days_belong_to_one_deal_end_before_the_next_and_not_in_the_future():
    days = [date(2026, 9, 1), date(2026, 9, 10), date(2026, 11, 20), date(2027, 1, 1)]
    found = deal_periods([*days, days[0]], TODAY)
    assert [(p.start, p.end) for p in found.values()] == [
        (days[0], date(2026, 9, 9)), (days[1], date(2026, 10, 9)), (days[2], TODAY),
    ]  # fmt: skip


def test_an_account_without_enough_data_says_so_and_a_jump_is_worth_a_look(world: World, lin):
    who, account = lin
    state = world.state(influencer_id=who.id)
    assert social(world.session, state).is_empty
    for n in range(30):
        at = NOON - (30 - n) * DAY
        value = 20_000 + 30 * n + n % 3 + (9_000 if n >= 20 else 0)
        watched.count(world.session, "account", account, "followers", value, at)
    watched.count(world.session, "account", account, "following", 12, NOON)
    [row] = social(world.session, state).accounts
    assert [s.code for s in row.look.signals] == ["follower_jump"]
    assert row.counts["following"].value == 12
    assert row.engagement_rate is None


def test_nothing_of_another_workspace_or_influencer_is_shown(world: World, lin):
    who, _account = lin
    other = factories.SocialAccountFactory()
    watched.post(world.session, other)
    theirs = factories.SocialAccountFactory(
        influencer=factories.InfluencerFactory(workspace=world.workspace)
    )
    watched.post(world.session, theirs, "theirs")
    assert social(world.session, world.state(influencer_id=who.id)).posts == ()
    assert social(world.session, world.state(influencer_id=other.influencer_id)).accounts == ()


def test_curves_have_a_value_where_something_was_read(world: World, lin):
    who, account = lin
    state = world.state(influencer_id=who.id)
    watched.count(world.session, "account", account, "followers", 100, NOON - 2 * DAY)
    watched.count(world.session, "account", account, "followers", 130, NOON - DAY)
    watched.count(world.session, "account", account, "followers", 140, NOON - DAY * 3 / 4)
    [curve] = follower_curves(world.session, state, name)
    assert curve.values == {START: 100, START + DAY: 140}
    post = watched.post(world.session, account, published_at=NOON - DAY)
    assert engagement_curves(world.session, state, name)[0].values == {}
    watched.count(world.session, "post", post, "likes", 7, NOON)
    watched.count(world.session, "post", post, "saves", 3, NOON)
    assert engagement_curves(world.session, state, name)[0].values == {START + DAY: 10}
