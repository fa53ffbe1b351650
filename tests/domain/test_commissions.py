from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.commissions import (
    DECISIONS,
    EXCLUDED,
    MICRO,
    Credited,
    Rule,
    Status,
    Terms,
    Tier,
    book,
    month_of,
    open_amount,
    percent,
    pinned_nets,
    status_of,
    terms_for,
    tier_value,
)
from tracker.domain.costs import PPM, commission

DAY = date(2026, 11, 11)

money = st.integers(0, 10**9)
orders = st.lists(
    st.builds(
        Credited,
        nets=st.lists(st.integers(-(10**6), 10**9), min_size=1, max_size=4).map(tuple),
        weight_micro=st.integers(0, MICRO),
        is_new=st.sampled_from([True, False, None]),
    ),
    max_size=6,
)
rates = st.integers(0, PPM)


@st.composite
def rules(draw):
    is_flat = draw(st.booleans())
    starts = sorted(draw(st.sets(st.integers(1, 10**9), max_size=3)))
    values = sorted(
        draw(
            st.lists(
                money if is_flat else rates, min_size=len(starts) + 1, max_size=len(starts) + 1
            )
        )
    )
    return Rule(
        tiers=tuple(Tier(a, b) for a, b in zip([0, *starts], values, strict=True)),
        is_flat=is_flat,
        new_only=draw(st.booleans()),
        cap_order_minor=draw(st.none() | money),
        cap_month_minor=draw(st.none() | money),
    )


@given(rules(), orders)
def test_entries_add_up_to_what_is_owed_for_what_is_left_of_each_order(rule, some):
    booked = book(rule, some)
    left = book(rule, [Credited(o.nets[-1:], o.weight_micro, o.is_new) for o in some])
    assert [sum(entries) for entries in booked] == [entry for (entry,) in left]
    assert [len(entries) for entries in booked] == [len(order.nets) for order in some]


@given(rules(), orders)
def test_nothing_is_ever_owed_by_the_influencer_and_caps_hold(rule, some):
    totals = [sum(entries) for entries in book(rule, some)]
    assert all(total >= 0 for total in totals)
    if rule.cap_order_minor is not None:
        assert all(total <= rule.cap_order_minor for total in totals)
    if rule.cap_month_minor is not None:
        assert sum(totals) <= rule.cap_month_minor


@given(rules(), orders)
def test_a_full_refund_takes_back_the_whole_commission(rule, some):
    gone = [Credited((*o.nets, 0), o.weight_micro, o.is_new) for o in some]
    assert [sum(entries) for entries in book(rule, gone)] == [0] * len(some)


@given(rules(), st.lists(money, min_size=1, max_size=5), money)
def test_more_revenue_never_earns_less_where_tiers_rise(rule, nets, more):
    def total(*values):
        return sum(sum(e) for e in book(rule, [Credited((n,), is_new=True) for n in values]))

    assert total(*nets[:-1], nets[-1] + more) >= total(*nets)


@given(rules(), orders)
def test_new_customers_only_means_that_others_earn_nothing(rule, some):
    only = Rule(rule.tiers, rule.is_flat, True, rule.cap_order_minor, rule.cap_month_minor)
    for order, entries in zip(some, book(only, some), strict=True):
        assert order.is_new is True or set(entries) == {0}


@given(st.lists(money, min_size=1, max_size=4), rates)
def test_the_plain_rule_is_the_rate_on_each_order(nets, rate):
    booked = book(percent(rate), [Credited((net,)) for net in nets])
    assert [entry for (entry,) in booked] == [commission(net, rate) for net in nets]


def test_a_reached_tier_counts_from_the_first_of_the_month():
    rule = Rule(tiers=(Tier(0, 100_000), Tier(10_000, 200_000)))
    assert book(rule, [Credited((6_000,))]) == [[600]]
    assert book(rule, [Credited((6_000,)), Credited((4_000,))]) == [[1_200], [800]]
    # a refund takes the month below the tier again
    assert book(rule, [Credited((6_000,)), Credited((4_000, 3_999))]) == [[600], [400, 0]]


def test_a_flat_amount_follows_the_share_of_the_order_and_stays_while_anything_is_left():
    rule = Rule(tiers=(Tier(0, 500),), is_flat=True)
    assert book(rule, [Credited((100, 1, 0), 400_000)]) == [[200, 0, -200]]


def test_the_cap_of_a_month_is_used_up_in_the_order_of_the_orders():
    rule = Rule(tiers=(Tier(0, PPM),), cap_month_minor=100)
    sold = [Credited((70,)), Credited((60,)), Credited((50,))]
    assert book(rule, sold) == [[70], [30], [0]]
    # what the first gives back is free for the next
    assert book(rule, [Credited((70, 20)), *sold[1:]]) == [[70, -50], [60], [20]]


@given(money, st.integers(1, 10**9), st.lists(st.integers(0, 10**9), min_size=1))
def test_a_settled_share_follows_what_is_left_of_the_order(credited, order_net, nets):
    credited = min(credited, order_net)
    found = pinned_nets(credited, order_net, [order_net, *nets, 0])
    assert found[0] == credited
    assert found[-1] == 0
    assert all(0 <= a <= max(net, 0) for a, net in zip(found[1:], [*nets, 0], strict=True))


def test_an_order_worth_nothing_has_no_share():
    assert pinned_nets(0, 0, [0, 0]) == (0, 0)


@given(st.integers(-(10**9), 10**9), money, st.sampled_from([None, *DECISIONS]))
def test_settled_and_open_rows_add_up_to_what_is_owed(target, settled, decision):
    owed = 0 if decision in EXCLUDED and settled else target
    assert settled + open_amount(target, settled, decision) == owed


@pytest.mark.parametrize(
    ("decision", "age", "undone", "status"),
    [
        (None, 29, False, Status.PENDING),
        (None, 30, False, Status.APPROVED),
        (None, 99, True, Status.REFUNDED),
        ("approved", 0, False, Status.APPROVED),
        ("hold", 99, False, Status.HOLD),
        ("fraud", 99, True, Status.FRAUD),
    ],
)
def test_a_commission_waits_for_its_holding_period_unless_somebody_decides(
    decision, age, undone, status
):
    today = DAY + timedelta(days=age)
    assert status_of(decision, DAY, today, 30, is_undone=undone) is status


def test_the_newest_deal_that_covers_the_day_counts_and_a_rule_without_deal_comes_last():
    def terms(number, start, end=None, influencer=7, deal=True):
        ends_on = None if end is None else DAY + timedelta(days=end)
        return Terms(influencer, percent(number), DAY + timedelta(days=start), ends_on,
                     deal_id=number if deal else 0, rule_id=0 if deal else number)  # fmt: skip

    all_terms = [terms(1, 0, 20), terms(2, 5, 9), terms(4, 0, influencer=8),
                 terms(5, -5, deal=False), terms(6, 8, deal=False)]  # fmt: skip
    found = [terms_for(all_terms, 7, DAY + timedelta(days=n)) for n in (-9, -1, 0, 5, 9, 10, 21)]
    assert [one and (one.deal_id or one.rule_id) for one in found] == [None, 5, 1, 2, 2, 1, 6]


def test_below_the_first_tier_there_is_nothing():
    assert tier_value((Tier(10, 5),), 9) == 0


def test_a_month_begins_on_its_first_day():
    assert month_of(date(2026, 12, 31)) == (date(2026, 12, 1), date(2027, 1, 1))
