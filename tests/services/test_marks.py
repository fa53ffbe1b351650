import pytest
from sqlalchemy import func, select

from tests.factories import (
    CampaignFactory,
    HitFactory,
    InfluencerFactory,
    SocialAccountFactory,
    TrackedLinkFactory,
    VisitFactory,
    VisitorFactory,
    WorkspaceFactory,
)
from tracker.domain.channels import Channel, Kind
from tracker.domain.marks import RawMark
from tracker.models import Alias, Campaign, ChannelRule, DirtyDay, Mark, Visitor
from tracker.services import marks
from tracker.services.marks import mark_ids, names_changed, reread_marks

WEIBO = RawMark(utm_source="WB", utm_medium="social", utm_campaign="S11")
BAIDU = RawMark(referrer_host="www.baidu.com")


def read(session, workspace, raw):
    [row_id] = mark_ids(session, workspace.id, [raw])
    return session.get_one(Mark, row_id)


def test_each_distinct_mark_is_one_row_and_ids_come_in_the_order_asked(session, workspace):
    ids = mark_ids(session, workspace.id, [WEIBO, BAIDU, WEIBO])
    assert ids[0] == ids[2] != ids[1]
    assert mark_ids(session, workspace.id, [BAIDU, WEIBO]) == [ids[1], ids[0]]
    assert mark_ids(session, WorkspaceFactory().id, [WEIBO]) != [ids[0]]
    assert mark_ids(session, workspace.id, []) == []


def test_a_mark_keeps_its_raw_values_beside_the_reading(session, workspace):
    mark = read(session, workspace, WEIBO)
    assert (mark.utm_source, mark.source) == ("WB", "weibo")
    assert (mark.medium, mark.campaign) == ("social", "s11")
    assert mark.channel_code == Channel.ORGANIC_SOCIAL.code
    assert mark.kind_code == Kind.NATURAL.code
    assert mark.rules_version == workspace.rules_version


@pytest.mark.parametrize(
    ("raw", "signal", "tagged"),
    [
        (RawMark(), "direct", False),
        (RawMark(referrer_host="(own site)"), "direct", False),
        (BAIDU, "referrer", False),
        (RawMark(app="wechat"), "referrer", False),
        (RawMark(click_id="fbclid"), "referrer", False),
        (WEIBO, "tag", True),
        (RawMark(utm_medium="cpc"), "tag", True),
        (RawMark(click_id="gclid"), "paid_click", True),
        (RawMark(kol="lina"), "kol", True),
        (RawMark(utm_medium="kol", click_id="gclid"), "kol", True),
        (RawMark(link_id=1, utm_source="weibo"), "kol", True),
    ],
)
def test_a_mark_knows_its_place_in_the_precedence(session, workspace, raw, signal, tagged):
    mark = read(session, workspace, raw)
    assert (mark.precedence_class, mark.is_tagged) == (signal, tagged)


def test_internal_marks_have_no_kind(session, workspace):
    assert read(session, workspace, RawMark(referrer_host="(own site)")).kind_code == 0


@pytest.mark.parametrize(
    "raw",
    [
        RawMark(kol="LI-NA"),
        RawMark(kol="@LinaLive"),
        RawMark(kol="Li Na"),
        RawMark(utm_source="xiaohongshu", utm_medium="kol", utm_content="linalive"),
        RawMark(utm_source="li-na", utm_medium="kol"),
    ],
)
def test_an_influencer_is_found_by_what_teams_write(session, workspace, raw):
    lina = InfluencerFactory(workspace=workspace, slug="li-na", name="李娜")
    SocialAccountFactory(influencer=lina, platform="xiaohongshu", handle="linalive")
    InfluencerFactory(workspace=workspace)
    mark = read(session, workspace, raw)
    assert mark.influencer_id == lina.id
    assert mark.kind_code == Kind.KOL.code


def test_content_names_nobody_outside_influencer_traffic(session, workspace):
    InfluencerFactory(workspace=workspace, slug="red-shoes")
    raw = RawMark(utm_source="weibo", utm_medium="social", utm_content="red-shoes")
    assert read(session, workspace, raw).influencer_id == 0


def test_a_link_says_who_and_for_which_campaign(session, workspace, shop):
    lina = InfluencerFactory(workspace=workspace)
    spring = CampaignFactory(workspace=workspace, utm_campaign="spring")
    link = TrackedLinkFactory(shop=shop, influencer_id=lina.id, campaign_id=spring.id)
    mark = read(session, workspace, RawMark(link_id=link.id, utm_campaign="other", kol="noise"))
    assert mark.channel_code == Channel.KOL.code
    assert (mark.influencer_id, mark.campaign_id) == (lina.id, spring.id)


