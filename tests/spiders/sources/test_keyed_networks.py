# ruff: noqa: E501 -- tables are read by rows
"""Networks that are read with the user's own key, and that the key stays where it belongs."""

from urllib.parse import urlsplit

import pytest

from spiders.sources import SOURCES
from tests.spiders.sources.walking import SECRETS, Walk, target

UC = "UCaaaaaaaaaaaaaaaaaaaaaa"
TOKEN = b'{"access_token":"TOKEN-SECRET-5","token_type":"bearer","expires_in":86400}'
YOUTUBE = {"/channels?": "youtube/channels.json", "/playlistItems?": "youtube/uploads.json", "/videos?": "youtube/videos.json"}  # fmt: skip
X = {"/users/by?": "x/users.json", "/tweets?": "x/tweets.json"}
REDDIT = {"access_token": TOKEN, "/r/tea/about": "reddit/subreddit.json", "/r/tea/new": "reddit/posts.json", "/by_id/": "reddit/posts.json"}  # fmt: skip
TWITCH = {"oauth2/token": TOKEN, "/users?": "twitch/users.json", "/followers?": "twitch/followers.json", "/videos?": "twitch/videos.json"}  # fmt: skip

WALKS = [
    ("youtube_api", "https://www.youtube.com/@teahouse", "account", YOUTUBE, {"www.googleapis.com"}),
    ("youtube_api", "https://youtu.be/dQw4w9WgXcA", "post", YOUTUBE, {"www.googleapis.com"}),
    ("instagram", "https://www.instagram.com/teahouse/", "account", {"": "instagram/discovery.json"}, {"graph.facebook.com"}),
    ("x", "https://x.com/teahouse", "account", X, {"api.x.com"}),
    ("x", "https://x.com/teahouse/status/1990000000000000001", "post", X, {"api.x.com"}),
    ("reddit", "https://www.reddit.com/r/tea/", "account", REDDIT, {"www.reddit.com", "oauth.reddit.com"}),
    ("reddit", "https://www.reddit.com/comments/zz1/x/", "post", REDDIT, {"www.reddit.com", "oauth.reddit.com"}),
    ("twitch", "https://www.twitch.tv/teahouse", "account", TWITCH, {"id.twitch.tv", "api.twitch.tv"}),
    ("twitch", "https://www.twitch.tv/videos/335921245", "post", TWITCH, {"id.twitch.tv", "api.twitch.tv"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "url", "kind", "answers", "hosts"), WALKS)
def test_a_key_goes_to_its_own_platform_in_a_header_or_form_and_nowhere_else(
    name, url, kind, answers, hosts
):
    walk = Walk(target(name, url, kind), answers)
    assert walk.status == "ok"
    assert walk.counts(kind)
    secrets = [*(v for k, v in SECRETS.items() if k != "account_id"), "TOKEN-SECRET-5"]
    for request in walk.requests:
        assert request.is_official
        assert request.has_secret
        assert request.url.startswith("https://")
        assert urlsplit(request.url).hostname in hosts
        for secret in secrets:
            assert secret not in request.url
            assert secret not in repr(request)
            assert secret not in str(request.headers) + str(request.data)


def test_numbers_with_keys_are_the_platforms_own():
    walk = Walk(target("youtube_api", "https://www.youtube.com/@teahouse"), YOUTUBE)
    assert walk.counts()[0] == {"followers": 783_000, "views": 9_203_344, "posts": 214}
    assert walk.ref == UC
    assert "forHandle=%40teahouse" in walk.requests[0].url
    assert "UUaaaaaaaaaaaaaaaaaaaaaa" in walk.requests[1].url
    walk = Walk(target("x", "https://x.com/teahouse"), X)
    assert "/users/2244994945/tweets" in walk.requests[1].url
    walk = Walk(target("twitch", "https://www.twitch.tv/teahouse"), TWITCH)
    assert {"followers": 80_214} in walk.counts()


def test_a_user_of_x_who_is_known_by_number_is_asked_by_number():
    request = SOURCES["x"].requests(target("x", "https://x.com/renamed", ref="2244994945"))[0]
    assert "/2/users?ids=2244994945" in request.url


REFUSED = [
    ("youtube_api", "https://www.youtube.com/@teahouse", {"": (400, "youtube/bad_key.json")}, "no_key"),
    ("youtube_api", "https://www.youtube.com/@teahouse", {"": (403, "youtube/quota.json")}, "blocked"),
    ("youtube_api", "https://www.youtube.com/@teahouse", {"": "youtube/no_channel.json"}, "not_found"),
    ("instagram", "https://www.instagram.com/teahouse/", {"": (400, "instagram/expired.json")}, "no_key"),
    ("instagram", "https://www.instagram.com/teahouse/", {"": (400, "instagram/nobody.json")}, "not_found"),
    ("x", "https://x.com/teahouse", {"": (401, "x/bad_key.json")}, "no_key"),
    ("x", "https://x.com/teahouse", {"": "x/nobody.json"}, "not_found"),
    ("reddit", "https://www.reddit.com/r/tea/", {"": (401, "reddit/bad_key.json")}, "no_key"),
    ("reddit", "https://www.reddit.com/r/tea/", {"access_token": TOKEN, "about": (403, "reddit/private.json")}, "not_found"),
    ("twitch", "https://www.twitch.tv/teahouse", {"": (403, "twitch/bad_key.json")}, "no_key"),
    ("twitch", "https://www.twitch.tv/teahouse", {"token": TOKEN, "/users": b'{"data":[]}'}, "not_found"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "url", "answers", "status"), REFUSED)
def test_a_key_that_is_refused_is_said_so_and_gives_no_number(name, url, answers, status):
    walk = Walk(target(name, url), answers)
    assert (walk.status, walk.items) == (status, [])


def test_followers_that_twitch_keeps_to_itself_are_missing_and_the_rest_is_read():
    answers = TWITCH | {"/followers?": (401, "twitch/bad_key.json")}
    walk = Walk(target("twitch", "https://www.twitch.tv/teahouse"), answers)
    assert walk.status == "ok"
    assert all("followers" not in one for one in walk.counts())
    assert walk.counts("post") == [{"views": 1_863_062}]


def test_a_token_that_is_no_token_is_not_sent_on():
    answers = {"token": b'{"access_token":"a\\r\\nHost: evil.example"}'}
    assert Walk(target("twitch", "https://www.twitch.tv/teahouse"), answers).status == "no_key"


def test_the_owners_number_at_instagram_has_to_be_a_number():
    one = target("instagram", "https://www.instagram.com/teahouse/")
    bad = one.model_copy(update={"secrets": {"token": "x", "account_id": "1/../me"}})
    assert SOURCES["instagram"].requests(bad) == []
