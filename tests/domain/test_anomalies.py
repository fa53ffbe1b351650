"""What is worth a look: shapes that bought followers leave, and those of honest accounts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.anomalies import (
    Account,
    DayCount,
    PostCounts,
    engagement_by_followers,
    look_at,
    tier_of,
)

START = date(2026, 9, 1)


def days(*values: int, step: int = 1) -> list[DayCount]:
    return [DayCount(START + timedelta(days=n), v, v, v + step) for n, v in enumerate(values)]


def steady(n: int = 30, first: int = 20_000, by: int = 30) -> list[int]:
    # never quite the same, as real growth is
    return [first + n * by + (n * 7) % 11 for n in range(n)]


def posts(n: int = 12, likes=lambda n: 800 + 137 * (n % 5), comments=lambda n: 40 + 9 * (n % 4),
          views=lambda n: 9_000 + 811 * (n % 6), since: date = START, every: int = 2):  # fmt: skip
    return [
        PostCounts(since + timedelta(days=n * every), views(n), likes(n), comments(n))
        for n in range(n)
    ]


def codes(account: Account) -> list[str]:
    return [signal.code for signal in look_at(account).signals]


def test_steady_growth_and_lively_posts_are_nothing():
    look = look_at(Account("weibo", days(*steady()), posts()))
    assert (look.level, look.signals) == ("nothing", ())
    assert (look.n_days, look.n_posts) == (30, 12)


def test_a_jump_that_nothing_explains_is_seen_with_its_day_and_what_is_usual():
    values = steady(20) + [v + 7_350 for v in steady(40)[20:]]
    [signal] = look_at(Account("weibo", days(*values), posts(since=START - timedelta(99)))).signals
    assert signal.code == "follower_jump"
    assert signal.day == START + timedelta(days=20)
    assert signal.figures["gained"] == values[20] - values[19]
    assert signal.figures["usual"] == pytest.approx(30, abs=8)


def test_a_post_shortly_before_explains_a_jump():
    values = steady(20) + [v + 7_350 for v in steady(40)[20:]]
    near = START + timedelta(days=19)
    assert codes(Account("weibo", days(*values), [PostCounts(near, 10_000, 800, 40)])) == []
    viral = [*posts(since=START - timedelta(60)), PostCounts(START + timedelta(8), 900_000, 9, 1)]
    assert "follower_jump" not in codes(Account("weibo", days(*values), viral))


def test_growth_below_the_rounding_of_the_counts_is_none():
    # "2.1万" may be anything up to "2.2万": one step of it is no jump
    values = [21_000] * 20 + [22_000] * 20
    assert codes(Account("weibo", days(*values, step=1_000))) == []
    values = [21_000] * 20 + [24_000] * 20  # three steps might be two and a bit
    assert codes(Account("weibo", days(*values, step=1_000))) == []
    values = [21_000] * 20 + [28_000] * 20
    assert codes(Account("weibo", days(*values, step=1_000))) == ["follower_jump"]


def test_a_round_jump_that_goes_away_again_is_three_signals():
    back = [25_600 - 150 * n for n in range(20)]
    look = look_at(Account("weibo", days(*steady(20), *(v for v in back))))
    assert [s.code for s in look.signals] == ["follower_jump", "round_jump", "jump_lost"]
    assert look.level == "look"
    assert look.signals[1].figures["near"] == 5_000


def test_views_that_collapse_for_each_follower_after_a_jump():
    values = steady(20) + [v + 60_000 for v in steady(40)[20:]]
    seen = [PostCounts(START + timedelta(days=d), 9_000 + d, 700 + 31 * (d % 7), 30 + d % 5)
            for d in (2, 5, 8, 11, 25, 28, 31, 34)]  # fmt: skip
    assert "views_collapsed" in codes(Account("weibo", days(*values), seen))


def test_too_little_data_is_said_and_not_taken_for_nothing():
    assert look_at(Account("weibo", days(*steady(13)), posts(5))).level == "too_little"
    assert look_at(Account("weibo", [], [])).level == "too_little"
    assert look_at(Account("weibo", days(*steady()), posts(5))).level == "too_little"
    assert look_at(Account("weibo", days(*steady(13)), posts())).level == "too_little"
    # what is seen is said all the same
    alike = posts(likes=lambda n: 1_000 + n)
    assert look_at(Account("weibo", days(*steady(3)), alike)).level == "note"


def test_engagement_is_compared_with_accounts_like_it_else_with_the_published_band():
    quiet = posts(likes=lambda n: 20 + n, comments=lambda n: 1)
    assert codes(Account("weibo", days(*steady()), quiet)) == []  # nothing to compare with
    [signal] = look_at(Account("instagram", days(*steady()), quiet)).signals
    assert (signal.code, signal.figures["peers"]) == ("engagement_low", 0)
    peers = [0.01 + 0.001 * n for n in range(20)]
    assert codes(Account("weibo", days(*steady()), quiet, peers=peers)) == ["engagement_low"]
    loud = posts(likes=lambda n: 9_000 + 999 * (n % 5))
    assert codes(Account("weibo", days(*steady()), loud, peers=peers)) == ["engagement_high"]


def test_likes_that_are_all_alike_and_comments_that_are_not():
    account = Account("weibo", days(*steady()), posts(likes=lambda n: 1_000 + 3 * n))
    assert codes(account) == ["likes_alike"]
    few = posts(likes=lambda n: 50)  # of few likes nothing can be said
    assert codes(Account("weibo", days(*steady()), few)) == []
    odd = posts(comments=lambda n: 900 if n == 11 else 40 + 9 * (n % 4))
    [signal] = look_at(Account("weibo", days(*steady()), odd)).signals
    assert (signal.code, signal.day) == ("comments_unusual", START + timedelta(days=22))


def test_following_more_than_follow_is_worth_a_look_only_where_many_follow():
    assert codes(Account("weibo", days(*steady()), posts(), following=30_000)) == ["follows_many"]
    small = days(*steady(first=2_000, by=1))
    assert codes(Account("weibo", small, posts(), following=30_000)) == []
    assert codes(Account("weibo", days(*steady()), posts(), following=100)) == []


def test_engagement_leaves_out_posts_that_do_not_show_it():
    some = [PostCounts(START, 10, None, 5), PostCounts(START, None, 90, 10)]
    assert engagement_by_followers(some, 1_000) == pytest.approx(0.1)
    assert engagement_by_followers(some, None) is None
    assert engagement_by_followers(some, 0) is None
    assert engagement_by_followers(some[:1], 1_000) is None


def test_tiers_are_those_that_are_published():
    assert [tier_of(n) for n in (0, 999, 1_000, 5_000, 20_000, 99_999, 100_000, 10**7)] == [
        0, 0, 1, 2, 3, 3, 4, 5,
    ]  # fmt: skip


COUNT = st.integers(0, 10**9)


@given(
    st.lists(st.tuples(COUNT, st.one_of(st.none(), st.integers(1, 10**6))), max_size=40),
    st.lists(st.tuples(st.integers(0, 60), *[st.one_of(st.none(), COUNT)] * 3), max_size=30),
    st.one_of(st.none(), COUNT),
    st.lists(st.floats(0, 10), max_size=30),
)
def test_whatever_the_counts_it_answers_and_each_signal_comes_once(counts, made, following, peers):
    followers = [
        DayCount(START + timedelta(days=n), value, value, None if step is None else value + step)
        for n, (value, step) in enumerate(counts)
    ]
    seen = [PostCounts(START + timedelta(days=d), v, li, c) for d, v, li, c in made]
    look = look_at(Account("instagram", followers, seen, following, peers))
    found = [signal.code for signal in look.signals]
    assert len(found) == len(set(found))
    assert (look.level in ("note", "look")) == bool(found)
