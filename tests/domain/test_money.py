import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.money import (
    MoneyError,
    convert,
    exponent,
    format_minor,
    is_currency,
    parse_minor,
    parse_rate,
)

currencies = st.sampled_from(["CNY", "USD", "JPY", "KWD", "CLF"])


@given(st.integers(-(10**15) + 1, 10**15 - 1), currencies)
def test_format_and_parse_are_inverse(minor, currency):
    assert parse_minor(format_minor(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.5", "CNY", 1250),
        ("-0.01", "CNY", -1),
        ("+7", "USD", 700),
        (" 100 ", "JPY", 100),
        ("1.234", "KWD", 1234),
        ("007", "CNY", 700),
        ("-0", "CNY", 0),
    ],
)
def test_amounts_are_read_exactly(text, currency, minor):
    assert parse_minor(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("1.005", "CNY", "too_many_digits"),
        ("10.000", "CNY", "too_many_digits"),
        ("1.5", "JPY", "too_many_digits"),
        ("1,234.50", "CNY", "not_a_number"),
        ("1e3", "CNY", "not_a_number"),
        ("", "CNY", "not_a_number"),
        ("NaN", "CNY", "not_a_number"),
        (".5", "CNY", "not_a_number"),
        ("５", "CNY", "not_a_number"),
        ("10000000000000.00", "CNY", "too_large"),
        ("9" * 100_000, "CNY", "too_large"),
        ("1", "RMB", "unknown_currency"),
        ("1", "cny", "unknown_currency"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_code(text, currency, code):
    with pytest.raises(MoneyError) as caught:
        parse_minor(text, currency)
    assert caught.value.code == code


def test_trailing_zeros_pass_only_when_asked_for():
    assert parse_minor("100.00", "JPY", trailing_zeros=True) == 100
    assert parse_minor("1.5000", "CNY", trailing_zeros=True) == 150
    with pytest.raises(MoneyError, match="too_many_digits"):
        parse_minor("1.5001", "CNY", trailing_zeros=True)


@pytest.mark.parametrize(
    ("minor", "source", "target", "rate", "converted"),
    [
        (100, "USD", "CNY", 712_340_000, 712),
        (1, "USD", "CNY", 50_000_000, 0),  # half a fen: to the even one
        (3, "USD", "CNY", 50_000_000, 2),
        (-3, "USD", "CNY", 50_000_000, -2),
        (1000, "JPY", "CNY", 4_750_000, 4750),
        (4750, "CNY", "JPY", 2_105_263_158, 1000),
        (1000, "KWD", "CNY", 2_330_000_000, 2330),
    ],
)
def test_conversion_respects_exponents_and_rounds_half_to_even(
    minor, source, target, rate, converted
):
    assert convert(minor, source, target, rate) == converted


@pytest.mark.parametrize("rate", [None, 0, -1])
def test_an_unknown_rate_is_an_error_and_never_one(rate):
    with pytest.raises(MoneyError, match="unknown_rate"):
        convert(100, "USD", "CNY", rate)


def test_one_currency_needs_no_rate():
    assert convert(-12345, "CNY", "CNY", None) == -12345


def test_rates_are_read_as_integers_of_ten_to_the_minus_eight():
    assert parse_rate("7.1234") == 712_340_000
    assert parse_rate("0.00000001") == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0", "unknown_rate"),
        ("-1", "unknown_rate"),
        ("x", "not_a_number"),
        ("0.000000001", "too_many_digits"),
        ("9999999999", "too_large"),
    ],
)
def test_a_rate_that_is_none_is_refused(text, code):
    with pytest.raises(MoneyError, match=code):
        parse_rate(text)


def test_currencies_are_those_of_iso_4217():
    assert [exponent(c) for c in ("CNY", "JPY", "KWD", "CLF")] == [2, 0, 3, 4]
    assert is_currency("CNH")
    assert not is_currency("RMB")
