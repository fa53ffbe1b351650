from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.line_shares import Entries, Lines, share_lines


def ints(*values):
    return np.array(values, np.int64)


def lines_of(*orders):
    """Orders as lists of (amount, refunded)."""
    flat = [line for order in orders for line in order]
    offsets = np.cumsum([0, *(len(order) for order in orders)]).astype(np.int64)
    return Lines(offsets, ints(*(a for a, _ in flat)), ints(*(r for _, r in flat)))


def shared(lines, rows):
    """Net by (entry row) as lists, for rows of (order, point, number, net)."""
    entries = Entries(*(ints(*column) for column in zip(*rows, strict=True)))
    found = share_lines(lines, entries)
    by_row = defaultdict(list)
    for entry, net in zip(found.entry.tolist(), found.net.tolist(), strict=True):
        by_row[entry].append(net)
    return [by_row[i] for i in range(len(rows))]


def test_an_amount_goes_to_the_lines_by_what_was_paid_for_them():
    assert shared(lines_of([(6000, 0), (4000, 0)]), [(0, 1, 0, 9000)]) == [[5400, 3600]]


def test_a_refund_that_names_its_line_leaves_the_others_alone():
    rows = [(0, 1, 0, 10_000), (0, 1, 1, -6000)]
    assert shared(lines_of([(6000, 6000), (4000, 0)]), rows) == [[6000, 4000], [-6000, 0]]


def test_a_refund_that_names_no_line_is_shared_like_the_sale():
    rows = [(0, 1, 0, 10_000), (0, 1, 1, -5000)]
    assert shared(lines_of([(6000, 0), (4000, 0)]), rows) == [[6000, 4000], [-3000, -2000]]


def test_two_refunds_of_one_line_come_off_it_one_after_the_other():
    rows = [(0, 1, 0, 10_000), (0, 1, 1, -2000), (0, 1, 2, -2000)]
    assert shared(lines_of([(6000, 4000), (4000, 0)]), rows) == [
        [6000, 4000], [-2000, 0], [-2000, 0],
    ]  # fmt: skip


def test_each_touchpoint_is_shared_by_the_same_weights():
    rows = [(0, 1, 0, 3333), (0, 2, 0, 6667), (1, 1, 0, 50)]
    assert shared(lines_of([(6000, 0), (4000, 0)], [(0, 0)]), rows) == [
        [2000, 1333], [4000, 2667], [50],
    ]  # fmt: skip


def test_lines_of_nothing_share_equally():
    assert shared(lines_of([(0, 0), (0, 0)]), [(0, 1, 0, 101)]) == [[51, 50]]


def test_nothing_gives_nothing():
    empty = ints()
    assert share_lines(lines_of(), Entries(empty, empty, empty, empty)).net.size == 0


def test_an_order_without_lines_and_rows_out_of_order_are_refused():
    with pytest.raises(ValueError, match="lines"):
        shared(lines_of([]), [(0, 1, 0, 5)])
    with pytest.raises(ValueError, match="order"):
        shared(lines_of([(1, 0)]), [(0, 1, 1, 5), (0, 1, 0, 5)])


LINE = st.integers(0, 10**6).flatmap(
    lambda amount: st.tuples(st.just(amount), st.integers(0, amount))
)
ORDER = st.tuples(
    st.lists(LINE, min_size=1, max_size=6),
    st.lists(  # touchpoints: what each entry books for them
        st.lists(st.integers(-(10**6), 10**6), min_size=3, max_size=3), min_size=1, max_size=4
    ),
)


@given(st.lists(ORDER, max_size=5))
def test_the_lines_of_every_ledger_row_add_up_to_it(orders):
    rows = [
        (place, point, number, net)
        for place, (_, points) in enumerate(orders)
        for point, nets in enumerate(points, 1)
        for number, net in enumerate(nets)
    ]
    if not rows:
        return
    found = shared(lines_of(*(lines for lines, _ in orders)), rows)
    assert [sum(part) for part in found] == [net for *_, net in rows]
    assert [len(part) for part in found] == [len(orders[order][0]) for order, *_ in rows]


@given(st.lists(LINE, min_size=1, max_size=6), st.integers(1, 10**6), st.integers(0, 100))
def test_an_order_that_was_refunded_in_full_leaves_nothing_on_any_line(lines, net, percent):
    first = net * percent // 100
    rows = [(0, 1, 0, net), (0, 1, 1, -first), (0, 1, 2, first - net)]
    found = shared(lines_of(lines), rows)
    assert [sum(column) for column in zip(*found, strict=True)] == [0] * len(lines)
