# ruff: noqa: E501 -- tables are read by rows
"""Networks that are read without a key."""

import pytest

from spiders.sources import SOURCES, source_for
from tests.spiders.sources.walking import Walk, target

DID = "did:plc:7ak3tq2mnhwxvy5pazd4ucgr"
UC = "UCaaaaaaaaaaaaaaaaaaaaaa"
BSKY = {"getProfiles": "bluesky/profiles.json", "getAuthorFeed": "bluesky/feed.json", "getPosts": "bluesky/posts.json"}  # fmt: skip


def test_an_account_of_bluesky_is_asked_by_handle_once_and_then_by_its_did():
    walk = Walk(target("bluesky", "https://bsky.app/profile/teahouse.example"), BSKY)
    assert (walk.status, walk.ref) == ("ok", DID)
    assert walk.counts()[0] == {"followers": 12_480, "following": 311, "posts": 902}
    assert [one["likes"] for one in walk.counts("post")] == [480, 0]
    again = Walk(target("bluesky", "https://bsky.app/profile/teahouse.example", ref=DID), BSKY)
    assert "actors=did%3Aplc%3A7ak3" in again.requests[0].url


def test_a_post_of_bluesky_is_found_through_its_author():
    url = "https://bsky.app/profile/teahouse.example/post/3lbq1"
    walk = Walk(target("bluesky", url, "post"), BSKY)
    assert walk.counts("post") == [{"likes": 512, "comments": 15, "shares": 25}]
    assert walk.readings[-1].is_complete
    assert walk.ref == f"at://{DID}/app.bsky.feed.post/3lbq1"
    direct = Walk(target("bluesky", url, "post", ref=walk.ref), BSKY)
    assert len(direct.requests) == 1


def test_a_deleted_post_and_an_unknown_account_are_not_found():
    gone = target("bluesky", f"https://bsky.app/profile/{DID}/post/3lbq1", "post")
    assert Walk(gone, {"getPosts": b'{"posts":[]}'}).status == "not_found"
    nobody = target("bluesky", "https://bsky.app/profile/nobody.example")
    assert Walk(nobody, {"getProfiles": (400, "bluesky/not_found.json")}).status == "not_found"


def test_mastodon_is_asked_at_the_accounts_home():
    walk = Walk(
        target("mastodon", "https://elsewhere.example/@teahouse@social.example"),
        {"/lookup": "mastodon/account.json", "/statuses": "mastodon/statuses.json"},
    )
    assert all(one.url.startswith("https://social.example/") for one in walk.requests)
    assert walk.ref == "109300000000000001"
    assert walk.counts() == [{"followers": 3_301, "following": 120, "posts": 1_480}]
    assert len(walk.counts("post")) == 2


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_server_that_closes_its_look_up_is_asked_by_webfinger(status):
    walk = Walk(
        target("mastodon", "https://social.example/@teahouse"),
        {
            "/lookup": (status, "mastodon/closed.json"), "webfinger": "mastodon/webfinger.json",
            "/users/teahouse/followers": "mastodon/collection.json",
            "/users/teahouse/following": (403, b"{}"), "/users/teahouse": "mastodon/actor.json",
        },
    )  # fmt: skip
    assert walk.status == "ok"
    assert walk.ref == "https://social.example/users/teahouse"
    assert {"followers": 3_302} in walk.counts()
    assert "activity+json" in walk.requests[2].headers["Accept"]
    again = target("mastodon", "https://social.example/@teahouse", ref=walk.ref)
    assert SOURCES["mastodon"].requests(again)[0].url == walk.ref


@pytest.mark.parametrize(("status", "said"), [(404, "not_found"), (401, "not_public"), (410, "gone")])  # fmt: skip
def test_a_server_that_answers_in_no_way_is_not_public_and_a_name_that_is_not_there_is_not_found(
    status, said
):
    answers = {"/lookup": (401, b"{}"), "webfinger": (status, b"")}
    assert Walk(target("mastodon", "https://social.example/@x"), answers).status == said


def test_a_post_of_mastodon_is_read_by_either_interface():
    url = "https://social.example/@teahouse/115600000000000003"
    answers = {"/api/v1/statuses/": (401, "mastodon/closed.json"), "/@teahouse/": "mastodon/note.json"}  # fmt: skip
    assert Walk(target("mastodon", url, "post"), answers).counts("post") == [
        {"likes": 66, "shares": 17}
    ]
    assert Walk(target("mastodon", url, "post"), {"/api/": (404, b"{}")}).status == "not_found"


