from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.attribution.allocate import (
    MAX_TOTAL,
    ONE,
    allocate,
    offsets_of,
    segment_sums,
    weights_of_factors,
)
from tracker.domain.attribution.weights import reference_split

segments = st.lists(st.lists(st.integers(0, ONE), min_size=1, max_size=9), min_size=0, max_size=6)


def csr(lists):
    flat = np.array([x for part in lists for x in part], np.int64)
    return flat, offsets_of(np.array([len(part) for part in lists], np.int64))


@given(segments)
def test_weights_of_any_factors_add_up_to_exactly_one(lists):
    factors, offsets = csr(lists)
    weights = weights_of_factors(factors, offsets)
    assert (weights >= 0).all()
    assert segment_sums(weights, offsets).tolist() == [ONE] * len(lists)


@given(segments)
def test_weights_are_the_largest_remainder_of_the_exact_fractions(lists):
    factors, offsets = csr(lists)
    weights = weights_of_factors(factors, offsets)
    for s, part in enumerate(lists):
        total = sum(part)
        exact = [Fraction(f, total) if total else Fraction(1, len(part)) for f in part]
        assert weights[offsets[s] : offsets[s + 1]].tolist() == reference_split(ONE, exact)


@given(segments, st.data())
def test_shares_add_up_and_equal_the_plain_definition(lists, data):
    factors, offsets = csr(lists)
    weights = weights_of_factors(factors, offsets)
    totals = np.array([data.draw(st.integers(-MAX_TOTAL, MAX_TOTAL)) for _ in lists], np.int64)
    shares = allocate(totals, weights, offsets)
    for s, _ in enumerate(lists):
        part = slice(offsets[s], offsets[s + 1])
        exact = [Fraction(int(w), ONE) for w in weights[part]]
        assert shares[part].tolist() == reference_split(int(totals[s]), exact)
        assert sum(shares[part].tolist()) == int(totals[s])


@given(segments, st.integers(0, 10**12))
def test_a_negative_total_is_the_mirror_of_the_positive_one(lists, amount):
    factors, offsets = csr(lists)
    weights = weights_of_factors(factors, offsets)
    totals = np.full(len(lists), amount, np.int64)
    assert (allocate(-totals, weights, offsets) == -allocate(totals, weights, offsets)).all()


def test_equal_remainders_go_to_the_earliest():
    factors, offsets = csr([[1, 1, 1, 1]])
    weights = weights_of_factors(factors, offsets)
    assert allocate(np.array([6]), weights, offsets).tolist() == [2, 2, 1, 1]


def test_a_segment_of_zero_factors_is_shared_equally():
    factors, offsets = csr([[0, 0]])
    assert weights_of_factors(factors, offsets).tolist() == [ONE // 2, ONE // 2]


def test_an_empty_segment_takes_nothing():
    factors, offsets = csr([[], [5]])
    weights = weights_of_factors(factors, offsets)
    assert allocate(np.array([0, 7]), weights, offsets).tolist() == [7]
    with pytest.raises(ValueError, match="nobody"):
        allocate(np.array([1, 7]), weights, offsets)


def test_weights_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="add up"):
        allocate(np.array([1]), np.array([ONE - 1]), np.array([0, 1]))


def test_amounts_beyond_the_limit_are_refused():
    with pytest.raises(ValueError, match="too large"):
        allocate(np.array([MAX_TOTAL + 1]), np.array([ONE]), np.array([0, 1]))


@pytest.mark.parametrize("factor", [-1, ONE + 1])
def test_factors_out_of_range_are_refused(factor):
    with pytest.raises(ValueError, match="factors"):
        weights_of_factors(np.array([factor]), np.array([0, 1]))


def test_longest_segment_stays_exact():
    factors = np.full(512, ONE, np.int64)
    weights = weights_of_factors(factors, np.array([0, 512]))
    assert set(weights.tolist()) == {ONE // 512}
    with pytest.raises(ValueError, match="at most"):
        weights_of_factors(np.full(513, ONE, np.int64), np.array([0, 513]))
