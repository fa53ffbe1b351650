"""Cells as values: ids, amounts, counts, shares, yes and no. Nothing is guessed."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache, lru_cache

from tracker.domain.money import MoneyError, exponent, is_currency, parse_minor, parse_rate
from tracker.domain.records import Reason
from tracker.imports.errors import RowError

ABSENT = frozenset({"", "-", "--", "—", "——"})
"""What platforms write for "not reported"; it is not zero. NULL is not among them: it may be a
coupon."""

_DAMAGED = re.compile(r"\d(?:\.\d+)?[Ee]\+?\d+")
_GROUPED = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+)(\.\d+)?")
_SIGNS = {
    "¥": frozenset({"CNY", "CNH", "JPY"}),
    "元": frozenset({"CNY", "CNH"}),
    "$": frozenset({"USD", "CAD", "AUD", "HKD", "SGD", "TWD", "NZD", "MXN"}),
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
}
"""Currency signs that may stand at an amount of these currencies; anywhere else they are errors."""

_HUNDREDTHS = {
    "": 0,
    **{f"{n}": n * 10 for n in range(10)},
    **{f"{n:02}": n for n in range(100)},
}
"""What stands behind the point of an amount in a currency of two digits."""

_YES = frozenset({"1", "true", "yes", "y", "是", "有"})
_NO = frozenset({"0", "false", "no", "n", "否", "无"})

_REASONS = {
    "not_a_number": Reason.NOT_A_NUMBER,
    "too_many_digits": Reason.TOO_MANY_DIGITS,
    "too_large": Reason.TOO_LARGE,
    "unknown_currency": Reason.UNKNOWN_CURRENCY,
    "unknown_rate": Reason.NOT_A_NUMBER,
}


def clean_text(cell: str) -> str:
    """A free text: trimmed, absent marks as "", Unicode composed."""
    text = cell.strip()
    if text in ABSENT:
        return ""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def clean_id(cell: str, column: str) -> str:
    """An id with all its digits, without what programs put around it (TAB, ', ="…").

    Raises RowError: damaged_id for "6.9175E+18": a spreadsheet has thrown digits away.
    """
    text = cell.strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1].strip()
    text = text.strip("'\t ")
    if text in ABSENT:
        return ""
    if _DAMAGED.fullmatch(text):
        raise RowError(Reason.DAMAGED_ID, column, text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def parse_amount(cell: str, currency: str, column: str) -> int | None:
    """An amount in minor units; None: absent.

    Thousands commas are understood where they are whole groups, and the currency's own sign; JPY
    100.00 is 100. Raises RowError: not_a_number, too_many_digits, too_large, unknown_currency.
    """
    text = cell.strip()
    if text in ABSENT:
        return None
    whole, _, fraction = text.partition(".")
    hundredths = _HUNDREDTHS.get(fraction)  # nearly all amounts are so; the rest is read slowly
    if (
        hundredths is not None
        and whole.isdigit()
        and whole.isascii()
        and len(whole) <= 12
        and _has_two_digits(currency)
    ):
        return int(whole) * 100 + hundredths
    try:
        return parse_minor(_plain_number(text, currency), currency, trailing_zeros=True)
    except MoneyError as error:
        raise RowError(_REASONS[error.code], column, text) from error


@cache
def _has_two_digits(currency: str) -> bool:
    return is_currency(currency) and exponent(currency) == 2


def _plain_number(text: str, currency: str) -> str:
    if text.isascii() and "," not in text and "$" not in text:
        return text
    plain = unicodedata.normalize("NFKC", text).strip()
    for sign, currencies in _SIGNS.items():
        if sign in plain and currency in currencies:
            plain = plain.removesuffix(sign).replace(sign, "", 1).strip()
    match = _GROUPED.fullmatch(plain)
    return f"{match[1]}{match[2].replace(',', '')}{match[3] or ''}" if match else plain


def parse_count(cell: str, column: str) -> int | None:
    """A whole number, 0 or more; None: absent. "1,234" and "12.0" are understood."""
    text = cell.strip()
    if text.isdigit() and text.isascii() and len(text) <= 15:
        return int(text)
    if text in ABSENT:
        return None
    plain = _plain_number(text, "").removesuffix(".0").removesuffix(".00")
    if plain.startswith("-"):
        raise RowError(Reason.NEGATIVE_AMOUNT, column, text)
    if not (plain.isascii() and plain.isdigit()) or len(plain) > 15:
        raise RowError(Reason.NOT_A_NUMBER, column, text)
    return int(plain)


def check_sign(cell: str, currency: str, column: str) -> None:
    """Raises RowError (unknown_currency) for an amount that bears the sign of another currency."""
    if cell.isascii() and "$" not in cell and cell[:1].lower() != "r":
        return
    plain = unicodedata.normalize("NFKC", cell).strip()
    for sign, currencies in _SIGNS.items():
        if sign in plain and currency not in currencies:
            raise RowError(Reason.UNKNOWN_CURRENCY, column, cell.strip())
    if (plain[:2].casefold() == "rs" or "₹" in plain) and currency not in ("INR", "PKR", "LKR"):
        raise RowError(Reason.UNKNOWN_CURRENCY, column, cell.strip())


def _decimal(number: str, column: str) -> Decimal:
    try:
        value = Decimal(number)
    except InvalidOperation as error:
        raise RowError(Reason.NOT_A_NUMBER, column, number) from error
    if not value.is_finite():
        raise RowError(Reason.NOT_A_NUMBER, column, number)
    if abs(value) >= 10**15:
        raise RowError(Reason.TOO_LARGE, column, number)
    return value


def round_amount(number: str, currency: str, column: str) -> int:
    """A plain decimal in minor units, half up. Raises RowError: not_a_number, too_large,
    unknown_currency."""
    check_currency(currency, column)
    value = _decimal(number, column).scaleb(exponent(currency))
    return int(value.to_integral_value(ROUND_HALF_UP))


def round_count(number: str, column: str) -> int:
    """A plain decimal as a whole number, half up. Raises RowError: not_a_number, too_large,
    negative_amount."""
    value = _decimal(number, column)
    if value < 0:
        raise RowError(Reason.NEGATIVE_AMOUNT, column, number)
    return int(value.to_integral_value(ROUND_HALF_UP))


def parse_ppm(cell: str, column: str) -> int | None:
    """A share in millionths; None: absent. "15%" and "0.15" are both 150000; above 1 needs a %.

    Raises RowError: not_a_number (also for more than 100 %).
    """
    text = unicodedata.normalize("NFKC", cell).strip()
    if text in ABSENT:
        return None
    number, scale = (text[:-1].strip(), 10_000) if text.endswith("%") else (text, 1_000_000)
    match = re.fullmatch(r"(\d{1,3})(?:\.(\d{1,6}))?", number)
    if match is None:
        raise RowError(Reason.NOT_A_NUMBER, column, text)
    numerator = int(match[1] + (match[2] or "").ljust(6, "0")) * scale
    ppm, rest = divmod(numerator, 1_000_000)
    if ppm > 1_000_000 or rest:
        raise RowError(Reason.NOT_A_NUMBER, column, text)
    return ppm


def parse_fx(cell: str, column: str) -> int:
    """An exchange rate in 1e-8. Raises RowError: value_missing, not_a_number, too_many_digits."""
    text = cell.strip()
    if text in ABSENT:
        raise RowError(Reason.VALUE_MISSING, column)
    try:
        return parse_rate(text)
    except MoneyError as error:
        raise RowError(_REASONS[error.code], column, text) from error


def parse_yes(cell: str, column: str) -> bool:
    """Yes or no; absent is no. Raises RowError: unknown_value."""
    text = cell.strip().casefold()
    if text in _YES:
        return True
    if text in _NO or text in ABSENT:
        return False
    raise RowError(Reason.UNKNOWN_VALUE, column, text)


@lru_cache(maxsize=1_000)
def check_currency(text: str, column: str) -> str:
    """An ISO 4217 code in upper case. RMB and 人民币 are CNY. Raises RowError: unknown_currency."""
    code = text.strip().upper()
    code = {"RMB": "CNY", "人民币": "CNY", "美元": "USD"}.get(code, code)
    try:
        exponent(code)
    except MoneyError as error:
        raise RowError(Reason.UNKNOWN_CURRENCY, column, text) from error
    return code
