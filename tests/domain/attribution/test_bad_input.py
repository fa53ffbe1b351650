"""The kernel on input that no one would want: a result for each, no exception and no NaN."""

import time

import numpy as np
import pytest

from tests.domain.attribution import reference as ref
from tests.domain.attribution.kernel_worlds import expected, result
from tests.domain.attribution.reference import O, S
from tracker.domain.attribution.allocate import ONE, segment_sums
from tracker.domain.attribution.fitted import factors_of_fits, fit_all, learnt_from
from tracker.domain.attribution.kernel import NO_TOUCH, qualified_paths, weigh
from tracker.domain.attribution.ledger import book, cumulative_net, share_out
from tracker.domain.channels import Channel
from tracker.domain.paths import Signal, touches_of
from tracker.domain.periods import DAY_US as DAY
from tracker.domain.policy import FITTED_MODELS, MODELS, Model, Policy

SEARCH, MAIL = Channel.ORGANIC_SEARCH.code, Channel.EMAIL.code


def touches(*rows):
    """Signals of (owner, day, channel code)."""
    owner, at, channel = (np.array([row[i] for row in rows], np.int64) for i in range(3))
    return touches_of(
        len(rows), owner_key=owner, at=at * DAY, signal=Signal.tag.code, channel=channel,
        raw_id=np.arange(1, len(rows) + 1), is_direct=channel == Channel.DIRECT.code,
    )  # fmt: skip


def run(orders, shared, nets, refunds=(), policy=None):
    """Paths, weights with fits learnt from these very orders, fits, and the ledger's amounts."""
    policy = policy or Policy()
    paths = qualified_paths(ref.order_arrays(orders), shared, touches_of(0), policy)
    fits = fit_all(learnt_from([(paths, True)]), 1)
    weeks = np.zeros(len(orders), np.int64)
    by_week = {(model, 0): fit for model, fit in fits.items()}
    weights = weigh(paths, policy, factors_of_fits(paths, weeks, by_week))
    order, amount = (np.array([r[i] for r in refunds], np.int64) for i in (0, 1))
    entries = cumulative_net(np.array(nets, np.int64), order, amount)
    ledger = book(paths.offsets, weights, entries)
    assert (segment_sums(weights[0], paths.offsets) == ONE).all()
    for row, amounts in zip(weights, ledger.amounts, strict=True):
        assert (segment_sums(row, paths.offsets) == ONE).all()
        assert row.min(initial=0) >= 0
        for n, net in enumerate(nets):
            of_order = entries.order[ledger.entry] == n
            back = sum(amount for order, amount in refunds if order == n)
            assert amounts[of_order].sum() == net - back
    assert all(np.isfinite(fit.gap) for fit in fits.values())
    return paths, weights, fits, ledger


def test_orders_without_touches_have_a_stand_in_each():
    paths, _, fits, _ = run([O(0, DAY), O(7, DAY)], touches((8, 0, SEARCH)), [500, 0])
    assert paths.touch.tolist() == [NO_TOUCH, NO_TOUCH]
    assert all(fit.units == () for fit in fits.values())


def test_nothing_at_all_is_nothing():
    paths, weights, _, ledger = run([], touches_of(0), [])
    assert (paths.touch.size, weights.shape, ledger.amounts.shape) == (0, (10, 0), (10, 0))


def test_touches_after_the_order_do_not_count_even_by_a_microsecond():
    shared = touches((1, 2, SEARCH), (1, 3, MAIL))
    paths, _, _, _ = run([O(1, 2 * DAY), O(1, 2 * DAY - 1)], shared, [500, 500])
    assert paths.touch.tolist() == [0, NO_TOUCH]


def test_equal_timestamps_of_touches_and_order_are_settled_by_class_and_id():
    shared = [S(1, DAY, Signal.tag, n) for n in (3, 1, 2)] + [S(1, DAY, Signal.direct, 9)]
    [(path, _, _)] = result([O(1, DAY)], shared, [])
    assert path == [9, 1, 2, 3]


def test_circles_share_like_any_path():
    shared = touches(*((1, n, (SEARCH, MAIL)[n % 2]) for n in range(20)))
    paths, weights, fits, _ = run([O(1, 20 * DAY)], shared, [999])
    assert paths.touch.size == 20
    for model in (Model.markov, Model.shapley):
        assert fits[model].effects == pytest.approx([1, 1] if model is Model.markov else [0.5, 0.5])
        of_search = weights[MODELS.index(model)][::2].sum()
        assert of_search == pytest.approx(ONE / 2, abs=20)


