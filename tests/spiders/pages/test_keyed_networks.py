"""Instagram, X, Reddit and Twitch: answers that are had with the user's own key."""

from datetime import UTC, datetime

import pytest

from spiders.pages import instagram, reddit, twitch, x
from tests.spiders.pages.saved_files import counts, load, only_account, only_post


def test_instagram_gives_an_account_and_its_posts():
    page = instagram.read_discovery(load("instagram/discovery.json"))
    assert counts(only_account(page)) == {"followers": 84_211, "following": 410, "posts": 932}
    first, hidden = page.posts
    assert counts(first) == {"likes": 2_980, "comments": 61}
    assert first.published_at == datetime(2026, 11, 18, 10, tzinfo=UTC)
    assert counts(hidden) == {"comments": 5}  # its owner hides likes


def test_x_gives_users_and_their_posts():
    account = only_account(x.read_users(load("x/users.json")))
    assert counts(account) == {"followers": 3_893, "following": 406, "posts": 23_961}
    post = only_post(x.read_tweets(load("x/tweets.json")))
    assert counts(post) == {
        "views": 10_421, "likes": 144, "comments": 5, "shares": 12, "saves": 7,
    }  # fmt: skip


def test_an_account_of_x_without_posts_is_an_answer():
    assert x.read_tweets(b'{"meta":{"result_count":0}}').status == "ok"
    assert x.read_users(b'{"meta":{"result_count":0}}').status == "empty"


def test_reddit_gives_subscribers_of_groups_only():
    account = only_account(reddit.read_thing(load("reddit/subreddit.json")))
    assert (account.handle, counts(account)) == ("r/tea", {"followers": 812_345})


def test_a_score_of_reddit_is_not_exact_and_a_hidden_one_is_missing():
    first, hidden = reddit.read_listing(load("reddit/posts.json")).posts
    assert counts(first) == {"likes": 1_413, "comments": 88}
    assert (first.counts["likes"].low, first.counts["likes"].high) == (1_363, 1_513)
    assert counts(hidden) == {"comments": 0}


def test_twitch_gives_followers_apart_from_the_user():
    assert only_account(twitch.read_users(load("twitch/users.json"))).counts == {}
    page = twitch.read_followers(load("twitch/followers.json"), "141981764")
    assert counts(only_account(page)) == {"followers": 80_214}
    assert counts(only_post(twitch.read_videos(load("twitch/videos.json")))) == {"views": 1_863_062}


REFUSALS = [
    (instagram.read_discovery, "instagram/nobody.json", "not_found"),
    (instagram.read_discovery, "instagram/expired.json", "login_wall"),
    (x.read_users, "x/nobody.json", "not_found"),
    (x.read_users, "x/bad_key.json", "login_wall"),
    (x.read_tweets, "x/limit.json", "blocked"),
    (reddit.read_thing, "reddit/private.json", "not_found"),
    (reddit.read_listing, "reddit/bad_key.json", "login_wall"),
    (twitch.read_users, "twitch/bad_key.json", "login_wall"),
    (twitch.read_users, "walls/cloudflare.html", "challenge"),
]


@pytest.mark.parametrize(("read", "name", "status"), REFUSALS)
def test_a_refusal_has_a_status_and_no_number(read, name, status):
    page = read(load(name))
    assert (page.status, page.is_answer) == (status, False)
    assert page.accounts == []
    assert page.posts == []
