"""Text that a stranger wrote into an address: percent signs, charsets, invisible characters."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote_to_bytes

MAX_VALUE = 250
"""Characters of a mark's value that are kept (SEMANTICS 1.1)."""

MAX_RAW = 4_096
"""Characters of one raw value that are looked at; the rest could never reach the first 250."""

_ABSENT = frozenset(
    {"", "null", "undefined", "none", "(none)", "(not set)", "(not provided)", "not set"}
)
_MACRO = re.compile(r"__\w+__|\{\{.*\}\}|\{[^{}]*\}|\$\{.*\}|%%.*%%", re.DOTALL)
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e007f]"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_BLANKS = re.compile(r"\s+")


def percent_decode(raw: str) -> str:
    """A value of a query string as text: `+` is a blank, `%XX` decoded once.

    The bytes are read as UTF-8, else as GB18030 (old Chinese pages), else as Windows-1252; no
    input raises.
    """
    data = unquote_to_bytes(raw[:MAX_RAW].replace("+", " ").encode("utf-8", "replace"))
    for charset in ("utf-8", "gb18030"):
        try:
            return data.decode(charset)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", "replace")


def clean(text: str) -> str:
    """Without invisible and control characters, surrounding blanks and quotes, cut at 250.

    Case and width stay, since this is what is stored as the raw value. NUL is removed, other
    control characters are blanks.
    """
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
    text = _CONTROL.sub(" ", text.replace("\x00", ""))
    text = _BLANKS.sub(" ", text).strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    return text[:MAX_VALUE].rstrip()


def is_absent(value: str) -> bool:
    """Whether a cleaned value says nothing: empty, "null", "(not set)", or a macro that the ad
    platform did not fill in (`__X__`, `{x}`, `{{x}}`)."""
    return value.lower() in _ABSENT or _MACRO.fullmatch(value) is not None


@lru_cache(maxsize=8_192)
def normalise(value: str) -> str:
    """The form in which values are compared and reported: NFKC, trimmed, lower case, cut at 250."""
    text = unicodedata.normalize("NFKC", value).lower()
    return _BLANKS.sub(" ", text).strip()[:MAX_VALUE].rstrip()


def word_key(value: str) -> str:
    """A normalised value with blanks and underscores read as hyphens, for looking words up."""
    return re.sub(r"[\s_]+", "-", value)
