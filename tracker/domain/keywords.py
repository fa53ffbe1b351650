"""Which keyword a public page of results is for, as its address says it."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

LONGEST: Final = 60
"""Characters of a keyword."""

_NAMES: Final = ("q", "query", "keyword", "keywords", "search", "wd", "k", "s")
_PAGES: Final = frozenset({"page", "p", "pg", "paged"})
_MAX_FIELDS: Final = 100


def keyword_of(url: str) -> str:
    """The keyword of a search address, or the last part of a category's path; "" when neither says
    anything. Lower case, blanks squeezed, at most LONGEST characters."""
    fields, path = _read(url)
    said = next((fields[name] for name in _NAMES if fields.get(name, "").strip()), "")
    text = said or next((part for part in reversed(path.split("/")) if part), "")
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown.lower().split())[:LONGEST].strip()


def is_first_page(url: str) -> bool:
    """Whether an address asks for the first page of its results: places on a later one are not
    places among all."""
    fields, _path = _read(url)
    return all(fields.get(name, "").strip() in ("", "0", "1") for name in _PAGES)


def _read(url: str) -> tuple[dict[str, str], str]:
    """Fields of the query by their names in lower case, and the path in plain characters."""
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, max_num_fields=_MAX_FIELDS)
    except ValueError:
        return {}, ""
    fields = {name.lower(): value for name, value in reversed(pairs)}
    return fields, unquote(parts.path)
