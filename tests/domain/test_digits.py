# ruff: noqa: E501 -- tables are read by rows
from decimal import Decimal

import pytest

from tracker.domain.digits import read_chinese, read_run
from tracker.domain.number_words import Marks


@pytest.mark.parametrize(("run", "value"), [
    ("0", "0"), ("1234", "1234"), ("0.5", "0.5"), (".99", "0.99"), ("12.50", "12.50"), ("12,5", "12.5"),
    ("1,234", "1234"), ("1.234", "1234"), ("0.123", "0.123"), ("1234,567", "1234.567"),
    ("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("1 234,56", "1234.56"), ("1'234.50", "1234.50"),
    ("1٬234٫5", "1234.5"), ("12٫345", "12.345"), ("1·50", "1.50"), ("1,23,456.7", "123456.7"),
    ("1.11000000000000009770", "1.11000000000000009770"),
])  # fmt: skip
def test_marks_between_digits_are_told_apart(run, value):
    assert read_run(run).value == Decimal(value)


@pytest.mark.parametrize("run", ["1.2.3", "1,2,3", "12,34,5", "1.234,567,890", "1,2345", "007", "00", "1 23", "1,234 567", "1,234'567.8", "1" * 16])  # fmt: skip
def test_marks_that_make_no_sense_make_no_number(run):
    assert read_run(run) is None


def test_three_digits_after_one_mark_are_decimals_where_a_scale_or_currency_says_so():
    assert read_run("1.234", Marks.POINT).value == Decimal("1.234")
    assert read_run("1,234", Marks.POINT).value == 1234
    assert read_run("1,234", Marks.COMMA).value == Decimal("1.234")
    assert read_run("1.234", Marks.COMMA).value == 1234
    assert read_run("1.234", three_decimals=True).value == Decimal("1.234")


@pytest.mark.parametrize(("text", "value"), [
    ("十", 10), ("十二", 12), ("二十", 20), ("一百", 100), ("三百零五", 305), ("三百五", 350), ("两万", 20_000),
    ("一万二", 12_000), ("一万零二", 10_002), ("一万二千", 12_000), ("一亿二千万", 120_000_000), ("一百亿", 10**10),
    ("三万亿", 3 * 10**12), ("一千二百三十四", 1_234), ("叁佰", 300), ("百万", 1_000_000),
])  # fmt: skip
def test_numbers_in_chinese_characters_are_read(text, value):
    assert read_chinese(text) == value


@pytest.mark.parametrize("text", ["五一", "二〇二六", "十百", "一一万", "百千"])
def test_characters_that_are_no_number_are_none(text):
    assert read_chinese(text) is None
