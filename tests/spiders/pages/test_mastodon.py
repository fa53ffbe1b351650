# ruff: noqa: E501 -- tables are read by rows
from datetime import UTC, datetime

import pytest

from spiders.pages.mastodon import (
    read_account,
    read_actor,
    read_collection,
    read_object,
    read_statuses,
    read_webfinger,
)
from tests.spiders.pages.saved_files import counts, load, only_account, only_post


def test_an_account_is_named_with_its_host():
    account = only_account(read_account(load("mastodon/account.json")))
    assert account.handle == "teahouse@social.example"
    assert counts(account) == {"followers": 3301, "following": 120, "posts": 1480}


def test_a_hidden_number_is_missing_and_a_move_is_told():
    account = only_account(read_account(load("mastodon/hidden.json")))
    assert counts(account) == {"posts": 5}
    assert account.moved_to == "https://new.example/@quiet"


def test_statuses_are_the_accounts_own_and_boosts_are_not():
    page = read_statuses(load("mastodon/statuses.json"))
    assert [counts(one) for one in page.posts] == [
        {"likes": 66, "comments": 4, "shares": 17},
        {"likes": 3, "comments": 0, "shares": 0},
    ]
    assert page.posts[0].title == "First flush & second flush"
    assert page.posts[0].published_at == datetime(2026, 11, 20, 7, 15, tzinfo=UTC)
    assert page.cursor == "115600000000000001"


@pytest.mark.parametrize(
    ("name", "status"),
    [("mastodon/closed.json", "login_wall"), ("mastodon/gone.json", "not_found"), ("walls/cloudflare.html", "challenge")],
)  # fmt: skip
def test_a_refusal_has_a_status_and_no_number(name, status):
    for read in (read_account, read_statuses, read_object):
        page = read(load(name))
        assert (page.status, page.is_answer) == (status, False)


def test_webfinger_names_the_actor_and_only_over_https():
    assert (
        read_webfinger(load("mastodon/webfinger.json")) == "https://social.example/users/teahouse"
    )
    plain = load("mastodon/webfinger.json").replace(b"https://", b"http://")
    assert read_webfinger(plain) is None
    assert read_webfinger(b"<html>") is None


def test_an_actors_counts_are_asked_for_at_its_own_host_only():
    page, places = read_actor(load("mastodon/actor.json"))
    assert only_account(page).handle == "teahouse@social.example"
    assert places == {
        "followers": "https://social.example/users/teahouse/followers",
        "following": "https://social.example/users/teahouse/following",
    }


def test_a_collection_has_one_count():
    page = read_collection(load("mastodon/collection.json"), "followers", "ref")
    assert counts(only_account(page)) == {"followers": 3302}
    assert not read_collection(b'{"type":"OrderedCollection"}', "followers", "ref").is_answer


def test_an_objects_totals_are_read_and_one_without_a_total_is_missing():
    post = only_post(read_object(load("mastodon/note.json")))
    assert counts(post) == {"likes": 66, "shares": 17}
