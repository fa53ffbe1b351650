import pytest
from sqlalchemy import select

from tests.factories import NOON, InfluencerFactory, SocialAccountFactory
from tracker.domain.records import AffiliateRecord, Reason
from tracker.models import AffiliateRow, Influencer, SocialAccount
from tracker.services.affiliates import load_affiliate_rows
from tracker.services.influencers import update_influencer


def row(**changes):
    values = {"platform": "qianfan", "order_ref": "A1", "influencer": "u1", "ordered_at": NOON,
              "influencer_name": "小美", "handle_platform": "xiaohongshu"}  # fmt: skip
    return AffiliateRecord(**{**values, **changes})


@pytest.fixture
def load(session, shop):
    return lambda *records: load_affiliate_rows(session, shop, records)


def people(session):
    session.expire_all()
    found = session.execute(select(Influencer.name, Influencer.is_discovered)).all()
    return sorted(map(tuple, found))


def test_person_of_a_platform_appears_with_their_account(session, load):
    result = load(row(), row(order_ref="A2"))
    assert result.notices == (("influencer_found", "小美"),)
    assert people(session) == [("小美", True)]
    account = session.scalars(select(SocialAccount)).one()
    assert (account.platform, account.handle) == ("xiaohongshu", "u1")
    assert len(session.scalars(select(AffiliateRow)).all()) == 2


def test_same_file_again_finds_them_and_says_nothing(session, load):
    load(row())
    again = load(row())
    assert (again.unchanged, again.notices) == (1, ())
    assert people(session) == [("小美", True)]


def test_new_name_of_a_known_account_is_the_same_person(session, load):
    load(row())
    load(row(order_ref="A2", influencer_name="小美 official"))
    assert people(session) == [("小美 official", True)]


def test_name_that_somebody_wrote_stays(session, load):
    load(row())
    mine = session.scalars(select(Influencer)).one()
    update_influencer(session, mine, name="Mei")
    load(row(order_ref="A2"))
    assert people(session) == [("Mei", False)]


def test_known_person_of_that_name_is_meant_unless_they_have_another_account_there(
    session, workspace, load
):
    known = InfluencerFactory(workspace=workspace, slug="mei", name="小美")
    load(row())
    load(row(order_ref="A2", influencer_name="Mei"))
    assert session.scalars(select(AffiliateRow.influencer_id)).all() == [known.id, known.id]
    load(row(order_ref="A3", influencer="u2"))
    assert people(session) == [("小美", False), ("小美", True)]


def test_two_of_one_name_are_two_people(session, load):
    load(row(), row(order_ref="A2", influencer="u2"))
    assert people(session) == [("小美", True), ("小美", True)]
    slugs = session.scalars(select(Influencer.slug)).all()
    assert len(set(slugs)) == 2


def test_name_in_a_file_of_ones_own_may_be_a_slip_and_makes_nobody(session, load):
    result = load(row(handle_platform="", influencer_name=""))
    assert result.problems[0][1].reason is Reason.UNKNOWN_INFLUENCER
    assert people(session) == []


def test_handle_that_several_have_is_refused_and_makes_nobody(session, workspace, load):
    for platform in ("douyin", "weibo"):
        someone = InfluencerFactory(workspace=workspace)
        SocialAccountFactory(influencer=someone, platform=platform, handle="u1")
    assert load(row(influencer_name="")).problems[0][1].reason is Reason.UNKNOWN_INFLUENCER
