from datetime import UTC, datetime

import pytest

from spiders.pages.youtube import read_channels, read_feed, read_uploads, read_videos
from tests.spiders.pages.saved_files import counts, load, only_account

CHANNEL = "UCaaaaaaaaaaaaaaaaaaaaaa"


def test_a_feed_has_videos_and_a_channel_without_numbers():
    page = read_feed(load("youtube/feed.xml"))
    assert (only_account(page).ref, only_account(page).counts) == (CHANNEL, {})
    first, second = page.posts
    assert counts(first) == {"views": 30_211, "likes": 812}
    assert first.title == "How we roast & pick"
    assert first.published_at == datetime(2026, 11, 18, 15, 0, 6, tzinfo=UTC)
    assert counts(second) == {"views": 0}


def test_subscribers_are_as_sure_as_youtube_makes_them():
    page = read_channels(load("youtube/channels.json"))
    first, shy = page.accounts
    assert counts(first) == {"followers": 783_000, "views": 9_203_344, "posts": 214}
    followers = first.counts["followers"]
    assert (followers.low, followers.high, followers.precision) == (782_500, 784_000, "rounded")
    assert counts(shy) == {"views": 10, "posts": 1}


@pytest.mark.parametrize(("text", "low", "high"), [("999", 999, 1_000), ("1010", 1_005, 1_020)])
def test_small_numbers_of_subscribers_are_exact(text, low, high):
    body = load("youtube/channels.json").replace(b'"783000"', f'"{text}"'.encode())
    followers = read_channels(body).accounts[0].counts["followers"]
    assert (followers.low, followers.high) == (low, high)


def test_videos_whose_comments_are_off_have_no_comments():
    first, second = read_videos(load("youtube/videos.json")).posts
    assert counts(first) == {"views": 30_213, "likes": 813, "comments": 51}
    assert counts(second) == {"views": 44}


def test_uploads_are_ids_of_videos_and_nothing_else():
    assert read_uploads(load("youtube/uploads.json"))[1] == ["dQw4w9WgXcA", "aaaaaaaaaaB"]


@pytest.mark.parametrize(("name", "status"), [
    ("youtube/quota.json", "blocked"), ("youtube/bad_key.json", "login_wall"),
    ("youtube/no_channel.json", "not_found"), ("walls/cloudflare.html", "challenge"),
])  # fmt: skip
def test_a_refusal_has_a_status_and_no_number(name, status):
    for read in (read_channels, read_videos):
        page = read(load(name))
        assert (page.status, page.is_answer) == (status, False)


def test_a_feed_opens_no_file_and_expands_no_entity(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    whole = load("youtube/feed.xml").decode()
    doctype = f'<!DOCTYPE feed [<!ENTITY x SYSTEM "file://{secret}">]><feed '
    bomb = whole.replace("<feed ", doctype, 1).replace("Tea House", "Tea &x; House")
    page = read_feed(bomb)
    assert page.accounts or page.status == "bad_content"
    assert "SECRET" not in str(page)


@pytest.mark.parametrize("body", [b"", b"<feed>", b"no feed", b"<rss></rss>"])
def test_what_is_no_feed_is_bad_content(body):
    assert read_feed(body).status == "bad_content"
