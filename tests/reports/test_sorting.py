from __future__ import annotations

from types import SimpleNamespace

import pytest

from tracker.reports.sorting import sort_rows

ROWS = [SimpleNamespace(name=n, figures=SimpleNamespace(roas=r)) for n, r in
        (("a", 2.0), ("b", None), ("c", 3.0), ("d", 2.0))]  # fmt: skip


def names(sort: str) -> str:
    return "".join(row.name for row in sort_rows(ROWS, sort, lambda row: row.name))


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", "abcd"),
        ("roas", "adcb"),
        ("-roas", "cadb"),
        ("-name", "dcba"),
        ("nothing", "abcd"),
        ("__class__", "abcd"),
        ("figures", "abcd"),
    ],
)
def test_rows_are_sorted_with_ties_in_the_usual_order_and_unknown_last(sort: str, expected: str):
    assert names(sort) == expected
