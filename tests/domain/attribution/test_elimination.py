import numpy as np
import pytest

from tracker.domain.attribution.elimination import factorise


def random_chain(n, seed):
    chance = np.random.default_rng(seed)
    counts = chance.integers(0, 9, (n, n)) * (chance.random((n, n)) < 0.4)
    return counts.astype(float), chance.integers(1, 5, n).astype(float)


def matrix_of(counts, exits):
    off = counts - np.diag(np.diag(counts))
    return np.diag(off.sum(axis=1) + exits) - off


@pytest.mark.parametrize("n", [1, 2, 95, 96, 97, 193, 300])
def test_factors_multiply_to_the_inverse_at_every_size_of_blocks(n):
    counts, exits = random_chain(n, n)
    matrix = matrix_of(counts, exits)
    factors = factorise(counts, exits)
    inverse = np.linalg.inv(matrix)
    assert factors.upper @ factors.lower == pytest.approx(inverse, rel=1e-9)
    assert factors.diagonal() == pytest.approx(np.diag(inverse), rel=1e-9)
    assert factors.solve(exits) == pytest.approx(np.ones(n), rel=1e-12)
    assert factors.block(0, n) == pytest.approx(inverse, rel=1e-9)
    assert np.all(factors.upper >= 0)
    assert np.all(factors.lower >= 0)


def test_a_chain_that_hardly_ever_ends_keeps_its_digits():
    # From each state everything returns but one in 10^15: numpy's inverse has no digit right.
    counts = np.array([[0.0, 1e15], [1e15, 0.0]])
    factors = factorise(counts, np.array([1.0, 0.0]))
    assert factors.solve(np.array([1.0, 0.0])) == pytest.approx([1.0, 1.0], rel=1e-15)
    assert factors.diagonal() == pytest.approx([1.0, 1.0 + 1e-15], rel=1e-15)


def test_nothing_has_an_inverse_of_nothing():
    assert factorise(np.zeros((0, 0)), np.zeros(0)).diagonal().size == 0


def test_the_caller_keeps_what_it_gave():
    counts, exits = random_chain(60, 1)
    before = counts.copy(), exits.copy()
    factorise(counts, exits)
    assert np.array_equal(counts, before[0])
    assert np.array_equal(exits, before[1])
