"""A run of digits with its marks, and numbers in Chinese characters, as exact decimals."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

from tracker.domain.number_words import Marks

MAX_DIGITS = 15
"""Digits before the point; a longer number is an id, not a count or an amount."""

MAX_DECIMALS = 20
"""Digits after the point; more is no number of this product."""

_APOSTROPHES = "'’‘ʼ`´＇٬"
_DECIMAL_ONLY = "٫"
SEPARATORS: Final = f".,،·{_DECIMAL_ONLY}{_APOSTROPHES}"
"""Marks that may stand between two digits of one number; a single blank may too."""

_WESTERN = re.compile(r"\d{1,3}(?:S\d{3})+")
_INDIAN = re.compile(r"\d{1,2}(?:S\d{2})*S\d{3}")


class Run(NamedTuple):
    """A number as written."""

    value: Decimal
    decimals: int
    """Digits after the decimal mark."""


def read_run(run: str, marks: Marks | None = None, *, three_decimals: bool = False) -> Run | None:
    """A run of ASCII digits and separators as a number.

    Two different marks: the last is the decimal mark. One mark, repeated, or followed by exactly
    three digits: thousands, by the habit of shops ("3.350" is 3350), unless the leading digit is
    0, or one of the arguments says better.

    Args:
        run: digits with single separators or blanks between them; may begin with a point.
        marks: the habit of the scale word beside it; None: none.
        three_decimals: whether the currency has three decimals (KWD): "3.350" is 3.350 then.

    Returns:
        None when the marks make no sense ("1.2.3", "12,34,5", "007") or there are too many digits.
    """
    text = _with_plain_marks(run)
    found = [char for char in text if not char.isdigit()]
    whole, fraction = text, ""
    if found:
        split = _split(text, found, marks, three_decimals=three_decimals)
        if split is None:
            return None
        whole, fraction = split
    if len(whole) > MAX_DIGITS or len(fraction) > MAX_DECIMALS:
        return None
    if len(whole) > 1 and whole[0] == "0":
        return None
    value = Decimal(f"{whole or 0}.{fraction}") if fraction else Decimal(whole)
    return Run(value, len(fraction))


def _with_plain_marks(run: str) -> str:
    """With `'` for every apostrophe, `D` for marks that are decimal marks only."""
    text = run.translate({ord(char): "'" for char in _APOSTROPHES}).replace("،", ",")
    text = text.replace(_DECIMAL_ONLY, "D")
    return re.sub(r"·(?=\d{1,2}$)", "D", text)


def _split(
    text: str, found: list[str], marks: Marks | None, *, three_decimals: bool
) -> tuple[str, str] | None:
    last = found[-1]
    whole, _, fraction = text.rpartition(last)
    if len(set(found)) == 1 and last in ",.":
        if len(found) == 1 and _is_decimal(
            whole, last, fraction, marks, three_decimals=three_decimals
        ):
            return None if last == "," and len(fraction) > 3 else (whole, fraction)
        grouped = _ungroup(text, last)
        return None if grouped is None else (grouped, "")
    if last in ",.D":
        if found.count(last) > 1:
            return None
        grouped = _ungroup(whole, found[0]) if len(found) > 1 else whole
        return None if grouped is None else (grouped, fraction)
    grouped = _ungroup(text, last)
    return None if grouped is None else (grouped, "")


def _is_decimal(
    whole: str, mark: str, fraction: str, marks: Marks | None, *, three_decimals: bool
) -> bool:
    """Whether a mark that stands alone is the decimal mark."""
    if len(fraction) != 3 or not 1 <= len(whole) <= 3 or whole[0] == "0":
        return True
    if marks is not None:
        return mark == ("." if marks is Marks.POINT else ",")
    return three_decimals and mark == "."


def _ungroup(text: str, mark: str) -> str | None:
    """Without thousands marks; None when the groups are not groups or the marks are mixed."""
    plain = text.replace(mark, "S")
    if _WESTERN.fullmatch(plain) or (mark == "," and _INDIAN.fullmatch(plain)):
        return plain.replace("S", "")
    return None


_CHINESE_DIGITS = {
    char: value
    for value, chars in enumerate(
        ["〇零", "一壹", "二贰貳两兩", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖"]
    )
    for char in chars
}
_CHINESE_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
_CHINESE_MYRIADS = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}

CHINESE_NUMERALS: Final = "".join([*_CHINESE_DIGITS, *_CHINESE_UNITS, *_CHINESE_MYRIADS])
"""All characters of numbers in Chinese characters."""


def read_chinese(text: str) -> int | None:
    """A number in Chinese characters: 一万二千 is 12000, 三百五 is 350, 百万 is 1000000.

    Returns:
        None when it is not one: digits in a row without units (五一), units out of order.
    """
    total, rest = 0, text
    for mark in ("亿億", "万萬"):
        head, found, tail = _at_last(rest, mark)
        if not found:
            continue
        section = read_chinese(head) if any(c in _CHINESE_MYRIADS for c in head) else _small(head)
        if section is None:
            return None
        total += section * _CHINESE_MYRIADS[found]
        rest = tail
        if len(tail) == 1 and tail in _CHINESE_DIGITS:  # 一万二 is 12000; 10002 has 零
            return total + _CHINESE_DIGITS[tail] * _CHINESE_MYRIADS[found] // 10
    if not rest:
        return total or None
    small = _small(rest.lstrip("零〇") if total else rest)
    return None if small is None else total + small


def _at_last(text: str, marks: str) -> tuple[str, str, str]:
    place = max(text.rfind(mark) for mark in marks)
    return ("", "", text) if place < 0 else (text[:place], text[place], text[place + 1 :])


def _small(text: str) -> int | None:
    """Below ten thousand; "" is 1 (百万 begins with nothing), a lone digit is itself."""
    if not text:
        return 1
    total, digit, last_unit, zero = 0, None, 10_000, False
    for char in text:
        if char in _CHINESE_DIGITS:
            if digit is not None:
                return None
            value = _CHINESE_DIGITS[char]
            zero, digit = (True, None) if value == 0 else (zero, value)
        else:
            unit = _CHINESE_UNITS.get(char, 0)
            if not 0 < unit < last_unit:
                return None
            total += (1 if digit is None else digit) * unit
            digit, last_unit, zero = None, unit, False
    if digit is None:
        return total or None
    if total and last_unit >= 100 and not zero:
        return total + digit * last_unit // 10  # 三百五 is 350
    return total + digit
