"""The array kernel against the plain reference, and what must hold for every input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.attribution import reference as ref
from tests.domain.attribution.kernel_worlds import expected, policies, result, run, worlds
from tests.domain.attribution.reference import O, S
from tracker.domain.attribution import expansion
from tracker.domain.attribution.allocate import ONE, segment_sums
from tracker.domain.attribution.kernel import NO_TOUCH
from tracker.domain.attribution.ledger import book, cumulative_net
from tracker.domain.paths import Conflict, Evidence, Reason, Signal, TouchKind
from tracker.domain.periods import DAY_US
from tracker.domain.policy import MODELS, Policy


@given(worlds(), policies)
def test_arrays_say_what_the_plain_reference_says(world, policy):
    assert result(*world, policy) == expected(*world, policy)


@given(worlds(), policies)
def test_reasons_of_what_does_not_qualify_are_the_reference_s(world, policy):
    orders, shared, own = world
    paths, _ = run(orders, shared, own, policy)
    got = sorted(
        zip(
            paths.pairs.order.tolist(),
            paths.pairs.column("raw_id").tolist(),
            paths.pairs.reason.tolist(),
            strict=True,
        )
    )
    expected = sorted(
        (number, t.s.raw_id, int(t.reason))
        for number, order in enumerate(orders)
        for t in ref.path_of(number, order, shared, own, policy)
    )
    assert got == expected


@given(worlds(), policies, st.integers(1, 4))
def test_only_the_newest_signals_of_a_buyer_are_looked_at(world, policy, most):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expansion, "MOST_SIGNALS", most)
        assert result(*world, policy) == expected(*world, policy)


def test_a_decision_gives_the_order_to_its_owner_whatever_the_policy_says():
    orders = [O(0, 10)]
    own = [
        S(0, 10, Signal.coupon, 1, influencer=1, claim_at=1, touch_kind=TouchKind.coupon),
        S(0, 10, Signal.coupon, 2, influencer=2, claim_at=5, touch_kind=TouchKind.coupon),
        S(0, 10, Signal.affiliate, 3, influencer=3, touch_kind=TouchKind.affiliate),
        S(0, 10, Signal.lock, 4, influencer=1, touch_kind=TouchKind.decision),
    ]
    weakest = Policy(precedence=(*tuple(Signal)[1:], Signal.lock), exclusive=frozenset())
    for policy in (Policy(), weakest):
        paths, _ = run(orders, [], own, policy)
        assert set(paths.of_touch("influencer").tolist()) == {1}
        assert paths.evidence.tolist() == [int(Evidence.lock | Evidence.coupon)]
        assert paths.conflicts.tolist() == [0]


def test_signals_of_a_buyer_s_own_are_held_and_the_order_is_flagged():
    orders = [O(1, 10, held=frozenset({7})), O(2, 10)]
    shared = [
        S(key, 5, Signal.kol, 10 * key + who, influencer=who) for key in (1, 2) for who in (7, 8)
    ]
    paths, _ = run(orders, shared, [], keep_all=True)
    assert paths.of_touch("influencer").tolist() == [8, 7, 8]
    assert paths.conflicts.tolist() == [int(Conflict.self_purchase), 0]
    assert Reason.self_purchase in paths.pairs.reason


@given(worlds(), policies)
def test_weights_of_every_model_add_up_to_exactly_one(world, policy):
    paths, weights = run(*world, policy)
    for row in weights:
        assert (segment_sums(row, paths.offsets) == ONE).all()


@given(worlds(), policies, st.randoms())
def test_the_order_of_the_input_does_not_matter(world, policy, random):
    orders, shared, own = world
    mixed_shared, mixed_own = list(shared), list(own)
    random.shuffle(mixed_shared)
    random.shuffle(mixed_own)
    assert result(orders, mixed_shared, mixed_own, policy) == result(orders, shared, own, policy)


@given(worlds(), policies)
def test_credits_of_one_order_never_depend_on_other_orders(world, policy):
    orders, shared, own = world
    together = result(orders, shared, own, policy)
    for number, order in enumerate(orders):
        mine = [ref.replace(s, owner=0) for s in own if s.owner == number]
        assert result([order], shared, mine, policy) == [together[number]]


@given(worlds(), policies, st.integers(1, 10**9))
def test_a_touch_outside_the_window_changes_nothing(world, policy, beyond):
    orders, shared, own = world
    late = [
        S(o.path_key, max(p.placed_at for p in orders) + beyond, Signal.kol, 900, influencer=1)
        for o in orders
    ]
    early = [
        S(o.path_key, min(p.placed_at for p in orders) - policy.lookback_us - beyond,
          Signal.kol, 901, influencer=1)
        for o in orders
    ]  # fmt: skip
    assert result(orders, shared + late + early, own, policy) == result(orders, shared, own, policy)


@given(
    worlds(),
    policies,
    st.lists(st.tuples(st.integers(0, 3), st.integers(-500, 10**7)), max_size=8),
    st.integers(0, 10**9),
)
def test_credits_follow_the_net_through_refunds_and_a_full_refund_leaves_nothing(
    world, policy, refunds, net
):
    paths, weights = run(*world, policy)
    n = len(world[0])
    refunds = sorted((r for r in refunds if r[0] < n), key=lambda r: r[0])
    left = [net + number for number in range(n)]
    for order, amount in refunds:
        left[order] -= amount
    last = [(number, rest) for number, rest in enumerate(left)]
    everything = sorted([*refunds, *last], key=lambda r: r[0])
    entries = cumulative_net(
        np.arange(net, net + n, dtype=np.int64),
        np.array([o for o, _ in everything], np.int64),
        np.array([a for _, a in everything], np.int64),
    )
    ledger = book(paths.offsets, weights, entries)
    change = np.diff(entries.net, prepend=0)
    starts = np.flatnonzero(np.diff(entries.order, prepend=-1))
    change[starts] = entries.net[starts]
    for model in range(len(MODELS)):
        booked = np.zeros(entries.order.size, np.int64)
        np.add.at(booked, ledger.entry, ledger.amounts[model])
        assert (booked == change).all()
        rest = np.zeros(paths.touch.size, np.int64)
        np.add.at(rest, ledger.touchpoint, ledger.amounts[model])
        assert not rest.any()


# --- the rules, one by one ------------------------------------------------------------------------

DAY = DAY_US
ORDER = O(1, 40 * DAY)


def visit(raw_id, day, signal=Signal.tag, **more):
    return S(1, int(day * DAY), signal, raw_id, **more)


def coupon(raw_id, influencer, **more):
    return S(0, 40 * DAY, Signal.coupon, raw_id, influencer, touch_kind=TouchKind.coupon, **more)


def path(shared=(), own=(), policy=None, order=ORDER):
    return result([order], list(shared), list(own), policy)[0][0]


def test_both_ends_of_the_window_count():
    assert path([visit(1, 10), visit(2, 40)]) == [1, 2]
    assert path([visit(1, 10 - 1e-6), visit(2, 40 + 1e-6)]) == [0]


def test_a_campaign_may_have_a_longer_or_shorter_window():
    shared = [visit(1, 5, lookback=60 * DAY), visit(2, 20, lookback=7 * DAY), visit(3, 21)]
    assert path(shared) == [1, 3]


def test_an_order_without_touchpoints_has_a_stand_in():
    paths, weights = run([O(0, 5)], [], [])
    assert paths.touch.tolist() == [NO_TOUCH]
    assert paths.position.tolist() == [0]
    assert (weights == ONE).all()


def test_link_and_code_of_one_influencer_are_one_touchpoint_at_the_click():
    shared = [visit(1, 20, Signal.kol, influencer=7), visit(2, 30, Signal.kol, influencer=7)]
    paths, _ = run([ORDER], shared, [coupon(9, 7)])
    assert paths.of_touch("raw_id").tolist() == [1, 2]
    assert paths.evidence.tolist() == [Evidence.link, Evidence.link | Evidence.coupon]
    assert paths.at[1] == 30 * DAY


def test_a_coupon_takes_the_order_from_other_channels():
    shared = [visit(1, 20, Signal.kol, influencer=7), visit(2, 30, Signal.paid_click)]
    assert path(shared, [coupon(9, 7)]) == [1]
    assert path(shared, [coupon(9, 8)]) == [9]


def test_shared_precedence_leaves_every_touchpoint():
    policy = Policy(exclusive=frozenset())
    shared = [visit(1, 20, Signal.kol, influencer=7), visit(2, 30, Signal.paid_click)]
    assert path(shared, [coupon(9, 8)], policy) == [1, 2, 9]


def test_an_affiliate_row_goes_before_a_coupon():
    row = S(0, 39 * DAY, Signal.affiliate, 5, 3, touch_kind=TouchKind.affiliate)
    assert path([visit(1, 20)], [coupon(9, 8), row]) == [5]


def test_of_two_owned_codes_the_newest_ownership_wins_and_the_order_is_flagged():
    old, new = coupon(8, 1, claim_at=1), coupon(9, 2, claim_at=2)
    paths, _ = run([ORDER], [visit(1, 39, Signal.kol, influencer=1)], [new, old])
    assert paths.of_touch("raw_id").tolist() == [9]
    assert paths.conflicts.tolist() == [Conflict.coupons]


def test_two_codes_of_one_influencer_are_no_conflict():
    paths, _ = run([ORDER], [], [coupon(8, 1, claim_at=1), coupon(9, 1, claim_at=2)])
    assert paths.conflicts.tolist() == [0]
    assert paths.of_touch("raw_id").tolist() == [8]


def test_two_affiliate_rows_of_different_influencers_are_flagged():
    rows = [
        S(0, (30 + i) * DAY, Signal.affiliate, i, i, touch_kind=TouchKind.affiliate) for i in (1, 2)
    ]
    paths, _ = run([ORDER], [], rows)
    assert paths.conflicts.tolist() == [Conflict.affiliates]
    assert paths.of_touch("raw_id").tolist() == [2]


def test_a_shop_wide_code_never_qualifies():
    barred = coupon(9, 8, barred=int(Reason.shop_wide_code))
    assert path([visit(1, 20)], [barred]) == [1]


def test_click_visit_and_delivered_mark_of_one_contact_are_one_touchpoint():
    click = visit(1, 30, Signal.kol, influencer=7, contact=1, touch_kind=TouchKind.click)
    opened = visit(2, 30.001, Signal.kol, influencer=7, contact=1)
    mark = S(0, 40 * DAY, Signal.kol, 3, 7, contact=1, touch_kind=TouchKind.order_mark)
    assert path([click, opened], [mark]) == [1]


def test_a_delivered_mark_is_the_visit_with_the_same_mark():
    mark = S(0, 40 * DAY, Signal.tag, 4, mark=4, touch_kind=TouchKind.order_mark)
    assert path([visit(1, 20, mark=4), visit(2, 30, mark=5)], [mark]) == [1, 2]
    assert path([visit(2, 30, mark=5)], [mark]) == [2, 4]


def test_only_the_newest_touchpoints_are_kept():
    shared = [visit(n, 11 + n / 100) for n in range(1, 602)]
    assert path(shared) == list(range(102, 602))


def test_a_visitor_linked_by_a_later_order_does_not_count_yet():
    assert path([visit(1, 20, known_from=41 * DAY), visit(2, 21, known_from=40 * DAY)]) == [2]


def test_with_reset_the_touches_before_the_previous_order_do_not_count():
    order = O(1, 40 * DAY, 25 * DAY)
    assert path([visit(1, 24), visit(2, 25)], order=order) == [2]


def test_of_equal_times_the_stronger_class_is_nearer_to_the_order():
    shared = [visit(1, 20, Signal.paid_click), visit(2, 20, Signal.direct), visit(3, 20)]
    assert path(shared) == [2, 3, 1]


def test_of_equal_times_and_classes_the_raw_id_decides():
    assert path([visit(5, 20), visit(4, 20)]) == [4, 5]


def test_keep_all_says_why_signals_do_not_count():
    shared = [visit(1, 2), visit(2, 20, known_from=41 * DAY), visit(3, 24), visit(4, 41)]
    paths, _ = run([O(1, 40 * DAY, 25 * DAY)], shared, [], keep_all=True)
    reasons = dict(
        zip(paths.pairs.column("raw_id").tolist(), paths.pairs.reason.tolist(), strict=True)
    )
    assert reasons == {
        1: Reason.outside_window,
        2: Reason.not_yet_known,
        3: Reason.before_reset,
        4: Reason.outside_window,
    }
    assert paths.touch.tolist() == [NO_TOUCH]


@pytest.mark.parametrize("far", [3, 1 << 30])
def test_dense_and_scattered_path_keys_find_the_same_touches(far):
    orders = [O(1, DAY), O(far, DAY)]
    shared = [S(key, 0, Signal.tag, key) for key in (1, 2, far, far + 1, 0)]
    assert [p for p, _, _ in result(orders, shared, [])] == [[1], [far]]
