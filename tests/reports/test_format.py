from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.reports.format import count, money, percent, ratio


@pytest.mark.parametrize(
    ("minor", "zh", "en"),
    [
        (None, "—", "—"),
        (0, "¥0", "CN¥0"),
        (310, "¥3.10", "CN¥3.10"),
        (1_800, "¥18", "CN¥18"),
        (43_049, "¥430", "CN¥430"),
        (999_949, "¥9,999", "CN¥9,999"),
        (1_234_567, "¥1.2万", "CN¥12.3k"),
        (84_213_400, "¥84.2万", "CN¥842.1k"),
        (178_240_000_000, "¥17.82亿", "CN¥1.78bn"),
        (1_782_400_000, "¥1,782.4万", "CN¥17.82m"),
        (9_999_960_000, "¥1亿", "CN¥100m"),
        (9_999_999_999, "¥1亿", "CN¥100m"),
        (-3_600, "−¥36", "−CN¥36"),
    ],
)
def test_money_is_short_in_the_units_of_the_language(minor, zh, en):
    assert money(minor, "CNY", "zh_CN") == zh
    assert money(minor, "CNY", "en") == en


def test_the_full_figure_shows_every_minor_unit():
    assert money(84_201_350, "CNY", "zh_CN", compact=False) == "¥842,013.50"
    assert money(-5, "CNY", "zh_CN", compact=False) == "−¥0.05"
    assert money(1_234_567, "JPY", "en", compact=False) == "¥1,234,567"
    assert money(1_234, "KWD", "en", compact=False) == "KWD1.234"


def test_amounts_that_round_to_nothing_carry_no_minus():
    assert money(-0, "CNY", "en") == "CN¥0"
    assert count(-0.001, "en") == "0"
    assert percent(-0.0001, "en") == "0%"


@pytest.mark.parametrize(
    ("share", "plain", "signed"),
    [
        (None, "—", "—"),
        (0, "0%", "0%"),
        (0.0841, "8.4%", "+8.4%"),
        (0.4149, "41%", "+41%"),
        (-0.19, "−19%", "−19%"),
        (1.31, "131%", "+131%"),
        (0.0996, "10%", "+10%"),
        (12.5, "1,250%", "+1,250%"),
    ],
)
def test_shares_are_whole_from_ten_percent_on(share, plain, signed):
    assert percent(share, "zh_CN") == plain
    assert percent(share, "zh_CN", signed=True) == signed


def test_ratios_have_two_digits_and_a_sign():
    assert ratio(2.5, "en") == "2.50×"
    assert ratio(None, "en") == "—"
    assert ratio(1234.5, "en") == "1,234×"
    assert ratio(-0.5, "en") == "−0.50×"


def test_counts_keep_fractions_and_shorten_from_ten_thousand():
    assert count(1204, "zh_CN") == "1,204"
    assert count(12.3333, "zh_CN") == "12.33"
    assert count(124_000, "zh_CN") == "12.4万"
    assert count(124_000, "en") == "124k"
    assert count(124_000, "en", compact=False) == "124,000"


@given(st.integers(-(10**15), 10**15), st.sampled_from(["zh_CN", "en"]))
def test_the_full_figure_reads_back_to_the_same_amount(minor, locale):
    text = money(minor, "CNY", locale, compact=False)
    digits = "".join(c for c in text if c.isdigit())
    assert int(digits) == abs(minor)
    assert text.startswith("−") == (minor < 0)


@given(st.integers(0, 10**15), st.sampled_from(["zh_CN", "en"]))
def test_short_amounts_stay_short(minor, locale):
    assert len(money(minor, "CNY", locale)) <= 14