def test_one_channel_only_gets_every_order_under_every_model():
    shared = touches(*((key, day, SEARCH) for key in (1, 2, 3) for day in range(key)))
    paths, _, fits, ledger = run([O(key, 9 * DAY) for key in (1, 2, 3)], shared, [100, 101, 7])
    assert set(paths.of_touch("channel").tolist()) == {SEARCH}
    assert ledger.amounts.sum(axis=1).tolist() == [208] * len(MODELS)
    assert all(fit.gap == 0 for fit in fits.values())


def test_totals_that_the_orders_cannot_attain_leave_a_gap_that_is_told():
    # Ten orders know SEARCH only, so it gets 10 of 11, though the definition says 11 x 10 / 12.
    alone = ((key, 0, SEARCH) for key in range(1, 11))
    shared = touches(*alone, (11, 0, MAIL), (11, 1, Channel.SMS.code))
    _, weights, fits, _ = run([O(key, 2 * DAY) for key in range(1, 12)], shared, [100] * 11)
    markov = fits[Model.markov]
    of_search = markov.units.index(SEARCH)
    assert markov.wanted[of_search] == pytest.approx(11 * 10 / 12)
    assert markov.attained[of_search] == pytest.approx(10)
    assert markov.gap == pytest.approx((10 - 110 / 12) / 11)
    assert weights[MODELS.index(Model.markov)][-2:].tolist() == [ONE // 2, ONE // 2]


@pytest.mark.parametrize(
    ("nets", "refunds"),
    [
        ([0], []),
        ([-5], []),
        ([1], []),
        ([500], [(0, 500)]),
        ([500], [(0, 900)]),
        ([0], [(0, 3), (0, -3)]),
        ([-500], [(0, -500), (0, 1)]),
        ([1 << 61], [(0, 1 << 61)]),
    ],
)
def test_zero_and_negative_nets_are_shared_to_the_unit(nets, refunds):
    shared = touches((1, 0, SEARCH), (1, 1, MAIL), (1, 1, Channel.DIRECT.code))
    run([O(1, 2 * DAY)], shared, nets, refunds)


@pytest.mark.parametrize("code", [0, 99, -3, 2**31, Channel.UNASSIGNED.code])
def test_channels_that_nobody_knows_are_credited_like_others(code):
    shared = touches((1, 0, code), (1, 1, MAIL), (2, 0, code))
    paths, weights, fits, _ = run([O(1, 2 * DAY), O(2, 2 * DAY)], shared, [100, 50])
    assert paths.of_touch("channel").tolist() == [code, MAIL, code]
    for model in FITTED_MODELS:
        assert weights[MODELS.index(model)][0] > 0
        assert len(fits[model].units) == 2


def test_a_million_touches_of_one_visitor_are_a_path_of_the_newest_500():
    n = 1_000_000
    chance = np.random.default_rng(8)
    at = chance.integers(0, 29 * DAY, n)
    channel = chance.choice([SEARCH, MAIL, Channel.DIRECT.code], n)
    shared = touches_of(
        n, owner_key=1, at=at, signal=Signal.tag.code, channel=channel, raw_id=np.arange(n),
        is_direct=channel == Channel.DIRECT.code,
    )  # fmt: skip
    began = time.process_time()
    paths, _, _, _ = run([O(1, 29 * DAY), O(1, 15 * DAY), O(2, DAY)], shared, [100, 100, 5])
    assert time.process_time() - began < 5  # a fifth of a second where nothing else runs
    assert np.diff(paths.offsets).tolist() == [500, 500, 1]
    newest = np.sort(at)[-500:]
    assert np.array_equal(paths.at[:500], newest)
    assert paths.at[999] <= 15 * DAY


def test_many_orders_that_claim_a_robot_look_at_its_newest_signals_only():
    orders = [O(1, day * DAY) for day in range(1, 30)]
    shared = [S(1, minute * DAY // 200, Signal.tag, minute) for minute in range(3_000)]
    policy = Policy(lookback_days=20, max_touchpoints=2)
    assert result(orders, shared, [], policy) == expected(orders, shared, [], policy)


def test_one_total_for_many_touchpoints_loses_nothing():
    paths = qualified_paths(
        ref.order_arrays([O(1, DAY)]),
        touches(*((1, 0, SEARCH) for _ in range(500))),
        touches_of(0),
        Policy(),
    )
    for total in (0, 1, -1, 499, 10**15):
        assert (share_out(paths.offsets, weigh(paths, Policy()), np.array([total])).sum(1) == total
                ).all()  # fmt: skip
