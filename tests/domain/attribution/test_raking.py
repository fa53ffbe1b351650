import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.attribution.journey_worlds import journeys
from tracker.domain.attribution.allocate import segment_ids
from tracker.domain.attribution.newton import shares_of
from tracker.domain.attribution.raking import rake
from tracker.domain.attribution.unit_sets import collapse, distinct_in_each

N = 6


def sets_of(orders):
    """Distinct sets and their numbers from {units: number}."""
    told = journeys([(list(units), count, 0) for units, count in orders])
    return collapse(distinct_in_each(told.unit, told.offsets), told.conversions)


def got(sets, counts, factors):
    owner = segment_ids(sets.offsets)
    return np.bincount(sets.place, shares_of(sets, factors) * counts[owner], factors.size)


def fitted_proportionally(sets, counts, wanted, rounds):
    """Totals by the plain iteration."""
    factors = np.zeros(wanted.size)
    for _ in range(rounds):
        totals = got(sets, counts, factors)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.log(wanted / totals)
        factors += np.where(totals > 0, step, 0.0)
    return got(sets, counts, factors)


def any_orders():
    units = st.sets(st.integers(0, N - 1), min_size=1, max_size=4).map(sorted).map(tuple)
    return st.dictionaries(units, st.integers(1, 500), min_size=1, max_size=10).map(dict.items)


def any_numbers(low, high):
    return st.lists(st.floats(low, high), min_size=N, max_size=N).map(np.array)


@given(any_orders(), any_numbers(-6, 6))
def test_totals_that_some_factors_give_are_attained(orders, factors):
    sets, counts = sets_of(orders)
    wanted = got(sets, counts, factors)
    raked = rake(sets, counts, wanted)
    assert raked.attained == pytest.approx(wanted, abs=1e-9 * counts.sum())
    assert raked.gap <= 1e-9


@given(any_orders(), any_numbers(0.01, 10))
def test_whatever_totals_are_wanted_every_order_is_given_away_once(orders, wanted):
    sets, counts = sets_of(orders)
    raked = rake(sets, counts, wanted)
    assert np.isfinite(raked.log_factors).all()
    shares = shares_of(sets, raked.log_factors)
    assert np.all(shares >= 0)
    sums = np.add.reduceat(shares, sets.offsets[:-1])
    assert sums == pytest.approx(np.ones(len(sets)), abs=1e-12)
    assert raked.attained.sum() == pytest.approx(counts.sum())
    assert 0 <= raked.gap <= 1


@given(any_orders(), any_numbers(0.01, 10))
def test_the_nearest_totals_give_each_order_to_those_that_lack_most(orders, wanted):
    # What makes totals nearest: of the units of an order only those get something whose ratio of
    # attained to wanted is the lowest (conditions of Karush, Kuhn and Tucker).
    sets, counts = sets_of(orders)
    raked = rake(sets, counts, wanted)
    aim = wanted * counts.sum() / wanted.sum()
    ratio = np.log(np.maximum(raked.attained, 1e-300) / aim)
    owner = segment_ids(sets.offsets)
    lowest = np.minimum.reduceat(ratio[sets.place], sets.offsets[:-1])
    shares = shares_of(sets, raked.log_factors)
    beyond = shares * (ratio[sets.place] - lowest[owner])
    assert beyond.max() < 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_the_limit_is_that_of_the_plain_iteration(seed):
    chance = np.random.default_rng(seed)
    orders = {}
    for _ in range(40):
        size = 1 + int(chance.integers(3))
        units = tuple(sorted(chance.choice(N, size, replace=False).tolist()))
        orders[units] = int(chance.integers(1, 300))
    sets, counts = sets_of(orders.items())
    wanted = chance.random(N) + 0.05
    wanted *= counts.sum() / wanted.sum()
    plain = fitted_proportionally(sets, counts, wanted, 20_000)
    assert rake(sets, counts, wanted).attained == pytest.approx(plain, abs=1e-5 * counts.sum())


def test_orders_of_one_unit_that_outnumber_its_total_leave_it_nothing_of_the_others():
    sets, counts = sets_of([((0,), 80), ((1,), 10), ((0, 1), 10)])
    raked = rake(sets, counts, np.array([50.0, 50.0]))
    assert raked.attained == pytest.approx([80, 20], abs=1e-12)
    assert raked.gap == pytest.approx(0.3)


def test_slow_cases_of_the_plain_iteration_are_exact():
    sets, counts = sets_of([((0,), 10_000), ((1,), 10_000), ((0, 1), 10)])
    raked = rake(sets, counts, np.array([10_003.0, 10_007.0]))
    assert raked.attained == pytest.approx([10_003, 10_007], abs=1e-6)
    assert raked.rounds < 60


def test_a_unit_that_should_get_nothing_gets_only_what_has_no_other():
    sets, counts = sets_of([((0, 1), 6), ((2,), 3)])
    raked = rake(sets, counts, np.array([9.0, 0.0, 0.0]))
    assert raked.attained == pytest.approx([6, 0, 3], abs=1e-12)
    assert raked.gap == pytest.approx(1 / 3)


def test_a_unit_without_orders_and_no_orders_at_all_are_no_trouble():
    sets, counts = sets_of([((0, 2), 4)])
    raked = rake(sets, counts, np.array([1.0, 2.0, 1.0]))
    assert raked.attained.tolist() == [2, 0, 2]
    assert raked.gap == pytest.approx(0.5)
    nothing = rake(*sets_of([]), np.array([1.0, 2.0]))
    assert nothing.gap == 0
    assert nothing.log_factors.tolist() == [0, 0]
