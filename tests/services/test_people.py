import pytest

from tests.factories import InfluencerFactory, SocialAccountFactory
from tracker.services.people import People, canonical_platform, fold_handle, slug_of


@pytest.mark.parametrize(
    ("text", "slug"), [("Li  Na", "li-na"), ("ＬＩＮＡ", "lina"), ("李娜", "李娜")]
)
def test_slug_is_normalised_like_a_utm_value(text, slug):
    assert slug_of(text) == slug


def test_handles_and_platforms_are_folded():
    assert fold_handle(" @ＴＥＡ ") == "tea"
    assert {canonical_platform(name) for name in ("小红书", "xhs", "XiaoHongShu")} == {
        "xiaohongshu"
    }
    assert canonical_platform("My Place") == "my place"


def test_handle_of_two_platforms_is_told_apart_by_the_platform(session, workspace):
    one, two = (InfluencerFactory(workspace=workspace) for _ in range(2))
    SocialAccountFactory(influencer=one, platform="douyin", handle="tea")
    SocialAccountFactory(influencer=two, platform="weibo", handle="tea")
    people = People(session, workspace.id)
    assert people.find("tea") is None
    assert people.find("tea", "抖音") == one.id
    assert people.find("@TEA", "weibo") == two.id
    assert people.find(" ") is None


def test_slug_goes_before_names_and_foreign_handles(session, workspace):
    owner = InfluencerFactory(workspace=workspace, slug="tea", name="A")
    other = InfluencerFactory(workspace=workspace, slug="other", name="tea")
    SocialAccountFactory(influencer=other, platform="douyin", handle="tea")
    people = People(session, workspace.id)
    assert people.find("Tea") == owner.id
    assert people.find("tea", "douyin") == other.id


def test_people_of_another_workspace_are_strangers(session, workspace):
    InfluencerFactory(slug="lina")
    assert People(session, workspace.id).find("lina") is None
