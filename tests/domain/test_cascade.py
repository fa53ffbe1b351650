"""The channel cascade, from the address to the answer."""

import pytest

from tracker.domain.channels import Channel, Kind
from tracker.domain.marks import RawMark, classify, read_mark
from tracker.domain.rules import ChannelRule, Condition, Operator, Rules

SHOP = "https://shop.example/p"

REFERRER_ONLY = [
    ("", None, "direct", "natural"),
    ("about:blank", None, "direct", "natural"),
    ("https://www.google.com/", "google", "organic_search", "natural"),
    ("https://www.baidu.com/link?url=x&eqid=y", "baidu", "organic_search", "natural"),
    ("https://so.toutiao.com/search", "toutiao", "organic_search", "natural"),
    ("https://t.co/x", "twitter", "organic_social", "natural"),
    ("https://l.facebook.com/", "facebook", "organic_social", "natural"),
    ("https://mp.weixin.qq.com/s/x", "wechat", "organic_social", "natural"),
    ("https://servicewechat.com/wx1/1/page-frame.html", "wechat", "organic_social", "natural"),
    ("android-app://com.xingin.xhs/", "xiaohongshu", "organic_social", "natural"),
    ("https://www.bilibili.com/", "bilibili", "organic_video", "natural"),
    ("https://www.youtube.com/", "youtube", "organic_video", "natural"),
    ("https://item.taobao.com/", "taobao", "organic_shopping", "natural"),
    ("https://www.walmart.com/", "walmart", "organic_shopping", "natural"),
    ("https://chatgpt.com/", "chatgpt", "ai_assistant", "natural"),
    ("https://yuanbao.tencent.com/", "yuanbao", "ai_assistant", "natural"),
    ("https://mail.qq.com/", "qq mail", "email", "natural"),
    ("https://open.spotify.com/", "spotify", "audio", "natural"),
    ("https://www.awin1.com/cread.php", "awin", "affiliate", "paid"),
    ("https://googleads.g.doubleclick.net/", "doubleclick", "display", "paid"),
    ("https://www.someblog.org/post", "someblog.org", "referral", "natural"),
    ("https://xxt.co/", "xxt.co", "referral", "natural"),
    ("https://cashier.alipay.com/", None, "internal", None),
    ("https://checkout.stripe.com/", None, "internal", None),
    ("https://open.weixin.qq.com/connect", None, "internal", None),
    ("https://blog.shop.example/", None, "internal", None),
]


@pytest.mark.parametrize(("referrer", "source", "channel", "kind"), REFERRER_ONLY)
def test_an_untagged_visit_is_read_by_its_referrer(referrer, source, channel, kind):
    reading = classify(read_mark(SHOP, referrer, ""), Rules.default())
    assert (reading.source, reading.channel.value, reading.kind) == (source, channel, kind)
    assert (reading.medium, reading.campaign, reading.paid_evidence) == (None, None, None)


