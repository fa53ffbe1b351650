# ruff: noqa: E501 -- tables are read by rows
from datetime import UTC, datetime

import pytest

from spiders.pages.bluesky import read_feed, read_posts, read_profiles
from tests.spiders.pages.saved_files import counts, load, only_post

DID = "did:plc:7ak3tq2mnhwxvy5pazd4ucgr"


def test_profiles_have_followers_following_and_posts():
    page = read_profiles(load("bluesky/profiles.json"))
    assert [one.ref for one in page.accounts] == [DID, "did:plc:emptyemptyemptyemptyempty"]
    first = page.accounts[0]
    assert counts(first) == {"followers": 12480, "following": 311, "posts": 902}
    assert (first.handle, first.title) == ("teahouse.example", "Tea House 茶屋")


def test_a_number_that_is_missing_is_missing_and_a_zero_is_zero():
    second = read_profiles(load("bluesky/profiles.json")).accounts[1]
    assert counts(second) == {"following": 0, "posts": 0}
    assert second.handle == ""


def test_a_renamed_field_leaves_the_number_out():
    page = read_profiles(load("bluesky/renamed.json"))
    assert page.accounts[0].counts == {}


def test_a_feed_holds_the_authors_own_posts_and_no_reposts():
    page = read_feed(load("bluesky/feed.json"), DID)
    assert [one.ref.rpartition("/")[2] for one in page.posts] == ["3lbq1", "3lbk2"]
    first = page.posts[0]
    assert counts(first) == {"likes": 480, "comments": 14, "shares": 22, "saves": 9}
    assert "views" not in first.counts
    assert first.published_at == datetime(2026, 11, 19, 9, 30, tzinfo=UTC)
    assert first.url == f"https://bsky.app/profile/{DID}/post/3lbq1"
    assert page.cursor == "2026-11-17T09:30:00.000Z"


def test_a_repost_that_does_not_say_so_is_known_by_its_author():
    silent = load("bluesky/feed.json").replace(b'"reason":', b'"other":')
    assert len(read_feed(silent, DID).posts) == 2
    assert len(read_feed(silent, "@TeaHouse.example").posts) == 2
    assert len(read_feed(silent).posts) == 3


def test_a_post_that_its_author_shared_again_is_there_once():
    assert len(read_feed(load("bluesky/feed.json")).posts) == 2
    own = load("bluesky/feed.json").replace(b"did:plc:other", DID.encode())
    assert len(read_feed(own, DID).posts) == 2


def test_a_post_without_its_own_time_has_the_time_it_was_indexed():
    page = read_feed(load("bluesky/feed.json"), DID)
    assert page.posts[1].published_at == datetime(2026, 11, 17, 9, 30, 2, tzinfo=UTC)


def test_an_empty_feed_is_an_answer_and_no_post_is_none():
    assert read_feed(b'{"feed":[]}').status == "ok"
    assert read_posts(b'{"posts":[]}').status == "not_found"
    assert read_profiles(b'{"profiles":[]}').status == "not_found"


def test_posts_are_read_again():
    assert counts(only_post(read_posts(load("bluesky/posts.json")))) == {
        "likes": 512, "comments": 15, "shares": 25,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "status"),
    [("bluesky/not_found.json", "not_found"), ("bluesky/limit.json", "blocked"), ("walls/cloudflare.html", "challenge")],
)  # fmt: skip
def test_a_refusal_has_a_status_and_no_number(name, status):
    for read in (read_profiles, read_feed, read_posts):
        page = read(load(name))
        assert page.status == status
        assert not page.is_answer
