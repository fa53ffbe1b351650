"""JSON of strangers: what Python's reader lets pass and a store must not (reliability F4).

Refused are: other encodings than UTF-8, values nested too deep, NaN and Infinity, a name twice in
an object, half a surrogate pair, NUL in a text, integers of more than 19 digits. A number with a
fraction or an exponent stays the text that it was: no float ever touches an amount.
"""

from __future__ import annotations

import json
import re
from json import JSONDecodeError
from typing import Any, NoReturn

MAX_DEPTH = 32
"""Objects and arrays within each other. Orders of shops have about eight levels."""

MAX_DIGITS = 19
"""Digits of an integer: what a 64-bit column can hold."""

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.S)  # always matches: never tried twice
_OPENING = re.compile(rb"[\[{]")
_BRACKETS = re.compile(rb"[\[\]{}]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class StrictJsonError(ValueError):
    """A body that is not taken; `code` is one of: not_utf8, not_json, too_deep, not_finite,
    name_twice, bad_character, number_too_long."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Number(str):
    """A number with a fraction or an exponent, as it was written."""

    __slots__ = ()


def read_strictly(body: bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """The value of a JSON document: dict, list, str, int, bool, None, and `Number`.

    Raises:
        StrictJsonError: see there.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise StrictJsonError("not_utf8") from None
    _check_depth(body, max_depth)
    try:
        value = json.loads(
            text,
            parse_float=Number,
            parse_int=_integer,
            parse_constant=_not_finite,
            object_pairs_hook=_object,
        )
    except JSONDecodeError:
        raise StrictJsonError("not_json") from None
    except RecursionError:
        raise StrictJsonError("too_deep") from None
    # Escapes can spell what UTF-8 cannot; most bodies have no escape at all.
    if b"\\u" in body:
        _check_texts(value)
    return value


def _check_depth(body: bytes, limit: int) -> None:
    """Before parsing: the parser recurses as deep as a stranger says."""
    if len(_OPENING.findall(body)) <= limit:
        return
    depth = 0
    for bracket in _BRACKETS.findall(_STRING.sub(b"", body)):
        depth += 1 if bracket in b"[{" else -1
        if depth > limit:
            raise StrictJsonError("too_deep")


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS + digits.startswith("-"):
        raise StrictJsonError("number_too_long")
    return int(digits)


def _not_finite(_name: str) -> NoReturn:
    raise StrictJsonError("not_finite")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise StrictJsonError("name_twice")
    return values


def _check_texts(value: Any) -> None:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if "\0" in one or _SURROGATE.search(one):
                raise StrictJsonError("bad_character")
        elif isinstance(one, dict):
            waiting += one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
