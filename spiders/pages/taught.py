"""Selectors that staff taught for one site, where its markup says nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from parsel.csstranslator import HTMLTranslator

from spiders.pages.facts import Facts
from spiders.pages.item import Candidate
from spiders.pages.nodes import clean_text
from spiders.pages.values import availability_of, count_of, price_of, rating_of

FIELDS: Final = frozenset(
    {
        "title",
        "price",
        "list_price",
        "availability",
        "rating",
        "review_count",
        "sku",
        "brand",
        "seller",
        "promotion",
        "sold",
    }
)
MAX_SELECTOR: Final = 500


class SelectorError(ValueError):
    """A selector that cannot be used; `code` is unknown_field, too_long or not_css."""

    def __init__(self, code: str, field: str) -> None:
        super().__init__(f"{code}: {field}")
        self.code = code
        self.field = field


def check_selectors(selectors: Mapping[str, str]) -> None:
    """Raise SelectorError for the first selector that could not be used."""
    for field, selector in selectors.items():
        if field not in FIELDS:
            raise SelectorError("unknown_field", field)
        _xpath(field, selector)


def read_taught(tree: Any, selectors: Mapping[str, str], currency: str | None = None) -> Facts:
    """What CSS selectors find in a page (`::text` and `::attr(name)` are understood).

    A price found twice with two values is no price: both are candidates. Fields whose selector
    finds nothing stay None. Raises SelectorError.
    """
    check_selectors(selectors)
    facts = Facts("taught")
    texts = {field: select(tree, field, selector) for field, selector in selectors.items()}
    prices = _prices(texts.get("price", []), currency)
    distinct = list(dict.fromkeys(price for price, _ in prices))
    facts.currency = next((code for _, code in prices if code), currency)
    if len(distinct) == 1:
        facts.price = distinct[0]
    elif distinct:
        facts.clashing = [Candidate("taught", price, facts.currency) for price in distinct]
    before = {price for price, _ in _prices(texts.get("list_price", []), currency)}
    facts.list_price = before.pop() if len(before) == 1 else None
    states = map(availability_of, texts.get("availability", []))
    facts.availability = next(filter(None, states), None)
    ratings = [found for text in texts.get("rating", []) if (found := rating_of(text, None))]
    if ratings:
        facts.rating, facts.rating_best = ratings[0]
    counts = [count.value for text in texts.get("review_count", []) if (count := count_of(text))]
    facts.review_count = counts[0] if counts else None
    for name in ("title", "sku", "brand", "seller", "promotion", "sold"):
        setattr(facts, name, next(iter(texts.get(name, [])), None))
    return facts


def _prices(texts: list[str], currency: str | None) -> list[tuple[Decimal, str | None]]:
    return [found for text in texts if (found := price_of(text, currency))]


def select(tree: Any, field: str, selector: str) -> list[str]:
    """The texts that a selector finds, in order, at most 50. Raises SelectorError."""
    found = tree.xpath(_xpath(field, selector))
    texts = [item if isinstance(item, str) else "".join(item.itertext()) for item in found[:50]]
    return [text for text in map(clean_text, texts) if text]


def _xpath(field: str, selector: str) -> str:
    if len(selector) > MAX_SELECTOR or not re.search(r"\S", selector):
        raise SelectorError("too_long" if selector.strip() else "not_css", field)
    try:
        return str(HTMLTranslator().css_to_xpath(selector))
    except (SyntaxError, RuntimeError, ValueError) as error:  # what cssselect and parsel raise
        raise SelectorError("not_css", field) from error
