"""Parameters of a landing address: UTM, ref, kol, click ids.

Semantics: query string first, then #fragment; of a repeated parameter the first value that says
something; `name[]=` is not `name`. The whole address is parsed before any value is cut, since
Matomo, which cuts first, loses what stands late in a long address (its own fixtures show it).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from tracker.domain.text import clean, is_absent, percent_decode

MAX_ADDRESS = 65_536
"""Characters of an address that are parsed; the collector accepts far less (8 KiB)."""

UTM_NAMES = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "utm_id")

CLICK_PARAMETER = "tk"
"""Our own: event id of the tracked-link click that led here. Not part of the mark."""

# A second question mark starts another parameter only where one follows: `?a=b?c=d`, not `?a=why?`.
_SEPARATOR = re.compile(r"[&＆]|[?？](?=[A-Za-z_][\w.\-]{0,40}[=＝])")
_EQUALS = re.compile("[=＝]")


def parameters(address: str, names: Collection[str]) -> dict[str, list[str]]:
    """The values of the wanted parameters, decoded and cleaned.

    Args:
        address: anything that claims to be a URL; scheme and host may be missing.
        names: lower-case names; parameters are matched without regard to case.

    Returns:
        name -> its values that say something, in order: query string, then fragment. Names
        without one are left out.
    """
    found: dict[str, list[str]] = {}
    for name, raw in _pairs(address[:MAX_ADDRESS]):
        if name in names or (_is_written_oddly(name) and (name := _name(name)) in names):
            value = clean(percent_decode(raw))
            if not is_absent(value):
                found.setdefault(name, []).append(value)
    return found


def _pairs(address: str) -> Iterator[tuple[str, str]]:
    before, _, fragment = address.partition("#")
    starts = [at for at in (before.find("?"), before.find("？")) if at >= 0]
    query = before[min(starts) + 1 :] if starts else ""
    # A fragment is `#utm_source=x`, or a page of a single-page site: `#/shop?utm_source=x`.
    for part in (query, fragment):
        for piece in _SEPARATOR.split(part):
            split = _EQUALS.split(piece, maxsplit=1)
            if len(split) == 2 and len(split[0]) <= 100:
                yield split[0].lower(), split[1]


def _is_written_oddly(name: str) -> bool:
    return "%" in name or ";" in name or not name.isascii() or not name.isprintable()


def _name(raw: str) -> str:
    name = clean(percent_decode(raw)).lower()
    return name.removeprefix("amp;")  # an address copied from HTML source: `&amp;utm_medium=`
