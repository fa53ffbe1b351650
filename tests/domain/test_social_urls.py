# ruff: noqa: E501 -- a table is read by rows
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.social_urls import post_name, read_social_url

DID = "did:plc:7ak3tq2mnhwxvy5pazd4ucgr"


@pytest.mark.parametrize(("url", "network", "account", "post"), [
    ("https://weibo.com/u/1234567890", "weibo", "1234567890", ""), ("https://m.weibo.cn/status/5100000000000003", "weibo", "", "5100000000000003"),
    ("https://m.weibo.cn/u/1234567890?x=1", "weibo", "1234567890", ""), ("https://www.douyin.com/user/MS4wLjABAAAAtea", "douyin", "MS4wLjABAAAAtea", ""),
    ("https://www.douyin.com/video/7300000000000000001", "douyin", "", "7300000000000000001"),
    ("https://www.xiaohongshu.com/user/profile/5ff0e6410000000001008400", "xiaohongshu", "5ff0e6410000000001008400", ""),
    ("https://www.xiaohongshu.com/discovery/item/65a1b2c3000000000d00e001?xsec_token=A", "xiaohongshu", "", "65a1b2c3000000000d00e001"),
    ("https://space.bilibili.com/99887766/video", "bilibili", "99887766", ""), ("https://www.bilibili.com/video/BV1xx411c7mD/?p=1", "bilibili", "", "BV1xx411c7mD"),
    ("https://www.zhihu.com/people/teahouse/answers", "zhihu", "teahouse", ""), ("https://www.zhihu.com/question/330/answer/1990001", "zhihu", "", "answer/1990001"),
    ("https://zhuanlan.zhihu.com/p/12", "zhihu", "", "article/12"), ("https://www.tiktok.com/@tea.house/video/74", "tiktok", "tea.house", "74"),
    ("https://www.youtube.com/watch?v=dQw4w9WgXcA&t=1", "youtube", "", "dQw4w9WgXcA"), ("https://youtu.be/dQw4w9WgXcA?si=x", "youtube", "", "dQw4w9WgXcA"),
    ("https://www.youtube.com/@teahouse", "youtube", "teahouse", ""), ("https://twitter.com/tea/status/199?s=20", "x", "tea", "199"), ("https://x.com/tea", "x", "tea", ""),
    (f"https://bsky.app/profile/{DID}/post/3lbq1", "bluesky", DID, f"at://{DID}/app.bsky.feed.post/3lbq1"), ("https://t.me/TeaHouse/811", "telegram", "TeaHouse", "teahouse/811"),
    ("https://www.instagram.com/teahouse/", "instagram", "teahouse", ""), ("https://www.instagram.com/p/AbC/", "instagram", "", ""),
    ("https://www.reddit.com/r/tea/comments/zz1/our_mug/", "reddit", "", "t3_zz1"), ("https://www.twitch.tv/videos/33", "twitch", "", "33"),
    ("https://mp.weixin.qq.com/s/abc", "wechat", "", ""), ("https://weibo.com.evil.example/u/1", "", "", ""), ("ftp://weibo.com/u/1", "", "", ""), ("weibo.com/u/1", "", "", ""), ("https://[", "", "", ""),
])  # fmt: skip
def test_an_address_names_its_network_account_and_post(url, network, account, post):
    found = read_social_url(url)
    assert (found.network, found.account, found.post) == (network, account, post)


def test_a_post_that_is_not_known_by_name_is_known_by_its_address():
    assert post_name("https://a.example/x/1/?utm_source=y#z") == "https://a.example/x/1"
    assert post_name("https://youtu.be/dQw4w9WgXcA?si=x") == "dQw4w9WgXcA"


@given(st.text(max_size=80))
def test_any_text_is_read(text):
    for url in (text, f"https://{text}", f"https://weibo.com/{text}"):
        assert len(post_name(url)) <= 300
        read_social_url(url)
