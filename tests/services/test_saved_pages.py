from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from tests.factories import InfluencerFactory, SocialAccountFactory, WorkspaceFactory
from tracker.models import Listing, ListingSnapshot, MetricPoint, SocialAccount, SocialPost
from tracker.observed import AccountItem, Count, ListingItem, PostItem
from tracker.services.errors import RefusedError
from tracker.services.saved_pages import choose_account, store_listing, store_social

NOW = datetime.now(UTC).replace(microsecond=0)
URL = "https://shop.example/mug"


def listing(**changes):
    values = {"title": "Mug", "currency": "CNY", "price": Decimal("59.00"), "parser_version": 1}
    return ListingItem(**{**values, **changes})


def test_an_account_and_its_posts_are_stored_at_their_instant(session, workspace):
    account = SocialAccountFactory(influencer=InfluencerFactory(workspace_id=workspace.id))
    items = [
        AccountItem(counts={"followers": Count.exactly(15_000)}, parser_version=1),
        PostItem(ref="n1", title="茶", counts={"likes": Count.exactly(7)}, parser_version=1),
    ]
    assert store_social(session, account, items, NOW) == 2
    points = session.scalars(select(MetricPoint).order_by(MetricPoint.subject_kind)).all()
    assert [(p.subject_kind, p.metric, p.value, p.source) for p in points] == [
        ("account", "followers", 15_000, "saved_page"), ("post", "likes", 7, "saved_page"),
    ]  # fmt: skip
    post = session.scalars(select(SocialPost)).one()
    assert (post.social_account_id, post.influencer_id) == (account.id, account.influencer_id)
    assert account.followers == 15_000
    store_social(session, account, items, NOW)
    assert len(session.scalars(select(MetricPoint)).all()) == 2


def test_a_page_with_nothing_in_it_is_refused(session, workspace):
    account = SocialAccountFactory(influencer=InfluencerFactory(workspace_id=workspace.id))
    with pytest.raises(RefusedError, match="value_missing"):
        store_social(session, account, [AccountItem(parser_version=1)], NOW)


@pytest.mark.parametrize("away", [timedelta(hours=1), -timedelta(days=4_000)])
def test_an_instant_of_the_future_or_of_long_ago_is_refused(session, workspace, away):
    with pytest.raises(RefusedError, match="out_of_range"):
        store_listing(session, workspace, URL, listing(), NOW + away)


def test_an_account_is_chosen_or_made_for_an_influencer(session, workspace):
    influencer = InfluencerFactory(workspace_id=workspace.id)
    made = choose_account(
        session, workspace, influencer_id=influencer.id, platform="weibo", handle="@TeaHouse"
    )
    assert (made.handle, made.influencer_id) == ("teahouse", influencer.id)
    assert choose_account(session, workspace, account_id=made.id) is made
    with pytest.raises(RefusedError, match="handle_taken"):
        choose_account(
            session, workspace, influencer_id=influencer.id, platform="weibo", handle="teahouse"
        )


def test_what_belongs_to_another_workspace_cannot_be_chosen(session, workspace):
    other = InfluencerFactory(workspace_id=WorkspaceFactory().id)
    account = SocialAccountFactory(influencer=other)
    with pytest.raises(RefusedError, match="unknown_account"):
        choose_account(session, workspace, account_id=account.id)
    with pytest.raises(RefusedError, match="value_missing"):
        choose_account(session, workspace, influencer_id=other.id, platform="x", handle="a")
    assert len(session.scalars(select(SocialAccount)).all()) == 1


def test_a_listing_that_is_not_known_becomes_a_competitors(session, workspace):
    made = store_listing(session, workspace, URL, listing(), NOW, competitor="茶店")
    assert (made.competitor, made.title, made.is_own) == ("茶店", "Mug", False)
    later = store_listing(session, workspace, URL, listing(price=Decimal(49)), NOW, competitor="x")
    assert later.id == made.id
    second = NOW - timedelta(seconds=-1)
    store_listing(session, workspace, URL, listing(price=Decimal("5.00")), second)
    prices = session.scalars(select(ListingSnapshot.price_minor).order_by(ListingSnapshot.taken_at))
    assert list(prices) == [5_900, 500]  # a person vouches for a tenth of the price
    assert len(session.scalars(select(Listing)).all()) == 1


def test_a_page_that_contradicts_itself_is_not_stored(session, workspace):
    with pytest.raises(RefusedError, match="ambiguous"):
        store_listing(session, workspace, URL, listing(price=None, is_ambiguous=True), NOW)
    assert session.scalars(select(Listing)).all() == []
