import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.attribution.reference import split_by_units
from tracker.domain.attribution.allocate import offsets_of, weights_of_factors
from tracker.domain.attribution.ledger import book, cumulative_net, reference_ledger, share_out


@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(0, 9), min_size=1, max_size=4),
            st.integers(0, 10**6),
            st.lists(st.integers(-100, 10**6), max_size=3),
        ),
        max_size=4,
    )
)
def test_entries_book_the_change_of_the_split_of_the_cumulative_net(drawn):
    offsets = offsets_of(np.array([len(f) for f, _, _ in drawn], np.int64))
    factors = np.array([x for f, _, _ in drawn for x in f], np.int64)
    weights = weights_of_factors(factors, offsets)
    refunds = [(n, r) for n, (_, _, parts) in enumerate(drawn) for r in parts]
    entries = cumulative_net(
        np.array([net for _, net, _ in drawn], np.int64),
        np.array([n for n, _ in refunds], np.int64),
        np.array([r for _, r in refunds], np.int64),
    )
    ledger = book(offsets, weights[None, :], entries)
    got = list(
        zip(
            entries.order[ledger.entry].tolist(),
            ledger.number.tolist(),
            ledger.touchpoint.tolist(),
            ledger.amounts[0].tolist(),
            strict=True,
        )
    )
    expected = []
    for n, (_, net, parts) in enumerate(drawn):
        units = weights[offsets[n] : offsets[n + 1]].tolist()
        nets = [net - sum(parts[:i]) for i in range(len(parts) + 1)]
        rows = reference_ledger(nets, [split_by_units(x, units) for x in nets])
        expected += [
            (n, number, int(offsets[n]) + i, share)
            for number, (_, shares) in enumerate(rows)
            for i, share in enumerate(shares)
        ]
    assert got == expected


def test_two_part_refunds_leave_no_residue():
    offsets = np.array([0, 3])
    weights = weights_of_factors(np.array([1, 1, 1]), offsets)
    entries = cumulative_net(np.array([100]), np.array([0, 0]), np.array([50, 50]))
    ledger = book(offsets, weights[None, :], entries)
    assert ledger.amounts[0].reshape(3, 3).tolist() == [
        [34, 33, 33],
        [-17, -16, -17],
        [-17, -17, -16],
    ]
    assert ledger.amounts[0].reshape(3, 3).sum(axis=0).tolist() == [0, 0, 0]


def test_totals_are_shared_under_every_model():
    offsets = np.array([0, 2, 3])
    weights = np.stack([weights_of_factors(np.array(f), offsets) for f in ([1, 1, 1], [1, 0, 1])])
    shared = share_out(offsets, weights, np.array([1_000_001, 7]))
    assert shared.tolist() == [[500_001, 500_000, 7], [1_000_001, 0, 7]]
