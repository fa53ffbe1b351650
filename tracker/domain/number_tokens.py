"""Cutting a text with a number in it into tokens: digits, scales, currencies, words, signs."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from tracker.domain import number_words as words
from tracker.domain.currency_words import CURRENCY_WORDS, CurrencyWord, currency_of
from tracker.domain.digits import SEPARATORS


class Kind(Enum):
    """What a token is."""

    NUMBER = auto()
    SCALE = auto()
    CURRENCY = auto()
    LEAST_BEFORE = auto()
    LEAST_AFTER = auto()
    MOST = auto()
    ABOUT = auto()
    WORD = auto()
    SIGN = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text; blanks lie between tokens and are none."""

    kind: Kind
    text: str
    """In lower case, except currencies' codes."""
    start: int
    end: int
    scale: words.Scale | None = None
    currency: CurrencyWord | None = None

    def touches(self, other: Token) -> bool:
        """Whether nothing, not even a blank, lies between this token and the one after it."""
        return self.end == other.start


_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]"
)
_UNSPACED = "\u0e00-\u0e7f\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
"""Scripts that write words without blanks between them."""

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def plain_text(text: str) -> str | None:
    """A text with ASCII digits and blanks, full-width forms narrowed, invisible characters gone.

    Two raised digits after a number are its hundredths, as price tags have them.

    Returns:
        None when it holds digits that are no plain digits (½, ①, a footnote's ¹, Ⅳ) or digits of
        two scripts.
    """
    if "&" in text and ";" in text:
        text = html.unescape(text)
    text = _INVISIBLE.sub("", text).replace("´", "'")
    raised = re.search(r"(?<![.,\d])\d{1,9}([⁰¹²³⁴-⁹]{2})(?![⁰¹²³⁴-⁹\d.,])", text)
    if raised:
        cents = raised.group(1).translate(_RAISED)
        text = f"{text[: raised.start(1)]}.{cents}{text[raised.end(1) :]}"
    if any(unicodedata.category(char) in ("No", "Nl") and char != "〇" for char in text):
        return None
    text = unicodedata.normalize("NFKC", text)
    zeros = {ord(char) - unicodedata.decimal(char) for char in text if char.isdecimal()}
    if len(zeros) > 1:
        return None
    return "".join(_plain(char) for char in text).strip()


def _plain(char: str) -> str:
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if char in "−‐‑﹣":
        return "-"
    return " " if unicodedata.category(char) == "Zs" else char


def _lexicon() -> dict[str, Kind]:
    """Every known word and sign that is not a currency, blanks written as blanks."""
    known: dict[str, Kind] = dict.fromkeys(words.NEUTRAL, Kind.WORD)
    for kind, table in (
        (Kind.SIGN, words.TO),
        (Kind.WORD, words.NOT_A_COUNT_AFTER | words.NOT_A_COUNT_BEFORE | words.MORE_INSIDE),
        (Kind.LEAST_AFTER, words.LEAST_AFTER),
        (Kind.LEAST_BEFORE, words.LEAST_BEFORE),
        (Kind.MOST, words.MOST),
        (Kind.ABOUT, words.ABOUT),
        (Kind.SCALE, words.SCALES),
    ):
        for word in table:
            known[word.replace("_", " ")] = kind
    return known


LEXICON: Final = _lexicon()


def _alternatives(found: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(found, key=len, reverse=True))


def _is_unspaced(word: str) -> bool:
    return re.match(f"[{_UNSPACED}]", word) is not None


