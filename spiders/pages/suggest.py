"""Selectors to choose from: the elements of a page that look like its price."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from spiders.pages.nodes import clean_text
from spiders.pages.taught import SelectorError, select
from spiders.pages.values import price_of

MAX_TEXT: Final = 60
MAX_INSIDE: Final = 12
"""Elements within one that is still held for a single amount."""

MAX_ELEMENTS: Final = 20_000
_MOST: Final = 60
"""Elements that look like prices and are weighed."""

_PRICE_WORD = re.compile(r"price|amount|cost|preis|prix|precio|价|售|money", re.IGNORECASE)
_OTHER_WORD = re.compile(
    r"old|was|before|list|origin|strike|del\b|compare|regular|msrp|ship|deliver|freight|tax|save|"
    r"coupon|unit|related|recommend|similar|cart|原价|运费",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,60}")
_MADE_UP = re.compile(r"\d{3,}|[a-z]+[A-Z0-9][a-zA-Z0-9]*\d|^css-|^sc-|--\w{5,}$")
"""Names that a build makes: another one tomorrow."""
_NOT_SEEN: Final = frozenset({"script", "style", "template", "option", "title", "head", "noscript"})


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A selector and what it finds."""

    selector: str
    text: str
    price: Decimal
    currency: str | None
    finds: int
    """Elements that it finds; with other than 1 it needs to be narrower."""


def suggest_prices(tree: Any, currency: str | None = None, most: int = 8) -> list[Suggestion]:
    """Selectors for what looks like the price, the likeliest first; [] when nothing does."""
    found: dict[str, tuple[int, Suggestion]] = {}
    for rank, (element, text, price, code) in enumerate(_priced(tree, currency)):
        if rank >= _MOST:
            break
        selector = _selector_of(element)
        if selector is None or selector in found:
            continue
        texts = _found_by(tree, selector)
        if not texts:
            continue
        suggestion = Suggestion(selector, text, price, code, len(texts))
        found[selector] = (_weight(element, suggestion), suggestion)
    ranked = sorted(found.values(), key=lambda pair: -pair[0])
    return [suggestion for _, suggestion in ranked[:most]]


def _priced(tree: Any, currency: str | None) -> Iterator[tuple[Any, str, Decimal, str | None]]:
    """Elements whose whole text is an amount that is marked as money, by a sign or a name."""
    for count, element in enumerate(tree.iter()):
        if count >= MAX_ELEMENTS:
            return
        if not isinstance(element.tag, str) or element.tag in _NOT_SEEN or len(element) > 4:
            continue
        text = _short_text(element)
        if text is None or not any(sign.isdigit() for sign in text):
            continue
        price = price_of(text, currency)
        if price is None:
            continue
        has_sign = price[1] is not None or not re.fullmatch(r"[\d\s.,]+", text)
        if has_sign or _PRICE_WORD.search(_names(element)):
            yield element, text, price[0], price[1] or currency


def _short_text(element: Any) -> str | None:
    """The whole text of an element that holds little; None: nothing, or too much."""
    pieces = []
    for count, inner in enumerate(element.iter()):
        if count >= MAX_INSIDE:
            return None
        pieces.append(inner.text or "" if isinstance(inner.tag, str) else "")
        if inner is not element:
            pieces.append(inner.tail or "")
    text = clean_text("".join(piece[: MAX_TEXT * 4] for piece in pieces), limit=MAX_TEXT + 1)
    return text if text is not None and len(text) <= MAX_TEXT else None


def _names(element: Any) -> str:
    return f"{element.get('id', '')} {element.get('class', '')} {element.get('itemprop', '')}"


def _selector_of(element: Any) -> str | None:
    """The shortest selector by names that last: its own, else its nearest named ancestor's."""
    own = _own_selector(element)
    if own is None:
        return None
    if own != element.tag:
        return own
    parent = element.getparent()
    for _ in range(3):
        if parent is None:
            return None
        name = _own_selector(parent)
        if name is not None and name != parent.tag:
            return f"{name} {own}"
        parent = parent.getparent()
    return None


def _own_selector(element: Any) -> str | None:
    if not isinstance(element.tag, str) or not _NAME.fullmatch(element.tag):
        return None
    name = element.get("id", "")
    if _is_lasting(name):
        return f"#{name}"
    for attribute in ("itemprop", "data-testid", "data-test", "data-role"):
        value = element.get(attribute, "")
        if _is_lasting(value):
            return f'[{attribute}="{value}"]'
    classes = [one for one in element.get("class", "").split() if _is_lasting(one)]
    return ".".join([element.tag, *classes[:2]]) if classes else str(element.tag)


def _is_lasting(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and _MADE_UP.search(name) is None


def _found_by(tree: Any, selector: str) -> list[str]:
    try:
        return select(tree, "price", selector)
    except SelectorError:
        return []


def _weight(element: Any, suggestion: Suggestion) -> int:
    """How likely it is the price: named so, with a currency, alone, and not another amount's."""
    weight = 4 if _PRICE_WORD.search(_names(element)) else 0
    weight += 3 if suggestion.currency else 0
    weight += 4 if suggestion.finds == 1 else 0
    nearest = [element, *list(element.iterancestors())[:3]]
    if any(one.tag in ("del", "s", "strike") or _OTHER_WORD.search(_names(one)) for one in nearest):
        weight -= 6
    return weight
