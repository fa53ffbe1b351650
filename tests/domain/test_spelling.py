from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.spelling import Speller, allowed_slips, distance, nearest, skeleton

KNOWN = {"xiaohongshu", "douyin", "weibo", "wechat", "google", "facebook", "red"}


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("xiaohongsu", "xiaohongshu"),
        ("xiao-hong-shu", "xiaohongshu"),
        ("www.xiaohongshu.com", "xiaohongshu"),
        ("doyuin", "douyin"),
        ("duoyin", "douyin"),
        ("gogle", "google"),
        ("facebok.com", "facebook"),
        ("newsletter", None),
        ("rad", None),  # three letters are too few to be sure
        ("xiaohongshu", None),
        ("", None),
        ("---", None),
    ],
)
def test_a_slip_finds_the_word_that_was_meant(value, meant):
    assert nearest(value, KNOWN) == meant


def test_words_that_differ_in_a_number_are_different_things():
    assert nearest("double11-2025", {"double11-2026"}) is None
    assert nearest("duoble11-2026", {"double11-2026"}) == "double11-2026"


def test_nothing_is_suggested_where_two_words_are_as_near():
    assert nearest("spring-sals", {"spring-sale", "spring-salt"}) is None


def test_separators_and_host_names_do_not_count():
    assert skeleton("www.xiaohongshu.com") == skeleton("xiao_hong shu") == "xiaohongshu"
    assert skeleton("www.com") == "wwwcom"


@given(st.text("abc1", max_size=8), st.text("abc1", max_size=8))
def test_distance_is_symmetric_and_zero_only_for_equals(left, right):
    assert distance(left, right, 8) == distance(right, left, 8)
    assert (distance(left, right, 8) == 0) == (left == right)
    assert distance(left, right, 1) == min(2, distance(left, right, 8))


WORD = st.text("abcd", min_size=4, max_size=9)


@given(WORD, st.sets(WORD, max_size=12))
def test_the_quick_search_finds_what_comparing_with_every_word_finds(value, known):
    def slips(word):
        most = min(allowed_slips(len(value)), allowed_slips(len(word)))
        found = distance(value, word, most)
        return found if found <= most else None

    close = {word: n for word in known - {value} if (n := slips(word)) is not None}
    best = [word for word, n in close.items() if n == min(close.values())]
    assert Speller(known).nearest(value) == (best[0] if len(best) == 1 else None)