_KNOWN = {*LEXICON, *CURRENCY_WORDS}
_GLUED = _alternatives([word for word in _KNOWN if _is_unspaced(word)])
_PHRASES = _alternatives([word for word in _KNOWN if " " in word and not _is_unspaced(word)])
_SIGNED = _alternatives(
    [w for w in _KNOWN if not _is_unspaced(w) and re.search(r"[^\w\s]", w) and " " not in w]
)
_LETTER = rf"[^\W\d_{_UNSPACED}]"
_NUMBER = rf"(?<![\d.])\.\d+(?![.,]?\d)|\d+(?:[{re.escape(SEPARATORS)}]\d+|\x20\d{{3}}(?!\d))*"
_TOKEN = re.compile(
    rf"(?P<number>{_NUMBER})"
    rf"|(?P<signed>(?:{_SIGNED})(?!(?<={_LETTER}){_LETTER}))"
    rf"|(?P<phrase>(?:{_PHRASES})(?!{_LETTER}))"
    rf"|(?P<glued>{_GLUED})"
    rf"|(?P<word>{_LETTER}+(?:['’]{_LETTER}+)*)"
    r"|(?P<sign>\S)",
    re.IGNORECASE,
)
_WHOLE_WORD_BEFORE = re.compile(rf"{_LETTER}$")


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text made by `plain_text`, in order; every character but blanks is in one."""
    tokens: list[Token] = []
    place = 0
    while match := _TOKEN.search(text, place):
        if match.lastgroup == "signed" and _begins_inside_word(text, match):
            match = re.compile(r"\S").match(text, match.start()) or match
        tokens.append(_token(match, text))
        place = match.end()
    return tokens


def _begins_inside_word(text: str, match: re.Match[str]) -> bool:
    """Whether a known word with a sign begins in the middle of an unknown one."""
    return (
        match.start() > 0
        and match.group()[0].isalpha()
        and _WHOLE_WORD_BEFORE.search(text[match.start() - 1 : match.start()]) is not None
    )


def _token(match: re.Match[str], text: str) -> Token:
    raw, start, end = match.group(), match.start(), match.end()
    low = raw.lower()
    if match.lastgroup == "number":
        return Token(Kind.NUMBER, raw, start, end)
    kind = LEXICON.get(low)
    if kind is Kind.SCALE and not _may_be_scale(low, raw, text, start, end):
        kind = None
    if kind is Kind.SCALE:
        scale = words.CZECH_MILLION if _is_czech_million(low, text, end) else words.SCALES[low]
        return Token(Kind.SCALE, low, start, end, scale=scale)
    currency = currency_of(raw)
    if currency is not None and _may_be_currency(low, raw, text, start, end):
        return Token(Kind.CURRENCY, raw, start, end, currency=currency)
    if kind is None:
        kind = Kind.WORD if raw[0].isalpha() else Kind.SIGN
    return Token(kind, low, start, end)


def _may_be_scale(low: str, raw: str, text: str, start: int, end: int) -> bool:
    """Whether a scale word follows digits, and in the manner that it needs."""
    before = text[:start]
    spaced = before.endswith(" ")
    if not re.search(r"[\d多余餘几幾数來来+]\x20?$", before):
        return False
    scale = words.SCALES[low]
    return not spaced or (scale.spaced and (not scale.capital or raw.isupper()))


def _is_czech_million(low: str, text: str, end: int) -> bool:
    return low == "mil" and re.match(rf"\.\s*{_LETTER}", text[end:]) is not None


_LETTERS_ONLY = re.compile(rf"{_LETTER}+\.?")
_MONEY_BEFORE = re.compile(r"(?:[\d.,)+\-–—]|[\d][kKmMwWbB]|[万千亿萬億])\s?$")
_MONEY_AFTER = re.compile(r"[\s.:]{0,2}[\-+]?[\d$€£¥]")
_HUNDREDTHS_BEFORE = re.compile(r"(?<![\d.,])\d{1,2}(?:\.\d)?\s?$")


def _may_be_currency(low: str, raw: str, text: str, start: int, end: int) -> bool:
    """Whether a word of letters is money here: many are other words when no number is near."""
    found = currency_of(raw)
    if found is not None and found.divisor == 100 and low != "¢":
        glued = low == "p"
        before = text[:start]
        return _HUNDREDTHS_BEFORE.search(before) is not None and not (glued and " " in before[-1:])
    if not _LETTERS_ONLY.fullmatch(raw):
        return True
    if low == "r" and raw != "R":
        return False
    if low in ("p.", "р.", "р", "b.d."):  # an initial everywhere but after a number
        return re.search(r"\d\s?$", text[:start]) is not None
    return bool(_MONEY_BEFORE.search(text[:start]) or _MONEY_AFTER.match(text[end:]))