def test_a_channel_of_telegram_has_the_cards_number_and_the_lists_posts():
    walk = Walk(
        target("telegram", "https://t.me/s/teahouse_news"),
        {"/s/": "telegram/channel.html", "/teahouse_news": "telegram/card.html"},
    )
    assert walk.counts() == [{"followers": 25_015}]
    assert [one.get("views") for one in walk.counts("post")] == [14_600, None, 974]


def test_without_a_card_the_rounded_number_has_to_do_and_without_preview_the_card():
    answers = {"/s/": "telegram/channel.html", "/teahouse_news": b"<div class='tgme_page'></div>"}
    walk = Walk(target("telegram", "https://t.me/teahouse_news"), answers)
    assert walk.counts() == [{"followers": 25_000}]
    walk = Walk(target("telegram", "https://t.me/teatalk"), {"/": "telegram/group.html"})
    assert (walk.status, walk.counts()) == ("ok", [{"followers": 2_805}])
    assert "no preview" in walk.readings[-1].detail


def test_a_person_on_telegram_is_not_public_and_a_deleted_post_is_not_found():
    person = target("telegram", "https://t.me/someone")
    assert Walk(person, {"/": "telegram/person.html"}).status == "not_public"
    post = target("telegram", "https://t.me/teahouse_news/9", "post")
    assert Walk(post, {"embed=1": "telegram/embed_gone.html"}).status == "not_found"


def test_a_channel_of_youtube_is_its_feed():
    walk = Walk(
        target("youtube", f"https://www.youtube.com/channel/{UC}"), {"": "youtube/feed.xml"}
    )
    assert walk.counts() == [{}]
    assert walk.counts("post") == [{"views": 30_211, "likes": 812}, {"views": 0}]


ADDRESSES = [
    ("https://bsky.app/profile/a.example", "account", "bluesky"), ("https://bsky.app/profile/a.example/post/3k", "post", "bluesky"),
    ("https://mastodon.social/@a", "account", "mastodon"), ("https://mstdn.jp/@a/1", "post", "mastodon"),
    ("https://t.me/teahouse", "account", "telegram"), ("https://t.me/teahouse/12", "post", "telegram"),
    (f"https://www.youtube.com/channel/{UC}", "account", "youtube"), ("https://www.youtube.com/@tea", "account", "youtube_api"),
    ("https://youtu.be/dQw4w9WgXcA", "post", "youtube_api"), ("https://www.youtube.com/watch?v=dQw4w9WgXcA", "post", "youtube_api"),
    ("https://www.instagram.com/teahouse/", "account", "instagram"), ("https://x.com/teahouse", "account", "x"),
    ("https://x.com/teahouse/status/199", "post", "x"), ("https://www.reddit.com/r/tea/", "account", "reddit"),
    ("https://www.reddit.com/r/tea/comments/zz1/our_mug/", "post", "reddit"), ("https://www.twitch.tv/teahouse", "account", "twitch"),
    ("https://www.twitch.tv/videos/335921245", "post", "twitch"), ("https://space.bilibili.com/1", "account", "bilibili"),
    ("https://shop.example/products/mug", "listing", "shopify"), ("https://shop.example/en-gb/collections/cups/products/mug?variant=1", "listing", "shopify"),
    ("https://shop.example/product/mug/", "listing", "woocommerce"), ("https://shop.example/mug", "listing", "page"),
    ("https://blog.example/@someone", "account", "page"), ("https://x.com/home", "account", "page"), ("https://bsky.app.evil.example/profile/a.example", "account", "page"),
]  # fmt: skip


@pytest.mark.parametrize(("url", "kind", "name"), ADDRESSES)
def test_the_source_is_chosen_by_the_address(url, kind, name):
    source = source_for(url, kind)
    assert source.name == name
    asked = source.requests(target(name, url, kind))
    assert bool(asked) is not bool(source.off_because)


def test_bilibili_asks_for_nothing_and_says_why():
    source = SOURCES["bilibili"]
    assert source.off_because == "objected"
    assert source.requests(target("bilibili", "https://space.bilibili.com/1")) == []


def test_a_post_that_took_two_steps_is_complete_all_the_same():
    url = "https://social.example/@teahouse/115600000000000003"
    answers = {
        "/api/v1/statuses/": (401, "mastodon/closed.json"),
        "/@teahouse/": "mastodon/note.json",
    }
    walk = Walk(target("mastodon", url, "post"), answers)
    assert [one.is_complete for one in walk.readings] == [True, True]
