"""What ran beside an event: columns of posts say the same as one post after another."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.reports.lift_days import Days, Post, Posting

START = date(2026, 8, 1)
N_DAYS = 20
RUNS = 7


def make_days() -> Days:
    zeros = np.zeros(N_DAYS)
    return Days(START, zeros, zeros, 0, N_DAYS, ("",) * N_DAYS, (0,) * N_DAYS)


def make_post(day: int, *, influencer: int = 1, campaign: int = 1, weight: float = 100.0) -> Post:
    posted_on = START + timedelta(days=day)
    return Post(0, influencer, campaign, posted_on, "", "", weight)


posts_of_anybody = st.lists(
    st.builds(
        make_post,
        st.integers(-9, N_DAYS + 2),
        influencer=st.integers(1, 3),
        campaign=st.integers(0, 2),
        weight=st.sampled_from([0.0, 1.0, 300.0, 77_777.0]),
    ),
    max_size=12,
)


@given(posts_of_anybody, st.lists(st.integers(0, N_DAYS - 1), min_size=1, unique=True))
def test_what_others_ran_is_what_each_of_their_posts_adds(posts: list[Post], numbers: list[int]):
    posting = Posting(posts, make_days(), RUNS)
    others = [post for post in posts if post.influencer_id != 1]
    paid = [post.weight for post in others if post.weight]
    least, mean = (min(paid), sum(paid) / len(paid)) if paid else (1.0, 1.0)
    expected = [0.0] * N_DAYS
    n_during = 0
    for post in others:
        first = (post.posted_on - START).days
        runs_on = range(first, first + RUNS)
        n_during += any(number in runs_on for number in numbers)
        for number in runs_on:
            if 0 <= number < N_DAYS:
                expected[number] += (post.weight or least) / mean
    chosen = ~posting.of_influencer(1)
    assert posting.running(chosen).tolist() == expected  # to the last bit: answers are kept by it
    assert posting.count_on(numbers, chosen) == n_during


@given(posts_of_anybody)
def test_days_of_own_posts_are_those_that_each_runs_on(posts: list[Post]):
    posting = Posting(posts, make_days(), RUNS)
    found = posting.days_of(posting.of_influencer(2))
    starts = [(post.posted_on - START).days for post in posts if post.influencer_id == 2]
    assert found == {first + n for first in starts for n in range(RUNS)}


def test_posts_of_a_campaign_are_told_from_those_of_none():
    posting = Posting(
        [make_post(0, campaign=5), make_post(1, campaign=0), make_post(2, campaign=5)],
        make_days(),
        RUNS,
    )
    assert posting.of_campaign(5).tolist() == [True, False, True]


def test_a_post_that_cost_nothing_counts_like_the_cheapest_that_did():
    posting = Posting(
        [make_post(0, weight=100.0), make_post(8, weight=300.0), make_post(16, weight=0.0)],
        make_days(),
        RUNS,
    )
    running = posting.running(posting.of_influencer(1))
    assert running[[0, 8, 16]].tolist() == pytest.approx([0.5, 1.5, 0.5])
    assert running[7] == 0
