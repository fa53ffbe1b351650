"""The compiled loops give what NumPy gives, digit by digit."""

from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.attribution.kernel_worlds import expected, policies, result, worlds
from tracker.domain.attribution import arrays, compiling
from tracker.domain.attribution.allocate import (
    MAX_SEGMENT,
    MAX_TOTAL,
    ONE,
    offsets_of,
    weights_of_factors,
)
from tracker.domain.attribution.kernel import Paths, weigh
from tracker.domain.attribution.ledger import Entries, book, cumulative_net, share_out
from tracker.domain.policy import FITTED_MODELS, MODELS, Policy


@contextmanager
def limit(elements):
    """From how many elements on the compiled loops are used."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrays, "COMPILED_FROM", elements)
        patch.setattr(arrays, "COMPILED_AGAIN_FROM", elements)
        yield


def both(work):
    """What the compiled loops give, and what NumPy gives."""
    with limit(0):
        compiled = work()
    with limit(1 << 60):
        return compiled, work()


factors = st.lists(
    st.lists(st.sampled_from([0, 1, 2, 3, 1000, ONE - 1, ONE]) | st.integers(0, ONE), max_size=9),
    max_size=6,
)
totals = st.integers(-MAX_TOTAL, MAX_TOTAL) | st.integers(-(1 << 22) - 2, (1 << 22) + 2)


def flat(drawn):
    offsets = offsets_of(np.array([len(path) for path in drawn], np.int64))
    return np.array([value for path in drawn for value in path], np.int64), offsets


@given(worlds(), policies)
def test_paths_and_weights_are_the_reference_s(world, policy):
    with limit(0):
        assert result(*world, policy) == expected(*world, policy)


@given(factors)
def test_weights_of_factors_are_the_same(drawn):
    values, offsets = flat(drawn)
    compiled, plain = both(lambda: weights_of_factors(values, offsets))
    assert compiled.tolist() == plain.tolist()


@given(factors, st.data())
def test_ledgers_and_shares_are_the_same(drawn, data):
    values, offsets = flat([path for path in drawn if path])
    weights = np.stack([weights_of_factors(values, offsets)] * 2)
    n = offsets.size - 1
    nets = np.array(data.draw(st.lists(totals, min_size=n, max_size=n)), np.int64)
    refunded = sorted(data.draw(st.sets(st.integers(0, n - 1)))) if n else []
    entries = cumulative_net(nets, np.array(refunded, np.int64), nets[refunded] // 3)
    compiled, plain = both(lambda: book(offsets, weights, entries))
    for name in ("entry", "number", "touchpoint", "amounts"):
        assert getattr(compiled, name).tolist() == getattr(plain, name).tolist()
    compiled, plain = both(lambda: share_out(offsets, weights, nets))
    assert compiled.tolist() == plain.tolist()


@pytest.mark.parametrize("direct_share", [0.0, 0.3, 1.0])
def test_long_paths_weigh_the_same(direct_share):
    dice = np.random.default_rng(5)
    lengths = np.array([1, 2, 3, 40, 500, MAX_SEGMENT], np.int64)
    at = np.concatenate([np.sort(dice.integers(0, 10**13, n)) for n in lengths])
    is_direct = dice.random(at.size) < direct_share
    nothing = np.zeros(at.size, np.int64)
    paths = Paths(
        offsets_of(lengths), nothing, at, nothing, nothing, nothing, is_direct, nothing, None
    )
    fitted = {FITTED_MODELS[0]: dice.integers(0, ONE, at.size)}
    for policy in (Policy(), Policy(half_life_hours=1, position_ends_permille=0)):
        compiled, plain = both(lambda policy=policy: weigh(paths, policy, fitted))
        assert compiled.shape == (len(MODELS), at.size)
        assert (compiled == plain).all()


def test_weights_that_do_not_add_up_are_refused():
    weights = np.array([[ONE, 1]], np.int64)
    with limit(0), pytest.raises(ValueError, match="add up"):
        share_out(offsets_of(np.array([2])), weights, np.array([5]))


def test_an_amount_that_is_too_large_is_refused():
    entries = Entries(np.array([0]), np.array([MAX_TOTAL + 1]))
    with limit(0), pytest.raises(ValueError, match="too large"):
        book(offsets_of(np.array([1])), np.array([[ONE]]), entries)


def test_loops_are_compiled_where_nothing_can_be_kept(monkeypatch):
    njit = compiling.njit

    def without_a_folder(*arguments, cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return njit(*arguments, **options)

    monkeypatch.setattr(compiling, "njit", without_a_folder)
    assert compiling.compiled(lambda number: number + 1)(1) == 2
