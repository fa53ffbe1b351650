"""JSON as pages really hold it: with comments, commas too many, wrapped, several in a row.

Only what leaves no doubt is repaired. Truncated text and quotes inside strings are not: a value
could be cut or swapped, and a wrong price is worse than none.
"""

from __future__ import annotations

import html
import json
import re
from decimal import Decimal
from typing import Any

MAX_JSON = 16 * 2**20
MAX_NUMBER = 40
"""Characters of a number; a longer one is none."""

_STRING = r'"(?:[^"\\]|\\.)*+(?:"|\Z)'
_REPAIR = re.compile(
    rf"(?P<string>{_STRING})|(?P<comment>/\*.*?(?:\*/|\Z)|//[^\n]*|<!--|-->|<!\[CDATA\[|\]\]>)"
    r"|(?P<comma>,(?=\s*[}\]]))|(?P<undefined>\bundefined\b)",
    re.DOTALL,
)
_BAD_ESCAPE = re.compile(r'\\(["\\/bfnrt]|u[0-9A-Fa-f]{4})|\\')
_WRAPPER = re.compile(
    r"\s*(?:\)\]\}',?|for\s*\(;;\);|while\s*\(1\);|(?:window\.)?[\w$.]{1,60}\s*(?:=|\())\s*(?=[\[{])"
)


def _number(text: str) -> Decimal | None:
    if len(text) > MAX_NUMBER:
        return None
    number = Decimal(text)
    return number if abs(number.adjusted()) < MAX_NUMBER else None  # 1e999999 would be a page long


_DECODER = json.JSONDecoder(
    strict=False, parse_float=_number, parse_int=_number, parse_constant=lambda name: None
)


def load_json(text: str) -> list[Any]:
    """The documents in a text, in order; numbers are Decimals.

    Returns:
        [] when there is none, or when it is broken beyond what can be repaired without guessing.
    """
    text = text.strip().removeprefix("\ufeff")
    if not text or len(text) > MAX_JSON:
        return []
    for attempt in (_as_is, _repaired, _unescaped):
        candidate = attempt(text)
        documents = None if candidate is None else _documents(candidate)
        if documents is not None:
            return documents
    return []


def _as_is(text: str) -> str:
    return text


def _repaired(text: str) -> str:
    """Without comments, wrappers, commas before a closing bracket, and escapes JSON lacks."""
    wrapper = _WRAPPER.match(text)
    if wrapper:
        text = text[wrapper.end() :].rstrip().rstrip(";").rstrip()
        text = text.removesuffix(")")
    return _REPAIR.sub(_repair, text).strip().rstrip(";").strip()


def _repair(match: re.Match[str]) -> str:
    if match["string"] is not None:
        return _BAD_ESCAPE.sub(lambda m: m[0] if m[1] else "", match["string"])
    return "null" if match["undefined"] else ""


def _unescaped(text: str) -> str | None:
    """With entities resolved, when the quotes themselves were escaped."""
    if "&quot;" not in text and "&#34;" not in text:
        return None
    return _repaired(html.unescape(text))


def _documents(text: str) -> list[Any] | None:
    """All documents one after another; None: some part is no JSON."""
    found: list[Any] = []
    place = 0
    try:
        while place < len(text):
            value, place = _DECODER.raw_decode(text, place)
            found.append(value)
            while place < len(text) and text[place] in " \t\r\n;,":
                place += 1
    except (ValueError, RecursionError):
        # One brace too many after a whole document takes nothing away from it.
        return found if found and re.fullmatch(r"[\s\]}]*", text[place:]) else None
    return found
