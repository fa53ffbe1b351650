"""Amounts of money: integers of minor units beside a currency, never floats.

A minor unit is the smallest unit of ISO 4217: fen of CNY, cent of USD, the yen itself. Exchange
rates are integers of 1e-8 units of the target currency for one unit of the source currency.
Source: ISO 4217 list one (currency codes and exponents); SEMANTICS 2.2.
"""

from __future__ import annotations

import re
from fractions import Fraction

RATE_SCALE = 100_000_000
"""A rate of 1.0 as stored: rates are integers of 1e-8."""

MAX_MINOR = 10**15
"""Amounts at or above this (in minor units, either sign) are refused as slips of the pen."""


def _words(text: str) -> list[str]:
    return text.split()


_CURRENCIES = frozenset(
    _words(
        """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN
        BWP BYN BZD CAD CDF CHF CLF CLP CNH CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB
        EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD
        JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK
        MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN
        PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
        TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UYW UZS VED VES VND VUV WST XAF XCD
        XOF XPF YER ZAR ZMW ZWG
        """
    )
)
_EXPONENTS = {
    **dict.fromkeys(
        _words("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"), 0
    ),
    **dict.fromkeys(_words("BHD IQD JOD KWD LYD OMR TND"), 3),
    **dict.fromkeys(_words("CLF UYW"), 4),
}
_AMOUNT = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?", re.ASCII)


class MoneyError(ValueError):
    """An amount, rate or currency that cannot be read.

    `code` is one of: unknown_currency, not_a_number, too_many_digits, too_large, unknown_rate.
    """

    def __init__(self, code: str, value: object) -> None:
        super().__init__(f"{code}: {value!r}")
        self.code = code
        self.value = value


def exponent(currency: str) -> int:
    """Digits after the decimal point of a currency: 2 for CNY, 0 for JPY, 3 for KWD.

    Raises MoneyError (unknown_currency) for anything that ISO 4217 does not list in upper case.
    """
    if currency not in _CURRENCIES:
        raise MoneyError("unknown_currency", currency)
    return _EXPONENTS.get(currency, 2)


def is_currency(code: str) -> bool:
    """Whether ISO 4217 lists this code (upper case; CNH, the offshore yuan, is taken too)."""
    return code in _CURRENCIES


def parse_minor(text: str, currency: str, *, trailing_zeros: bool = False) -> int:
    """Exact decimal text ("-12.5") as minor units of a currency; -1250 for CNY.

    No thousands separators, no exponent notation: reading those is the importer's work. More digits
    than the currency has are refused, because "1.005" has no minor units and "10.000" may be ten
    thousand elsewhere; with `trailing_zeros` further zeros pass (some exports write JPY as 100.00).

    Raises MoneyError (not_a_number, too_many_digits, too_large, unknown_currency).
    """
    digits = exponent(currency)
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise MoneyError("not_a_number", text)
    sign, whole, fraction = match.group(1), match.group(2), match.group(3) or ""
    if trailing_zeros:
        fraction = fraction[:digits] + fraction[digits:].rstrip("0")
    if len(fraction) > digits:
        raise MoneyError("too_many_digits", text)
    # Length first: int() of a hostile million-digit text is slow, and Python refuses it anyway.
    if len(whole.lstrip("0")) > 16:
        raise MoneyError("too_large", text)
    minor = int(whole + fraction.ljust(digits, "0"))
    if minor >= MAX_MINOR:
        raise MoneyError("too_large", text)
    return -minor if sign == "-" else minor


def format_minor(minor: int, currency: str) -> str:
    """Minor units as plain decimal text with all digits of the currency ("-12.50"; JPY "100")."""
    digits = exponent(currency)
    sign = "-" if minor < 0 else ""
    if digits == 0:
        return f"{sign}{abs(minor)}"
    whole, fraction = divmod(abs(minor), 10**digits)
    return f"{sign}{whole}.{fraction:0{digits}d}"


def parse_rate(text: str) -> int:
    """Decimal text of an exchange rate as an integer of 1e-8 ("7.1234" -> 712340000).

    Raises MoneyError: not_a_number, too_many_digits (over eight), unknown_rate (zero or below).
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise MoneyError("not_a_number", text)
    sign, whole, fraction = match.group(1), match.group(2), (match.group(3) or "").rstrip("0")
    if len(fraction) > 8:
        raise MoneyError("too_many_digits", text)
    if len(whole.lstrip("0")) > 9:
        raise MoneyError("too_large", text)
    rate = int(whole + fraction.ljust(8, "0"))
    if sign == "-" or rate == 0:
        raise MoneyError("unknown_rate", text)
    return rate


def round_half_even(numerator: int, denominator: int) -> int:
    """A quotient to the nearest integer, halves to the even one; the denominator is above 0."""
    return round(Fraction(numerator, denominator))


def convert(minor: int, source: str, target: str, rate_e8: int | None) -> int:
    """An amount in another currency's minor units, rounded half to even (once, at the end).

    `rate_e8` is the price of one unit (not minor unit) of `source` in `target`, times 1e8. None or
    a rate of zero and below is an error and never 1.0; equal currencies need no rate.

    Raises MoneyError (unknown_rate, unknown_currency).
    """
    source_digits, target_digits = exponent(source), exponent(target)
    if source == target:
        return minor
    if rate_e8 is None or rate_e8 <= 0:
        raise MoneyError("unknown_rate", f"{source}/{target}")
    return round_half_even(
        minor * rate_e8 * int(10**target_digits), RATE_SCALE * int(10**source_digits)
    )
