"""Figures as people read them, in one language: 万 and 亿 in Chinese, k, m and bn in English.

Everywhere None is "—": it cannot be said; 0 is a number. Negative figures carry a true minus sign.
Pure: the same figure gives the same text in a page, a mail and a chart.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from babel.numbers import get_currency_symbol

from tracker.domain.money import exponent, format_minor

DASH = "—"
MINUS = "−"

_STEPS = {
    "zh": ((10_000, "万", 1), (100_000_000, "亿", 2)),
    "en": ((1_000, "k", 1), (1_000_000, "m", 2), (1_000_000_000, "bn", 2)),
}
"""Language -> (unit, its sign, digits after the point), smallest first."""

_SHORT_FROM = 10_000
"""Below this nothing is shortened: four digits are read at a glance."""


def money(minor: int | None, currency: str, locale: str, *, compact: bool = True) -> str:
    """An amount with its currency's sign.

    compact: short, with whole units from 100 on (¥1,234; ¥84.2万; CN¥842k); else every minor unit
    (¥842,013.50).
    """
    if minor is None:
        return DASH
    sign = MINUS if minor < 0 else ""
    symbol = _symbol(currency, locale)
    amount = Decimal(format_minor(abs(minor), currency))
    if not compact:
        return f"{sign}{symbol}{amount:,.{exponent(currency)}f}"
    text = _short(amount, locale) or _plain(amount, 0 if amount >= 100 else exponent(currency))
    return f"{sign if text.strip('0.') else ''}{symbol}{text}"


def count(value: float | None, locale: str, *, compact: bool = True) -> str:
    """A number of things; a fraction keeps up to two digits."""
    if value is None:
        return DASH
    amount = Decimal(str(abs(value)))
    text = (_short(amount, locale) if compact else None) or _trimmed(f"{amount:,.2f}")
    return f"{MINUS if value < 0 and text.strip('0.') else ''}{text}"


def percent(share: float | None, locale: str, *, signed: bool = False) -> str:
    """A share as percent: whole from 10 % on, else one digit. signed: with + as well."""
    if share is None:
        return DASH
    size = Decimal(str(abs(share))) * 100
    text = f"{size:,.0f}" if size >= Decimal("9.95") else _trimmed(f"{size:.1f}")
    if text == "0":
        return "0%"
    sign = MINUS if share < 0 else "+" if signed else ""
    return f"{sign}{text}%"


def ratio(value: float | None, locale: str) -> str:
    """A ratio such as ROAS: 2.50×."""
    if value is None:
        return DASH
    size = Decimal(str(abs(value)))
    text = f"{size:,.2f}" if size < 100 else f"{size:,.0f}"
    return f"{MINUS if value < 0 else ''}{text}×"


def _short(amount: Decimal, locale: str) -> str | None:
    """An amount in the largest unit it fills; None: it is short as it is."""
    if amount < _SHORT_FROM:
        return None
    steps = _STEPS["zh" if locale.startswith("zh") else "en"]
    for i in range(len(steps)):
        unit, name, digits = steps[i]
        scaled = (amount / unit).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
        is_last = i + 1 == len(steps)
        # 9,999.96万 rounds to 10,000万, which is 1亿
        if is_last or scaled < Decimal(steps[i + 1][0]) / unit:
            return _trimmed(f"{scaled:,.{digits}f}") + name
    return None


def _plain(amount: Decimal, digits: int) -> str:
    rounded = amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    return f"{rounded:,}" if rounded != rounded.to_integral_value() else f"{int(rounded):,}"


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


@lru_cache(maxsize=512)
def _symbol(currency: str, locale: str) -> str:
    return get_currency_symbol(currency, locale=locale)
