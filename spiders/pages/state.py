"""The data that a page's own script starts from: `window.__INITIAL_STATE__ = {…}` and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import unquote

from spiders.pages.json_text import MAX_JSON, load_json

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[{}\[\]]', re.DOTALL)
"""A string that is never closed is one token too: each quote in it would be tried anew."""

_MAX_PLACES: Final = 20


def assigned(text: str, names: Sequence[str]) -> Iterator[Any]:
    """The objects and lists that are assigned to one of the names, in the page's order.

    Code may follow: the value ends with the bracket that closes it. `undefined` is null. A value
    that is cut off is none.
    """
    pattern = re.compile(rf"(?:{'|'.join(map(re.escape, names))})[\"'\]]*\s*=\s*(?=[{{\[])")
    for count, match in enumerate(pattern.finditer(text)):
        if count >= _MAX_PLACES:
            return
        for document in load_json(_value_at(text, match.end()))[:1]:
            if isinstance(document, dict | list):
                yield document


def _value_at(text: str, start: int) -> str:
    """The text from a bracket to the one that closes it; "": it is never closed."""
    depth = 0
    for token in _TOKEN.finditer(text, start, start + MAX_JSON):
        sign = token[0]
        if sign in "{[":
            depth += 1
        elif sign in "}]":
            depth -= 1
            if depth == 0:
                return text[start : token.end()]
    return ""


def in_script(text: str, name: str) -> Any | None:
    """The document in `<script id="name">`, percent-encoded or not; None: there is none."""
    pattern = rf"<script\b[^<>]{{0,300}}\bid=[\"']?{re.escape(name)}[\"'\s>]"
    match = re.search(pattern, text, re.IGNORECASE)
    if match is None:
        return None
    start = text.find(">", match.start()) + 1
    end = text.find("</script", start)
    source = text[start : end if end > 0 else start].strip()
    if source.startswith("%"):
        source = unquote(source)
    documents = load_json(source)
    return documents[0] if len(documents) == 1 and isinstance(documents[0], dict | list) else None
