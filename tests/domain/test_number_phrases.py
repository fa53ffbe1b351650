from decimal import Decimal

import pytest

from tracker.domain.number_phrases import chinese_amount, find_amounts, tidy
from tracker.domain.number_tokens import plain_text, tokens_of


def amounts(text, page_currency=None, *, is_price=False):
    return find_amounts(tokens_of(plain_text(text)), page_currency, is_price=is_price)


def test_smaller_scales_add_to_larger_ones():
    assert [a.value for a in amounts("1亿2千万")] == [Decimal(120_000_000)]
    assert [a.scale for a in amounts("1亿2千万")] == [10_000_000]


def test_the_ends_of_a_range_share_a_scale_that_only_the_last_one_names():
    assert [a.value for a in amounts("1-2万")] == [10_000, 20_000]
    assert [a.value for a in amounts("5000-1万")] == [5_000, 10_000]


def test_two_currencies_that_cannot_be_one_make_no_amount():
    assert amounts("US$12 CAD") == []
    assert amounts("NT$ 100元")[0].currency == "TWD"


def test_hundredths_are_divided():
    assert amounts("99¢")[0].value == Decimal("0.99")


def test_an_amount_by_unit_is_one_only_when_it_is_money():
    assert amounts("12.99/kg") == []
    assert amounts("12.99/kg", is_price=True)[0].value == Decimal("12.99")


@pytest.mark.parametrize(("text", "expected"), [
    ("12,99 € inkl. 19% MwSt.", "12,99 €"), ("12€50", "12.50 €"), ("1 297€95", "1297.95 €"),
    ("119. 95 $", "119.95 $"), ("129,00 € (-15%)", "129,00 €"), ("12. 34", "12. 34"),
])  # fmt: skip
def test_notes_on_tax_and_discount_are_dropped_and_hundredths_joined(text, expected):
    assert tidy(text, is_price=False).strip() == expected


@pytest.mark.parametrize("text", ["三只松鼠", "十分好", "一般", "五一", "千万别买", "三天", "第一"])
def test_characters_in_phrases_are_no_amount(text):
    assert chinese_amount(text) is None


def test_amounts_in_chinese_characters_carry_their_words():
    assert chinese_amount("超过十万人").at_least
    assert chinese_amount("三百元").currency == "CNY"
    assert chinese_amount("一万二千").value == 12_000
