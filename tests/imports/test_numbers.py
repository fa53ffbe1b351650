from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.imports.numbers import NumberEvidence, comma_columns, is_absent, plain


def evidence(*cells):
    seen = NumberEvidence()
    for cell in cells:
        seen.see(cell)
    return seen


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,661.67", "1661.67"), ("¥0", "0"), ("Rs.201.68", "201.68"), ("$6,577 ", "6577"),
        ("10.5万", "105000"), ("1e-05", "0.00001"), ("12 元", "12"), ("1 234.5", "1234.5"),
    ],
)  # fmt: skip
def test_numbers_with_points_are_plain_decimals(text, number):
    assert plain(text, has_comma=False) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("1.234,56", "1234.56"), ("1 020,50", "1020.50"), ("1\u202f020,50 €", "1020.50")],
)
def test_numbers_with_commas_are_plain_decimals(text, number):
    assert plain(text, has_comma=True) == number


def test_what_is_no_number_stays_as_it_is():
    for text in ("abc", "1,23.4", "12-3", "1.2.3"):
        assert plain(text, has_comma=False) == text


def test_column_says_how_it_writes_decimals_and_else_the_file_does():
    columns = {"cost": evidence("12,50", "1.234,00"), "clicks": evidence("1.234")}
    assert comma_columns(columns) == {"cost", "clicks"}
    columns = {"cost": evidence("12.50", "1,234.00"), "clicks": evidence("1,234")}
    assert comma_columns(columns) == frozenset()
    assert comma_columns({"clicks": evidence("1,234")}) == frozenset()
    assert evidence("1,5", "1.5").says == ""


def test_marks_for_not_reported_are_no_numbers():
    assert all(map(is_absent, ["", " --", "-", "NULL", "#DIV/0!", "—"]))
    assert not is_absent("0")


@given(st.decimals(0, 10**9, places=2))
def test_every_way_to_write_an_amount_gives_the_same_number(value):
    english = f"{value:,}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert Decimal(plain(english, has_comma=False)) == value
    assert Decimal(plain(german, has_comma=True)) == value
