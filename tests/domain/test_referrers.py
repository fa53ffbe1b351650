from collections import Counter

import pytest

from tracker.domain.click_ids import click_ids
from tracker.domain.hosts import host_of
from tracker.domain.referrers import SourceType, read_data, source_of_host, source_of_name
from tracker.domain.text import normalise


@pytest.mark.parametrize(
    ("host", "name", "kind"),
    [
        ("www.baidu.com", "baidu", SourceType.SEARCH),
        ("m.baidu.com", "baidu", SourceType.SEARCH),
        ("tieba.baidu.com", "tieba", SourceType.SOCIAL),
        ("chat.baidu.com", "ernie", SourceType.AI),
        ("pan.baidu.com", "pan.baidu.com", SourceType.PLAIN),
        ("www.google.com.hk", "google", SourceType.SEARCH),
        ("mail.google.com", "gmail", SourceType.EMAIL),
        ("docs.google.com", "docs.google.com", SourceType.PLAIN),
        ("cn.bing.com", "bing", SourceType.SEARCH),
        ("www.naver.com", "naver", SourceType.SEARCH),
        ("blog.naver.com", "naver_blog", SourceType.SOCIAL),
        ("news.naver.com", "news.naver.com", None),
        ("so.toutiao.com", "toutiao", SourceType.SEARCH),
        ("www.toutiao.com", "toutiao", SourceType.SOCIAL),
        ("haohuo.jinritemai.com", "douyin", SourceType.SHOPPING),
        ("detail.tmall.com", "tmall", SourceType.SHOPPING),
        ("mobile.yangkeduo.com", "pinduoduo", SourceType.SHOPPING),
        ("xhslink.com", "xiaohongshu", SourceType.SOCIAL),
        ("mp.weixin.qq.com", "wechat", SourceType.SOCIAL),
        ("v.qq.com", "tencent video", SourceType.VIDEO),
        ("mail.qq.com", "qq mail", SourceType.EMAIL),
        ("l.facebook.com", "facebook", SourceType.SOCIAL),
        ("com.tencent.mm", "wechat", SourceType.SOCIAL),
        ("cashier.alipay.com", "alipay", SourceType.RETURN),
        ("mail.example.org", "mail.example.org", SourceType.EMAIL),
    ],
)
def test_a_host_is_known_by_whole_labels_the_longest_entry_first(host, name, kind):
    source = source_of_host(host)
    assert (source.name, source.type) == (name, kind)


@pytest.mark.parametrize(
    "host",
    ["xxt.co", "not-twitter.com", "notofficeapps.live.com", "google.com.evil.example",
     "mybaidu.com", "mail.ru", "servicewechat.com.example"],
)  # fmt: skip
def test_a_host_that_only_looks_like_a_listed_one_is_unknown(host):
    assert source_of_host(host).type is None


@pytest.mark.parametrize(
    ("value", "name", "is_paid"),
    [
        ("IG", "instagram", False),
        ("xhs", "xiaohongshu", False),
        ("小红书", "xiaohongshu", False),
        ("公众号", "wechat", False),
        ("adwords", "google", True),
        ("FB_Ads", "facebook", True),
        ("千川", "douyin", True),
        ("chatgpt.com", "chatgpt", False),
        ("m.facebook.com", "facebook", False),
        ("brand-x", "brand-x", False),
    ],
)
def test_a_name_is_looked_up_as_name_shorthand_or_host(value, name, is_paid):
    source = source_of_name(normalise(value))
    assert (source.name, source.is_paid) == (name, is_paid)


def test_platforms_where_influencers_are_booked_say_so():
    assert source_of_name("星图").is_influencer
    assert not source_of_name("douyin").is_influencer


HOST_FILES = (
    "search", "social", "video", "shopping", "assistants", "audio", "mail", "partners", "ads",
    "returns",
)  # fmt: skip


def test_no_host_stands_in_two_places_and_each_is_written_as_hosts_are_compared():
    hosts = [
        host
        for file in HOST_FILES
        for section in ("hosts", "packages", "also", "exact")
        for listed in read_data(file).get(section, {}).values()
        for host in listed
    ]
    assert [host for host, times in Counter(hosts).items() if times > 1] == []
    assert [host for host in hosts if host_of(f"https://{host}/") != host] == []


def test_every_source_that_the_other_tables_name_is_known():
    apps = {app["source"] for app in read_data("apps")["app"]}
    networks = {
        entry.source for entry in click_ids().values()
        if entry.type in (SourceType.SEARCH, SourceType.SOCIAL, SourceType.VIDEO)
    }  # fmt: skip
    near = {name for entry in click_ids().values() for name in entry.near}
    unknown = {name for name in apps | networks | near if source_of_name(name).type is None}
    assert unknown == set()


def test_every_platform_that_lists_know_is_not_a_plain_referral():
    for host in ("toutiao.com", "tmall.com", "yangkeduo.com", "jinritemai.com", "tb.cn", "3.cn",
                 "smzdm.com", "youzan.com", "weidian.com", "vip.com", "metaso.cn", "quark.cn",
                 "n.cn", "coze.cn", "chat.z.ai", "hailuoai.com", "tongyi.com"):  # fmt: skip
        assert source_of_host(host).type is not None, host
