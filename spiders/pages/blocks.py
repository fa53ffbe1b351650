"""Pages that are no answer: challenges, login walls, blocks, "not found". They carry no number.

Marks of the protection services also stand in the good pages of their customers; so only titles
and addresses count everywhere, marks in the text only where a page shows little and sells nothing.
The expressions are in blocks.toml.
"""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from spiders.pages.item import PageKind, PageStatus

LITTLE_TEXT: Final = 1_500
"""Visible characters up to which marks in the source decide."""

_ENDS: Final = 200_000
"""Characters at both ends of a long source that are searched: a wall is not in the middle."""

Verdict = tuple[PageKind, PageStatus]
"""What the page is instead of an answer."""

_KINDS: Final = {
    PageStatus.CHALLENGE: PageKind.CHALLENGE,
    PageStatus.LOGIN_WALL: PageKind.LOGIN,
}


def verdict_of(status: PageStatus) -> Verdict:
    """The kind that goes with a status that is no answer."""
    return _KINDS.get(status, PageKind.ERROR), status


def _read() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "blocks.toml").read_text(encoding="utf-8"))


_DATA = _read()


def _patterns(table: str, frame: str = "{}") -> list[tuple[Verdict, re.Pattern[str]]]:
    return [
        (
            verdict_of(PageStatus(status)),
            re.compile(frame.format("|".join(patterns)), re.IGNORECASE),
        )
        for status, patterns in _DATA[table].items()
    ]


# A title that goes on without such a mark is another title: "404 brand sneakers", "Captcha mug".
_TITLES = [
    *_patterns("titles", r"^(?:{})[\s.!…。！]*(?:$|[-–—|·•_:：,，\u200e].*)"),
    *_patterns("titles_anywhere"),
]
_ADDRESSES = _patterns("addresses")
_MARKS = _patterns("marks")
_WORDS = _patterns("words")
_CODES = {code: verdict_of(PageStatus(status)) for code, status in _DATA["codes"].items()}


def _first(table: list[tuple[Verdict, re.Pattern[str]]], text: str) -> Verdict | None:
    return next((verdict for verdict, pattern in table if pattern.search(text)), None)


def judge_strongly(title: str | None, url: str) -> Verdict | None:
    """By title and address, which good pages do not share with bad ones."""
    found = _first(_TITLES, title.strip()) if title else None
    if found is not None:
        return found
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return _first(_ADDRESSES, f"//{parts.netloc.lower()}{parts.path.lower()}")


def judge_weakly(text: str, n_visible: int, *, has_password: bool) -> Verdict | None:
    """By marks in the source of a page that has no item: little text, or a password field.

    `n_visible`: characters that the page shows.
    """
    if n_visible > LITTLE_TEXT:
        return None
    source = text if len(text) < 2 * _ENDS else text[:_ENDS] + text[-_ENDS:]
    found = _first(_MARKS, source)
    if found is None and has_password:
        return verdict_of(PageStatus.LOGIN_WALL)
    return found


def judge_json(document: Any) -> Verdict | None:
    """Whether a JSON answer is a refusal; None: it is not one."""
    if not isinstance(document, dict):
        return None
    if document.get("ok") == Decimal(-100):  # Weibo
        return verdict_of(PageStatus.LOGIN_WALL)
    error = document.get("error", document.get("errors"))
    code = document.get("code", document.get("status"))
    inner = error if isinstance(error, dict) else document.get("data")
    if isinstance(inner, dict) and not isinstance(code, Decimal):
        code = inner.get("code", inner.get("status", code))
    known = _CODES.get(format(code, "f") if isinstance(code, Decimal) else str(code))
    if known is not None:
        return known
    if document.get("data") and not error and not document.get("ret"):
        return None
    words = [document.get(key) for key in ("code", "error", "errors", "message", "msg", "ret")]
    said = " ".join(str(word)[:300] for word in words if isinstance(word, str | list | dict))
    found = _first(_WORDS, said) if said else None
    if found is None and (error or "rgv587_flag" in document):
        return verdict_of(PageStatus.CHALLENGE if not error else PageStatus.BLOCKED)
    return found
