import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.money import format_minor
from tracker.imports.errors import RowError
from tracker.imports.values import (
    check_currency,
    clean_id,
    clean_text,
    parse_amount,
    parse_count,
    parse_fx,
    parse_ppm,
    parse_yes,
)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("6917926768823643751", "6917926768823643751"),
        ("\t6917926768823643751", "6917926768823643751"),
        ("6953547102608758621\t", "6953547102608758621"),
        ("'6917926768823643751", "6917926768823643751"),
        ('="007"', "007"),
        (" #1001 ", "#1001"),
        ("1E5x", "1E5x"),
        ("NULL", "NULL"),
        ("-", ""),
        ("--", ""),
    ],
)
def test_ids_keep_every_digit(cell, expected):
    assert clean_id(cell, "order_id") == expected


@pytest.mark.parametrize("cell", ["6.91793E+18", "1e5", "7E+12"])
def test_id_that_a_spreadsheet_destroyed_is_rejected(cell):
    with pytest.raises(RowError, match="damaged_id"):
        clean_id(cell, "order_id")


@pytest.mark.parametrize(
    ("cell", "currency", "minor"),
    [
        ("12.5", "CNY", 1_250),
        ("12", "CNY", 1_200),
        ("0.0", "CNY", 0),
        ("1,234,567.89", "CNY", 123_456_789),
        ("¥1,234.50", "CNY", 123_450),
        ("￥12.00", "CNY", 1_200),
        ("１２．５", "CNY", 1_250),
        ("12元", "CNY", 1_200),
        ("$9.99", "USD", 999),
        ("100.00", "JPY", 100),
        ("1.234", "KWD", 1_234),
        ("-3.20", "CNY", -320),
        ("12.500", "CNY", 1_250),
        ("-", "CNY", None),
        ("--", "CNY", None),
        ("", "CNY", None),
    ],
)
def test_amounts_are_exact(cell, currency, minor):
    assert parse_amount(cell, currency, "paid") == minor


@pytest.mark.parametrize(
    ("cell", "currency", "reason"),
    [
        ("1.234,56", "EUR", "not_a_number"),
        ("1,23", "CNY", "not_a_number"),
        ("1e5", "CNY", "not_a_number"),
        ("NaN", "CNY", "not_a_number"),
        ("$5", "CNY", "not_a_number"),
        ("(5.00)", "CNY", "not_a_number"),
        ("NULL", "CNY", "not_a_number"),
        ("¥11.19 / ¥500", "CNY", "not_a_number"),
        ("٣", "CNY", "not_a_number"),
        ("1.005", "CNY", "too_many_digits"),
        ("99999999999999999", "CNY", "too_large"),
        ("5", "XYZ", "unknown_currency"),
    ],
)
def test_what_is_not_clearly_an_amount_is_rejected(cell, currency, reason):
    with pytest.raises(RowError, match=reason):
        parse_amount(cell, currency, "paid")


@given(st.integers(0, 10**13), st.sampled_from(["CNY", "JPY", "KWD", "USD"]))
def test_amounts_are_read_back(minor, currency):
    assert parse_amount(format_minor(minor, currency), currency, "paid") == minor


def test_counts_shares_and_yes():
    assert [parse_count(cell, "n") for cell in ("1,234", "12.0", "0", "-", "")] == [
        1_234,
        12,
        0,
        None,
        None,
    ]
    assert [
        parse_ppm(cell, "r") for cell in ("15%", "0.15", "7.5 %", "１５％", "100%", "1", "-")
    ] == [
        150_000,
        150_000,
        75_000,
        150_000,
        1_000_000,
        1_000_000,
        None,
    ]
    assert [parse_yes(cell, "y") for cell in ("是", "TRUE", "1", "no", "", "-")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize("cell", ["-3", "1.5", "many", "9" * 16])
def test_wrong_counts_are_rejected(cell):
    with pytest.raises(RowError):
        parse_count(cell, "n")


@pytest.mark.parametrize("cell", ["15", "101%", "-1%", "x", "0.1234567"])
def test_wrong_shares_are_rejected(cell):
    with pytest.raises(RowError, match="not_a_number"):
        parse_ppm(cell, "rate")


def test_rates_currencies_and_texts():
    assert parse_fx("7.1234", "rate") == 712_340_000
    for cell in ("", "0", "-1", "x"):
        with pytest.raises(RowError):
            parse_fx(cell, "rate")
    assert [check_currency(cell, "c") for cell in ("usd", "人民币", "RMB")] == ["USD", "CNY", "CNY"]
    with pytest.raises(RowError, match="unknown_currency"):
        check_currency("BTC", "c")
    with pytest.raises(RowError, match="unknown_value"):
        parse_yes("perhaps", "y")
    assert clean_text("  e\u0301 ") == "é"
