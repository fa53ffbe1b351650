from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.coupons import NEVER, normalise_code, owners_at, periods_overlap


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("SAVE10", "save10"),
        (" ＳＡＶＥ１０\u3000", "save10"),
        ("Straße", "strasse"),
        ("NULL", "null"),
        ("NA", "na"),
        ("007", "007"),
        ("1E5", "1e5"),
        ("李娜专属", "李娜专属"),
        ("sa\u200bve\ufeff10", "save10"),
        ("", ""),
        (" \t", ""),
    ],
)
def test_codes_are_compared_without_width_case_and_invisible_characters(raw, code):
    assert normalise_code(raw) == code


@given(st.text())
def test_normalising_twice_changes_nothing(text):
    once = normalise_code(text)
    assert normalise_code(once) == once


@st.composite
def ownerships(draw):
    """Periods of some codes that do not overlap, in any order."""
    rows = []
    for code in range(1, draw(st.integers(1, 4))):
        cuts = sorted(draw(st.lists(st.integers(0, 20), min_size=2, max_size=6, unique=True)))
        pairs = list(pairwise(cuts))
        rows += [(code, a, b) for a, b in pairs if draw(st.booleans())]
    if draw(st.booleans()):
        rows.append((9, 5, NEVER))
    return draw(st.permutations(rows))


@given(ownerships(), st.lists(st.tuples(st.integers(0, 10), st.integers(-2, 22))))
def test_the_owner_is_the_one_whose_period_holds_the_instant(rows, asked):
    codes, instants = (np.array([q[i] for q in asked], np.int64) for i in (0, 1))
    columns = [np.array([r[i] for r in rows], np.int64) for i in (0, 1, 2)]
    expected = [
        next((i for i, (c, a, b) in enumerate(rows) if c == code and a <= at < b), -1)
        for code, at in asked
    ]
    assert owners_at(codes, instants, *columns).tolist() == expected


def test_periods_that_touch_do_not_overlap():
    assert not periods_overlap(0, 5, 5, None)
    assert periods_overlap(0, 6, 5, None)
    assert periods_overlap(0, None, 5, 6)
    assert not periods_overlap(7, None, 5, 6)
