"""Numbers as people and platforms write them: "1.2万+", "12.5K", "1.299,00 €", "¥19.9-39.9".

A text gives one number, one range, or nothing: what is unclear (two numbers, a date, a share, a
size, an upper limit) is never guessed. See docs/guide/spiders.md for the rules in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from tracker.domain import number_words as words
from tracker.domain.currency_words import digits_of
from tracker.domain.number_phrases import Amount, chinese_amount, find_amounts, tidy
from tracker.domain.number_tokens import Kind, plain_text, tokens_of

MAX_TEXT: Final = 500
"""Characters of a text; a longer one is prose."""


class NumberKind(StrEnum):
    """What a text is read as."""

    COUNT = "count"
    """Followers, likes, sold pieces: whole, without a currency."""
    PRICE = "price"
    """An amount of money."""


class Precision(StrEnum):
    """How much a text says."""

    EXACT = "exact"
    ROUNDED = "rounded"
    """By a scale word or "about": the true number is from `low` up to, not including, `high`."""
    AT_LEAST = "at_least"
    """"10万+": `low` is certain, `high` is unknown."""
    RANGE = "range"
    """"19.9-39.9": from the first number to the second; `value` is the first."""


@dataclass(frozen=True, slots=True)
class NumberReading:
    """What one text says. All fields but `raw` are None when it is unclear."""

    raw: str
    """The text as it came."""
    value: Decimal | None = None
    low: Decimal | None = None
    """The least that it can be."""
    high: Decimal | None = None
    """More than it can be (exclusive); None: no upper end."""
    currency: str | None = None
    """ISO 4217; None: not said, or said by a sign that several currencies share ("$")."""
    precision: Precision | None = None
    is_money: bool = False
    """Whether it was asked for as a price, or names a currency, be it an unknown one."""


def read_number(
    text: str, kind: NumberKind | None = None, currency: str | None = None
) -> NumberReading:
    """Read the number in a text.

    Args:
        text: as it stands on the page; up to 500 characters.
        kind: what it must be. None: an amount if it names a currency, else a plain number, which
            may have decimals.
        currency: ISO code of the page, which "$" or "¥" mean here; used only where it fits.

    Returns:
        A reading; of an unclear text one without a value. Nothing is raised. Rounded numbers are
        enclosed whether the page rounds or cuts off: "783.4K" is from 783350 up to 783500.
    """
    unclear = NumberReading(raw=text)
    plain = plain_text(text) if len(text) <= MAX_TEXT else None
    if not plain:
        return unclear
    is_price = kind is NumberKind.PRICE
    tokens = tokens_of(tidy(plain, is_price=is_price))
    if not any(token.kind is Kind.NUMBER for token in tokens):
        return _without_digits(text, plain, kind)
    amounts = find_amounts(tokens, currency, is_price=is_price)
    if not amounts or any(_is_unfit(amount, kind) for amount in amounts):
        return unclear
    amounts = [_as_kind(amount, kind) for amount in amounts]
    if len(amounts) == 2:
        return _range(text, *amounts)
    return _single(text, amounts[0])


def read_count(text: str) -> NumberReading:
    """Read followers, likes, pieces: `value` is a whole number, `currency` always None."""
    return read_number(text, NumberKind.COUNT)


def read_price(text: str, currency: str | None = None) -> NumberReading:
    """Read an amount of money; `currency` is the page's own, which decides what "$" means."""
    return read_number(text, NumberKind.PRICE, currency)


def _without_digits(text: str, plain: str, kind: NumberKind | None) -> NumberReading:
    """Of 免费, a price of 0, and of 一万二千人; "--" and 暂无 say nothing."""
    word = re.sub(r"^[\W_]+|[\W_]+$", "", plain.lower()).replace(" ", "_")
    if word in words.FREE and kind is not NumberKind.COUNT:
        return _exact(text, Amount(Decimal(0), 0, is_money=True))
    amount = chinese_amount(plain)
    if amount is None or _is_unfit(amount, kind):
        return NumberReading(raw=text)
    return _single(text, _as_kind(amount, kind))


def _as_kind(amount: Amount, kind: NumberKind | None) -> Amount:
    """A price is money though no currency is named; a count of "12.0" is 12."""
    if kind is NumberKind.PRICE:
        return replace(amount, is_money=True)
    if kind is NumberKind.COUNT and amount.scale == 1:
        return replace(amount, value=amount.value.quantize(Decimal(1)), decimals=0)
    return amount


def _is_unfit(amount: Amount, kind: NumberKind | None) -> bool:
    """Whether an amount cannot be of the kind: counts are whole and no money."""
    if kind is not NumberKind.COUNT:
        return False
    return amount.is_money or amount.value < 0 or amount.value % 1 != 0


def _unit(amount: Amount) -> Decimal:
    """The smallest step of the numbers that an amount is one of: 1, or a minor unit."""
    digits = amount.decimals if amount.scale == 1 else 0
    if amount.is_money:
        digits = max(digits, digits_of(amount.currency))
    return Decimal(1).scaleb(-digits)


def _made(
    text: str, amount: Amount, low: Decimal, high: Decimal | None, precision: Precision
) -> NumberReading:
    return NumberReading(
        text, amount.value, low, high, amount.currency, precision, is_money=amount.is_money
    )


def _exact(text: str, amount: Amount) -> NumberReading:
    return _made(text, amount, amount.value, amount.value + _unit(amount), Precision.EXACT)


def _single(text: str, amount: Amount) -> NumberReading:
    unit = _unit(amount)
    value = amount.value
    if amount.at_least:
        return _made(text, amount, value, None, Precision.AT_LEAST)
    step = max(amount.step, _last_digit(value)) if amount.about else amount.step
    if step <= unit:
        return _exact(text, amount)
    low, high = value - step / 2, value + step
    if value < 0:
        low, high = value - step + unit, value + step / 2 + unit
    low = -(-low // unit) * unit  # the first whole step within
    if value >= 0:
        low = max(low, Decimal(0))
    return _made(text, amount, _plain(low), _plain(high), Precision.ROUNDED)


def _last_digit(value: Decimal) -> Decimal:
    """The place of the last digit that is not 0: 100 for 1200, 0.1 for 2.5."""
    return Decimal(1).scaleb(int(value.normalize().as_tuple().exponent)) if value else Decimal(1)


def _plain(value: Decimal) -> Decimal:
    """Without an exponent, and without decimals that are zero."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _range(text: str, first: Amount, last: Amount) -> NumberReading:
    if not 0 <= first.value < last.value:
        return NumberReading(raw=text)
    either = replace(first, currency=first.currency or last.currency)
    high = last.value + min(_unit(first), _unit(last))
    return _made(text, either, first.value, high, Precision.RANGE)
