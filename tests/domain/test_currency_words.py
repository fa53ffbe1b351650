import pytest

from tracker.domain.currency_words import CURRENCY_WORDS, currency_code, currency_of, digits_of
from tracker.domain.money import is_currency


def test_every_word_stands_for_currencies_of_iso_4217():
    unknown = {code for word in CURRENCY_WORDS.values() for code in word.codes}
    assert {code for code in unknown if not is_currency(code)} <= {"HRK"}


def test_what_is_usually_meant_is_among_what_can_be_meant():
    assert all(w.usual is None or w.usual in w.codes for w in CURRENCY_WORDS.values())


@pytest.mark.parametrize(("text", "code"), [
    ("USD", "USD"), ("usd ", "USD"), ("€", "EUR"), ("RMB", "CNY"), ("人民币", "CNY"), ("元", "CNY"),
    ("¥", None), ("$", None), ("kr", None), ("", None), ("points", None), ("¢", None),
])  # fmt: skip
def test_a_currency_field_is_read_as_its_code(text, code):
    assert currency_code(text) == code


def test_words_in_capitals_are_no_codes():
    assert currency_of("ALL") is None
    assert currency_of("try") is None
    assert currency_of("TRY").usual == "TRY"


def test_an_unknown_currency_has_two_decimals():
    assert [digits_of(code) for code in (None, "JPY", "KWD", "XYZ")] == [2, 0, 3, 2]