def test_affiliate_traffic_of_a_known_influencer_is_kol(session, workspace):
    lina = InfluencerFactory(workspace=workspace, slug="lina")
    raw = RawMark(utm_source="douyin", utm_medium="cps", utm_content="lina")
    known = read(session, workspace, raw)
    unknown = read(session, workspace, RawMark(utm_source="douyin", utm_medium="cps"))
    assert (known.influencer_id, known.kind_code) == (lina.id, Kind.KOL.code)
    assert (unknown.influencer_id, unknown.kind_code) == (0, Kind.PAID.code)
    assert known.channel_code == unknown.channel_code == Channel.AFFILIATE.code


def test_a_campaign_is_joined_or_discovered(session, workspace):
    known = CampaignFactory(workspace=workspace, utm_campaign="s11")
    assert read(session, workspace, WEIBO).campaign_id == known.id
    new = read(session, workspace, RawMark(utm_campaign="Spring 26")).campaign_id
    campaign = session.get_one(Campaign, new)
    assert (campaign.utm_campaign, campaign.is_discovered) == ("spring 26", True)


def test_a_flood_of_made_up_campaigns_ends(session, workspace, monkeypatch):
    monkeypatch.setattr(marks, "MAX_DISCOVERED", 3)
    raws = [RawMark(utm_campaign=f"c{n}") for n in range(10)]
    ids = mark_ids(session, workspace.id, raws)
    joined = session.scalars(select(Mark.campaign_id).where(Mark.id.in_(ids))).all()
    assert sum(campaign_id > 0 for campaign_id in joined) == 3
    assert session.scalar(select(func.count()).select_from(Campaign)) == 3


def test_an_edit_reads_marks_again_and_dirties_the_days_that_used_a_changed_one(
    session, workspace, shop
):
    other = read(session, workspace, RawMark(utm_source="brand-x"))
    weibo = read(session, workspace, WEIBO)
    visitor = VisitorFactory(shop=shop)
    visit = VisitFactory(visitor=visitor, mark=other)
    VisitFactory(visitor=visitor, mark=weibo, started_at=visit.started_at.replace(day=2))
    session.add(
        Alias(workspace_id=workspace.id, dimension="source", value="brand-x", canonical="douyin")
    )
    session.flush()

    assert names_changed(session, workspace) == [other.id]

    session.expire_all()
    assert (other.source, other.channel_code) == ("douyin", Channel.ORGANIC_SOCIAL.code)
    assert other.rules_version == weibo.rules_version == workspace.rules_version == 2
    days = session.execute(select(DirtyDay.scope, DirtyDay.day)).all()
    assert [(scope, day.day) for scope, day in days] == [("traffic", 10)]
    assert names_changed(session, workspace) == []


def test_a_big_edit_is_finished_in_parts(session, workspace):
    mark_ids(session, workspace.id, [RawMark(utm_source=f"s{n}") for n in range(5)])
    workspace.rules_version += 1
    session.flush()
    assert [reread_marks(session, workspace, limit=2).n_read for _ in range(4)] == [2, 2, 1, 0]


def test_a_rule_that_makes_or_unmakes_a_search_has_visits_built_again(session, workspace, shop):
    blog = read(session, workspace, RawMark(referrer_host="blog.example.org"))
    concerned, other = VisitorFactory(shop=shop), VisitorFactory(shop=shop)
    HitFactory(visitor=concerned, mark=blog)
    HitFactory(visitor=other, mark=read(session, workspace, WEIBO))
    rule = ChannelRule(
        workspace_id=workspace.id, position=1, name="their search", channel="organic_search",
        conditions=[["referrer_host", "ends", "example.org"]],
    )  # fmt: skip
    session.add(rule)
    session.flush()
    names_changed(session, workspace)
    session.expire_all()
    pending = session.scalars(select(Visitor.id).where(Visitor.pending_since.is_not(None))).all()
    assert pending == [concerned.id]


def test_reading_marks_asks_the_same_number_of_times_however_many(session, workspace, queries):
    def asked(letter, n):
        queries.clear()
        mark_ids(session, workspace.id, [RawMark(utm_source=f"{letter}{i}") for i in range(n)])
        return sum(statement.startswith("SELECT") for statement in queries)

    assert asked("a", 3) == asked("b", 300)
    assert asked("b", 300) == 1  # all known: one look-up