TAGGED = [
    # query, referrer, source, channel, kind, evidence
    ("gclid=x", "", "google", "paid_search", "paid", "gclid"),
    ("gclid=x", "https://www.youtube.com/", "youtube", "paid_video", "paid", "gclid"),
    ("gclid=x", "https://news.example.org/", "google", "paid_search", "paid", "gclid"),
    ("gclid=x", "https://ad.doubleclick.net/", "doubleclick", "display", "paid", "gclid"),
    ("gclid=x", "https://syndicatedsearch.goog/", "google", "paid_search", "paid", "gclid"),
    ("dclid=x", "", "doubleclick", "display", "paid", "dclid"),
    ("msclkid=x", "", "bing", "paid_search", "paid", "msclkid"),
    ("ttclid=x", "", "tiktok", "paid_social", "paid", "ttclid"),
    ("ttclid=__CLICKID__", "", None, "direct", "natural", None),
    ("bd_vid=x", "", "baidu", "paid_search", "paid", "bd_vid"),
    ("gdt_vid=x", "", "wechat", "paid_social", "paid", "gdt_vid"),
    ("fbclid=x", "", "facebook", "organic_social", "natural", None),
    ("fbclid=x", "https://l.instagram.com/", "instagram", "organic_social", "natural", None),
    ("fbclid=x", "https://blog.example.org/", "facebook", "organic_social", "natural", None),
    ("fbclid=x", "https://shop.example/", None, "internal", None, None),
    ("srsltid=x", "https://www.google.com/", "google", "organic_search", "natural", None),
    ("mc_cid=x", "", "mailchimp", "email", "natural", None),
    ("from=singlemessage", "", "wechat", "organic_social", "natural", None),
    ("clickid=x", "", None, "affiliate", "paid", "clickid"),
    ("utm_source=douyin&clickid=x", "", "douyin", "paid_social", "paid", "clickid"),
    ("irclickid=x&utm_source=blog", "", "blog", "affiliate", "paid", "irclickid"),
    ("utm_source=facebook&utm_medium=cpc", "", "facebook", "paid_social", "paid", "utm_medium"),
    ("utm_source=google&utm_medium=cpc&gclid=x", "", "google", "paid_search", "paid", "gclid"),
    ("utm_source=fb-ads", "", "facebook", "paid_social", "paid", "utm_source"),
    ("utm_source=foo&utm_medium=cpc", "", "foo", "paid_other", "paid", "utm_medium"),
    ("utm_source=foo&utm_medium=paid_social", "", "foo", "paid_social", "paid", "utm_medium"),
    ("utm_source=foo&utm_medium=cpm", "", "foo", "display", "paid", "utm_medium"),
    ("utm_source=google&utm_medium=cpm", "", "google", "paid_search", "paid", "utm_medium"),
    ("utm_source=google&utm_medium=banner", "", "google", "display", "paid", "utm_medium"),
    ("utm_source=taobao&utm_medium=cpc", "", "taobao", "paid_shopping", "paid", "utm_medium"),
    ("utm_source=bilibili&utm_medium=cpm", "", "bilibili", "paid_video", "paid", "utm_medium"),
    ("utm_source=spotify&utm_medium=cpc", "", "spotify", "audio", "paid", "utm_medium"),
    ("utm_medium=cpc", "https://www.google.com/", "google", "paid_search", "paid", "utm_medium"),
    ("utm_campaign=cross-network", "", None, "cross_network", "paid", "utm_campaign"),
    ("utm_source=xiaohongshu&utm_medium=cps", "", "xiaohongshu", "affiliate", "paid", None),
    ("utm_source=weibo&utm_medium=social", "", "weibo", "organic_social", "natural", None),
    ("utm_source=wx", "", "wechat", "organic_social", "natural", None),
    ("utm_source=chatgpt.com", "", "chatgpt", "ai_assistant", "natural", None),
    ("utm_source=newsletter", "", "newsletter", "email", "natural", None),
    ("utm_source=crm&utm_medium=EDM", "", "crm", "email", "natural", None),
    ("utm_source=hs_email", "", "hs_email", "email", "natural", None),
    ("utm_source=klaviyo&utm_medium=sms", "", "klaviyo", "sms", "natural", None),
    ("utm_source=taboola&utm_medium=cpc", "", "taboola", "paid_other", "paid", "utm_medium"),
    ("utm_source=taboola&utm_medium=referral", "", "taboola", "referral", "natural", None),
    ("utm_source=wx&utm_medium=朋友圈广告", "", "wechat", "paid_social", "paid", "utm_medium"),
    ("utm_source=crm&utm_medium=短信", "", "crm", "sms", "natural", None),
    ("utm_source=jpush", "", "jpush", "push", "natural", None),
    ("utm_medium=app_push", "", None, "push", "natural", None),
    ("utm_source=foo&utm_medium=referral", "", "foo", "referral", "natural", None),
    ("utm_source=foo&utm_medium=bar", "", "foo", "unassigned", "natural", None),
    ("utm_source=foo", "https://blog.example.org/", "foo", "referral", "natural", None),
    ("utm_source=foo", "https://www.google.com/", "foo", "organic_search", "natural", None),
    ("utm_campaign=spring", "", None, "unassigned", "natural", None),
    ("utm_source=(direct)&utm_medium=(none)", "", None, "direct", "natural", None),
    ("utm_source=direct", "https://www.google.com/", "google", "organic_search", "natural", None),
    ("ref=producthunt", "", "producthunt", "organic_social", "natural", None),
    ("source=footer", "https://shop.example/", None, "internal", None, None),
    ("utm_source=wx", "https://shop.example/", "wechat", "organic_social", "natural", None),
    ("utm_source=wx", "https://cashier.alipay.com/", "wechat", "organic_social", "natural", None),
    # names of campaigns decide only when nothing else does
    ("utm_source=weibo&utm_campaign=618_shopping", "", "weibo", "organic_social", "natural", None),
    ("utm_campaign=618_shopping", "", None, "organic_shopping", "natural", None),
    ("utm_campaign=workshop", "", None, "unassigned", "natural", None),
    ("utm_medium=paid&utm_campaign=shopping", "", None, "paid_shopping", "paid", "utm_medium"),
    # influencers
    ("utm_source=dy&utm_medium=kol&utm_campaign=618_shopping", "", "douyin", "kol", "kol", None),
    ("utm_source=抖音&utm_medium=达人", "", "douyin", "kol", "kol", None),
    ("utm_source=星图", "", "douyin", "kol", "kol", None),
    ("utm_source=x&utm_medium=kol&gclid=1", "", "twitter", "kol", "kol", "gclid"),
    ("kol=Li+Na", "https://www.xiaohongshu.com/", "xiaohongshu", "kol", "kol", None),
    ("kol=lina&utm_medium=cpc", "", None, "kol", "kol", "utm_medium"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "referrer", "source", "channel", "kind", "evidence"), TAGGED)
