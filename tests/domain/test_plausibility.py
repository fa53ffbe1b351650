import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.plausibility import Range, doubt_counts, doubt_price, is_broken_reader


def exact(value):
    return Range(value, value + 1)


@pytest.mark.parametrize(
    ("kind", "before", "now", "reason"),
    [
        ("account", {"followers": exact(1000)}, {"followers": exact(499)}, "count_fell"),
        ("account", {"followers": exact(1000)}, {"followers": exact(500)}, None),
        ("account", {"followers": exact(1000)}, {"followers": exact(10_000)}, "count_jumped"),
        ("account", {"followers": exact(1000)}, {"followers": exact(9_999)}, None),
        ("account", {"followers": exact(99)}, {"followers": exact(3)}, None),  # few may do so
        ("account", {"followers": exact(1000)}, {"posts": exact(5)}, "field_lost"),
        ("account", {"posts": exact(1000)}, {"posts": exact(1)}, None),  # people delete posts
        ("account", {}, {"followers": exact(5)}, None),
        ("post", {"views": exact(1000)}, {"views": exact(100_000)}, None),  # posts do grow
        ("post", {"views": exact(1000), "likes": exact(9)}, {"likes": exact(9)}, None),
        ("post", {"likes": exact(1000)}, {"likes": exact(12)}, "count_fell"),
        ("post", {"likes": exact(9)}, {}, "field_lost"),
        ("listing", {"review_count": exact(500)}, {"review_count": exact(5)}, "count_fell"),
        ("listing", {"review_count": exact(500)}, {}, None),
        # "10万+" may be any number: no fall is sure
        ("account", {"followers": exact(10**6)}, {"followers": Range(100_000, None)}, None),
        ("account", {"followers": Range(10**6, None)}, {"followers": exact(400_000)}, "count_fell"),
    ],
)
def test_steps_that_a_broken_reader_makes_and_a_real_account_does_not(kind, before, now, reason):
    doubt = doubt_counts(kind, before, now)
    assert (doubt.reason if doubt else None) == reason


@given(
    st.sampled_from(["account", "post", "listing"]),
    st.dictionaries(
        st.sampled_from(["followers", "likes", "review_count", "posts"]),
        st.integers(0, 10**12).map(exact),
    ),
)
def test_the_same_reading_again_is_never_doubted(kind, counts):
    assert doubt_counts(kind, counts, counts) is None


@pytest.mark.parametrize(
    ("before", "now", "is_for_sale", "reason"),
    [
        ((990, "EUR"), (9_900, "EUR"), True, "price_jumped"),
        ((990, "EUR"), (99, "EUR"), True, "price_jumped"),
        ((990, "EUR"), (500, "EUR"), True, None),
        ((990, "EUR"), (990, "USD"), True, "currency_changed"),
        ((990, "EUR"), (None, "EUR"), True, "field_lost"),
        ((990, "EUR"), (None, ""), False, None),  # sold out: no price is no surprise
        ((None, ""), (990, "EUR"), True, None),
        ((0, "EUR"), (990, "EUR"), True, None),
    ],
)
def test_prices(before, now, is_for_sale, reason):
    doubt = doubt_price(before, now, is_for_sale=is_for_sale)
    assert (doubt.reason if doubt else None) == reason


def test_a_few_lost_fields_are_pages_and_many_are_the_reader():
    assert not is_broken_reader(1, 1)  # one page alone says nothing of the reader
    assert is_broken_reader(2, 2)
    assert is_broken_reader(4, 10)
    assert not is_broken_reader(3, 10)
