from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.patterns import (
    PLACES,
    PatternError,
    fill,
    tells_people_apart,
    values_of_day,
    values_of_number,
)

VALUES = {
    "slug": "lin", "SLUG": "LIN", **values_of_day(date(2026, 3, 9)), **values_of_number(7),
}  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("{slug}-{yy}{mm}", "lin-2603"),
        ("{SLUG}{yyyy}{mm}{dd}", "LIN20260309"),
        ("{n} {nn} {nnn}", "7 07 007"),
        ("{{{slug}}}", "{lin}"),
        ("{agency}x", "x"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_places_are_filled(pattern, text):
    assert fill(pattern, VALUES) == text


@pytest.mark.parametrize(
    ("pattern", "code", "detail"),
    [
        ("{wrong}", "unknown_place", "wrong"),
        ("{}", "unknown_place", ""),
        ("{Slug}", "unknown_place", "Slug"),
        ("{slug", "lone_brace", ""),
        ("slug}", "lone_brace", ""),
        ("{slug.__class__}", "unknown_place", "slug.__class__"),
        ("{slug!r:>99}", "unknown_place", "slug!r:>99"),
    ],
)
def test_what_is_no_place_is_refused_by_name(pattern, code, detail):
    with pytest.raises(PatternError) as refused:
        fill(pattern, VALUES)
    assert (refused.value.code, refused.value.detail) == (code, detail)


def test_a_pattern_tells_people_apart_by_a_place_of_theirs():
    assert tells_people_apart("{slug}-{yy}")
    assert tells_people_apart("x{nn}")
    assert not tells_people_apart("{yy}{mm}{agency}")
    assert not tells_people_apart("{{slug}}")


@given(st.text(max_size=40))
def test_text_of_people_is_never_read_as_a_pattern(text):
    assert fill("<{name}>", {"name": text}) == f"<{text}>"


@given(st.text("{}abnslugyym", max_size=30))
def test_any_pattern_is_filled_or_refused_for_one_of_two_reasons(pattern):
    reason = ""
    try:
        filled = fill(pattern, dict.fromkeys(PLACES, "v"))
    except PatternError as refused:
        filled, reason = "", refused.code
    assert reason in ("", "unknown_place", "lone_brace")
    assert pattern or filled == ""