def test_a_tagged_visit_is_read_by_its_tags(query, referrer, source, channel, kind, evidence):
    reading = classify(read_mark(f"{SHOP}?{query}", referrer, ""), Rules.default())
    assert reading.source == source
    assert reading.channel.value == channel
    assert reading.kind == kind
    assert reading.paid_evidence == evidence
    assert reading.also_paid is (channel == "kol" and evidence is not None)


def test_an_app_stands_for_the_referrer_that_it_does_not_send():
    wechat = "Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/8.0"
    reading = classify(read_mark(SHOP, "", wechat), Rules.default())
    assert (reading.source, reading.channel) == ("wechat", Channel.ORGANIC_SOCIAL)
    reading = classify(read_mark(SHOP, "https://www.baidu.com/", wechat), Rules.default())
    assert reading.source == "baidu"


def test_a_link_of_an_influencer_is_kol_and_another_link_is_not():
    rules = Rules(link_owners={7: True, 8: False})
    assert classify(RawMark(link_id=7), rules).kind is Kind.KOL
    assert classify(RawMark(link_id=8), rules).channel is Channel.UNASSIGNED


def test_the_workspaces_aliases_win_over_the_known_names():
    rules = Rules(
        source_aliases={"ig": "our-group", "品牌号": "xiaohongshu"},
        medium_aliases={"hongren": "kol"},
        campaign_aliases={("weibo", "s11"): "double-11", ("dy", "s12"): "double-12"},
    )

    def read(query):
        return classify(read_mark(f"{SHOP}?{query}", "", ""), rules)

    assert read("utm_source=IG").source == "our-group"
    assert read("utm_source=品牌号").channel is Channel.ORGANIC_SOCIAL
    assert read("utm_medium=hongren").channel is Channel.KOL
    assert read("utm_source=wb&utm_campaign=S11").campaign == "double-11"
    assert read("utm_source=douyin&utm_campaign=S11").campaign == "s11"
    assert read("utm_source=dy&utm_campaign=S12").campaign == "double-12"


def test_the_workspaces_rules_come_first_in_their_order():
    rules = Rules(
        channel_rules=(
            ChannelRule((Condition("campaign", Operator.STARTS, "crm"),), Channel.EMAIL),
            ChannelRule((Condition("source", Operator.IS, "wechat"),), Channel.REFERRAL),
        )
    )
    reading = classify(read_mark(f"{SHOP}?utm_source=wx&utm_campaign=CRM-1", "", ""), rules)
    assert reading.channel is Channel.EMAIL
    reading = classify(read_mark(f"{SHOP}?utm_source=wx&utm_campaign=x", "", ""), rules)
    assert reading.channel is Channel.REFERRAL


def test_other_hosts_of_the_seller_are_internal_too():
    rules = Rules(own_hosts=frozenset({"brand.example"}))
    assert classify(read_mark(SHOP, "https://www.brand.example/", ""), rules).kind is None
    assert classify(read_mark(SHOP, "https://brand.example.org/", ""), rules).kind is not None
