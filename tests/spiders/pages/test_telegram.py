from datetime import UTC, datetime

import pytest

from spiders.pages.telegram import read_card, read_channel, read_embed
from tests.spiders.pages.saved_files import counts, load, only_account


@pytest.mark.parametrize(
    ("name", "handle", "followers"),
    [("telegram/card.html", "teahouse_news", 25_015), ("telegram/group.html", "teatalk", 2_805)],
)
def test_a_card_has_the_exact_number(name, handle, followers):
    account = only_account(read_card(load(name)))
    assert (account.handle, counts(account)) == (handle, {"followers": followers})
    assert account.counts["followers"].precision == "exact"


def test_spaces_within_the_number_may_be_of_any_kind():
    for space in ("\u00a0", "\u202f", "\u2009", " "):
        text = load("telegram/card.html").decode().replace("25 015", f"25{space}015")
        assert counts(only_account(read_card(text))) == {"followers": 25_015}


def test_another_number_of_a_card_is_not_the_members():
    for words in ("25 015 photos", "120 online, 25 015 subscribers", "25 015"):
        text = load("telegram/card.html").decode().replace("25 015 subscribers", words)
        assert not read_card(text).is_answer


def test_a_person_has_no_subscribers_and_a_free_name_is_not_found():
    assert read_card(load("telegram/person.html")).status == "empty"
    assert read_card(load("telegram/nobody.html")).status == "not_found"


def test_a_list_has_the_rounded_number_and_posts_with_views():
    page = read_channel(load("telegram/channel.html"))
    followers = only_account(page).counts["followers"]
    assert (followers.value, followers.low, followers.high) == (25_000, 24_500, 26_000)
    assert [one.ref for one in page.posts] == [
        "teahouse_news/811", "teahouse_news/812", "teahouse_news/813",
    ]  # fmt: skip
    first, service, last = page.posts
    assert counts(first) == {"views": 14_600, "likes": 1_288}
    assert first.title == "Second flush & mugs"
    assert service.counts == {}
    assert counts(last) == {"views": 974}
    assert last.published_at == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    assert page.cursor == "811"


def test_reactions_of_which_one_is_rounded_are_rounded_together():
    likes = read_channel(load("telegram/channel.html")).posts[0].counts["likes"]
    assert (likes.low, likes.high, likes.precision) == (1_150 + 88, 1_300 + 88, "rounded")


def test_a_channel_without_preview_is_empty_here():
    assert read_channel(load("telegram/card.html")).status == "empty"


def test_a_deleted_post_is_not_found():
    assert read_embed(load("telegram/embed_gone.html")).status == "not_found"


def test_a_wall_is_a_wall():
    for read in (read_card, read_channel, read_embed):
        assert read(load("walls/cloudflare.html")).status == "challenge"
