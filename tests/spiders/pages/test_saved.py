# ruff: noqa: E501 -- tables are read by rows
"""Pages that people saved from their own browsers, whatever network they are of."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.pages.item import COUNTS
from spiders.pages.saved import address_of, item_of, network_of, read_saved
from tests.spiders.pages.saved_files import FOLDER, counts, load, only_account, only_post

XHS = "https://www.xiaohongshu.com"

ACCOUNTS = [
    ("douyin/user.html", "", "douyin", "MS4wLjABAAAAtea", {"followers": 1_203_344, "following": 88, "posts": 402, "likes": 25_500_123}),
    ("tiktok/user.html", "", "tiktok", "107955", {"followers": 783_427, "following": 12, "posts": 311, "likes": 12_512_345}),
    ("xiaohongshu/user.html", "", "xiaohongshu", "5ff0e6410000000001008400", {"followers": 15_000, "following": 21}),
    ("kuaishou/user.html", "", "kuaishou", "3xabc", {"followers": 1_023_000, "following": 20, "posts": 311}),
    ("bilibili/relation.json", "https://api.bilibili.com/x/relation/stat?vmid=99887766", "bilibili", "99887766", {"followers": 45_210, "following": 30}),
    ("telegram/card.html", "https://t.me/teahouse_news", "telegram", "teahouse_news", {"followers": 25_015}),
    ("generic/profile.html", "https://bsky.app/profile/teahouse.example", "bluesky", "", {"followers": 12_480, "likes": 991, "posts": 902, "following": 311}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "url", "network", "ref", "expected"), ACCOUNTS)
def test_accounts_are_read(name, url, network, ref, expected):
    page = read_saved(load(name), url)
    assert page.network == network
    account = only_account(page.social)
    assert (account.ref, counts(account)) == (ref, expected)


POSTS = [
    ("weibo/status.html", "", "weibo", "5100000000000003", {"likes": 12_000, "comments": 41, "shares": 26}),
    ("douyin/video.html", "", "douyin", "7300000000000000001", {"likes": 25_500, "comments": 146, "shares": 980, "saves": 3_301}),
    ("tiktok/video.html", "", "tiktok", "7400000000000000001", {"views": 1_203_344, "likes": 25_512, "comments": 146, "shares": 98, "saves": 3_301}),
    ("xiaohongshu/note.html", "", "xiaohongshu", "65a1b2c3000000000d00e001", {"likes": 12_000, "comments": 10, "saves": 3_301}),
    ("bilibili/view.json", "https://api.bilibili.com/x/web-interface/view", "bilibili", "BV1xx411c7mD", {"likes": 8, "comments": 4, "shares": 1, "saves": 3}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "url", "network", "ref", "expected"), POSTS)
def test_posts_are_read(name, url, network, ref, expected):
    page = read_saved(load(name), url)
    assert page.network == network
    post = only_post(page.social)
    assert (post.ref, counts(post)) == (ref, expected)
    assert post.published_at is not None


def test_a_page_of_a_video_also_tells_of_its_owner():
    social = read_saved(load("bilibili/video.html")).social
    assert counts(only_account(social)) == {"followers": 45_210, "following": 30}
    assert counts(only_post(social))["views"] == 120_334


def test_a_page_of_a_person_takes_the_one_that_is_counted():
    social = read_saved(load("zhihu/people.html"), "https://www.zhihu.com/people/teahouse").social
    assert counts(only_account(social))["followers"] == 40_213
    assert only_post(social).title == "绿茶怎么选？"


def test_a_list_of_weibo_has_its_user_and_own_posts_but_no_forwards():
    social = read_saved(
        load("weibo/index.json"), "https://m.weibo.cn/api/container/getIndex"
    ).social
    assert counts(only_account(social)) == {"followers": 633_000, "following": 211, "posts": 3_021}
    post = only_post(social)
    assert post.title == "秋茶上新 @x"
    assert counts(post) == {"likes": 45_000, "comments": 13_209, "shares": 1_000_000}
    assert post.counts["shares"].high is None  # 100万+


def test_at_least_ten_is_at_least_ten():
    post = only_post(read_saved(load("xiaohongshu/note.html")).social)
    assert (post.counts["comments"].precision, post.counts["comments"].high) == ("at_least", None)


WALLS = [
    ("weibo/visitor.json", "https://m.weibo.cn/api/container/getIndex", "login_wall"),
    ("walls/weibo_visitor.html", "https://weibo.com/u/1", "login_wall"),
    ("bilibili/risk.json", "https://api.bilibili.com/x/relation/stat", "challenge"),
    ("bilibili/banned.json", "https://api.bilibili.com/x/relation/stat", "blocked"),
    ("walls/login.html", f"{XHS}/user/profile/1", "login_wall"),
    ("walls/busy.html", "https://www.zhihu.com/people/x", "challenge"),
    ("walls/cloudflare.html", "https://www.tiktok.com/@x", "challenge"),
    ("walls/cloudflare.html", "https://shop.example/x", "challenge"),
]


@pytest.mark.parametrize(("name", "url", "status"), WALLS)
def test_a_wall_has_a_status_and_no_number(name, url, status):
    page = read_saved(load(name), url)
    assert page.status == status
    assert page.social is None or not page.social.is_answer
    assert page.listing is None or (page.listing.price, page.listing.counts) == (None, {})


@pytest.mark.parametrize(("text", "url"), [
    ("<!-- saved from url=(0020)https://weibo.com/u/1 --><p>", "https://weibo.com/u/1"),
    ('<link rel="canonical" href="https://a.example/x?a=1&amp;b=2">', "https://a.example/x?a=1&b=2"),
    ('<meta property="og:url" content="https://a.example/x">', "https://a.example/x"),
    ('<link rel="canonical" href="javascript:alert(1)">', ""), ("", ""),
])  # fmt: skip
def test_where_a_page_was_is_what_it_says_itself(text, url):
    assert address_of(text) == url


def test_networks_are_known_by_their_domains_and_not_by_words_in_a_host():
    assert network_of("https://m.weibo.cn/u/1") == "weibo"
    assert network_of("https://weibo.cn.evil.example/u/1") == ""
    assert network_of("https://notweibo.com/u/1") == ""
    assert network_of("http://[") == ""


def test_a_page_that_was_cut_off_gives_nothing_rather_than_something_wrong():
    whole = load("xiaohongshu/user.html")
    for length in range(0, len(whole), 97):
        social = read_saved(whole[:length], f"{XHS}/user/profile/5ff0").social
        if social is not None and social.accounts:
            assert counts(only_account(social)) == {"followers": 15_000, "following": 21}


def test_a_wrong_charset_and_a_packed_file_change_nothing():
    text = load("xiaohongshu/user.html").decode()
    for body in (text.encode("gb18030"), gzip.compress(text.encode()), text.encode("utf-8-sig")):
        account = only_account(read_saved(body).social)
        assert (account.title, counts(account)["followers"]) == ("茶屋", 15_000)


SHAPES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.*"))
URLS = ["", "https://weibo.com/u/1", f"{XHS}/explore/1", "https://www.douyin.com/user/x", "https://t.me/s/x",
        "https://www.zhihu.com/people/x", "https://www.bilibili.com/video/BV1", "https://www.kuaishou.com/x", "https://tiktok.com/@x"]  # fmt: skip


@given(st.binary(max_size=300), st.sampled_from(URLS))
def test_any_bytes_give_a_page(body, url):
    _is_sound(read_saved(body, url))


@given(st.sampled_from(SHAPES), st.sampled_from(URLS), st.data())
def test_damaged_files_give_a_page(name, url, data):
    body = bytearray(load(name))
    for _ in range(data.draw(st.integers(0, 8))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=6))
        body = body or bytearray(b"x")
    _is_sound(read_saved(bytes(body), url))


def _is_sound(page):
    for thing in [*page.social.accounts, *page.social.posts] if page.social else []:
        assert set(thing.counts) <= set(COUNTS)
        for reading in thing.counts.values():
            assert reading.value >= 0
            assert reading.high is None or reading.low < reading.high


ITEMS = [
    ("bluesky/profiles.json", "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfiles", "profile", {"followers": 12_480}),
    ("bluesky/feed.json", "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed", "list", {}),
    ("bluesky/not_found.json", "https://public.api.bsky.app/xrpc/x", "error", {}),
    ("mastodon/account.json", "https://social.example/api/v1/accounts/lookup?acct=teahouse", "profile", {"followers": 3_301}),
    ("mastodon/note.json", "https://social.example/api/v1/statuses/1", "post", {"likes": 66}),
    ("youtube/feed.xml", "https://www.youtube.com/feeds/videos.xml?channel_id=UCaaaaaaaaaaaaaaaaaaaaaa", "profile", {}),
    ("youtube/videos.json", "https://www.googleapis.com/youtube/v3/videos", "list", {}),
    ("instagram/discovery.json", "https://graph.facebook.com/v25.0/1", "profile", {"followers": 84_211}),
    ("x/users.json", "https://api.x.com/2/users/by", "profile", {"followers": 3_893}),
    ("reddit/subreddit.json", "https://oauth.reddit.com/r/tea/about", "profile", {"followers": 812_345}),
    ("twitch/videos.json", "https://api.twitch.tv/helix/videos", "post", {"views": 1_863_062}),
    ("bilibili/video.html", "https://www.bilibili.com/video/BV1xx411c7mD/", "post", {"views": 120_334}),
    ("weibo/index.json", "https://m.weibo.cn/u/1234567890", "profile", {"followers": 633_000}),
    ("weibo/visitor.json", "https://m.weibo.cn/u/1234567890", "login", {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "url", "kind", "some"), ITEMS)
def test_a_page_of_a_network_is_one_item(name, url, kind, some):
    document = item_of(read_saved(load(name), url)).as_document()
    assert document["kind"] == kind
    assert {key: document[key] for key in some} == some
    if not some:
        assert document["counts"] == {}
