from __future__ import annotations

import csv
import io
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.reports.csv_files import csv_stream, neutral
from tracker.reports.tables import Column, TableSpec

STATE = SimpleNamespace(base_currency="CNY", time_zone="Asia/Shanghai")
SPEC = TableSpec(
    "t",
    (
        Column("text", "Text", "text", lambda row: row[0]),
        Column("amount", "Amount", "money", lambda row: row[1]),
        Column("share", "Share", "ratio", lambda row: row[2]),
    ),
    lambda _session, _state: (),
)


def written(*rows: tuple[object, object, object]) -> list[list[str]]:
    content = b"".join(csv_stream(SPEC, rows, STATE))  # type: ignore[arg-type]
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))[1:]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x00=1", " =1", "\u00a0=1",
        "＝1+1", "＋1", "－1", "＠a", "\u200b=1", "\ufeff=1", "\u202e=1", "\ttext", "\x00a",
        "\x1f=1", "\u3000＝1",
    ],
)  # fmt: skip
def test_text_that_starts_like_a_formula_is_made_harmless(text: str):
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "林小满", "1-2", "'=1", "a@b.example", " a", "(=1)"])
def test_other_text_stays_as_it_is(text: str):
    assert neutral(text) == text


def test_numbers_stay_numbers_also_below_zero():
    assert written(("x", -1_250, -0.5)) == [["x", "-12.50", "-0.5", "CNY"]]


def test_unknown_is_empty_and_zero_is_zero():
    assert written((None, None, None), ("", 0, 0.0)) == [
        ["", "", "", "CNY"],
        ["", "0.00", "0", "CNY"],
    ]


@given(st.text())
def test_any_text_survives_the_way_through_a_file(text: str):
    """What is read back is the text, after at most one apostrophe."""
    [[cell, *_]] = written((text, 0, 0))
    assert cell in (text, f"'{text}")
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


def test_lone_surrogates_do_not_stop_a_download():
    assert written(("a\ud800b", 0, 0))[0][0] == "a?b"
