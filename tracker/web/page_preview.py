"""What is shown of a saved page before anything is stored: readings as rows, selectors as tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from spiders.pages.charset import decode_page
from spiders.pages.listing import read_page
from spiders.pages.markup import parse_tree
from spiders.pages.saved import SavedPage, read_saved
from spiders.pages.suggest import Suggestion, suggest_prices
from spiders.pages.taught import SelectorError, select
from spiders.urls import UrlRefusedError, parse_url
from tracker.domain.numbers import NumberReading, Precision

MARKS = {Precision.AT_LEAST: "≥", Precision.ROUNDED: "≈", Precision.RANGE: "≥"}
MAX_FOUND = 5
"""Texts of one selector that are shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A number with the mark of its precision."""

    value: int
    mark: str
    """≥, ≈, or nothing."""
    raw: str


@dataclass(slots=True)
class Preview:
    """A saved page as it is shown."""

    page: SavedPage
    host: str
    """Of the page, for what is taught; "": unknown."""
    selectors: Mapping[str, str]
    error: str
    """Field whose selector cannot be used; "": none."""
    found: dict[str, list[str]] = field(default_factory=dict)
    """Field -> texts that its selector finds."""
    suggestions: list[Suggestion] = field(default_factory=list)

    @property
    def can_store(self) -> bool:
        """Whether there is anything to store."""
        if self.page.social is not None:
            return self.page.social.is_answer
        listing = self.page.listing
        return listing is not None and listing.kind == "product" and listing.status == "ok"


def preview(body: bytes, url: str, selectors: Mapping[str, str], error: str) -> Preview:
    """Read a saved page.

    Args:
        selectors: by field, tried where the page says no price itself.
        error: the field whose selector is none; then none of them is tried.
    """
    page = read_saved(body, url)
    seen = Preview(page, _host(page.url), selectors, error)
    if page.social is not None:
        return seen
    tree = parse_tree(decode_page(body).text)
    if tree is None:
        return seen
    if selectors and not error:
        item = read_page(body, page.url, selectors=selectors)
        seen.page = SavedPage("", page.url, listing=item)
        seen.found = _found(tree, selectors)
    listing = seen.page.listing
    if listing is None or listing.price is None:
        seen.suggestions = suggest_prices(tree, listing.currency if listing else None)
    return seen


def _found(tree: object, selectors: Mapping[str, str]) -> dict[str, list[str]]:
    found = {}
    for name, selector in selectors.items():
        try:
            found[name] = select(tree, name, selector)[:MAX_FOUND]
        except SelectorError:
            found[name] = []
    return found


def _host(url: str) -> str:
    try:
        return parse_url(url).host
    except UrlRefusedError:
        return ""


def shown(reading: NumberReading | None) -> Shown | None:
    """A count as it is shown; None: not known."""
    if reading is None or reading.value is None or reading.value != int(reading.value):
        return None
    mark = MARKS.get(reading.precision, "") if reading.precision else ""
    return Shown(int(reading.value), mark, reading.raw)


def plain(amount: Decimal | None) -> str:
    """An amount as decimal text; "": not known."""
    return "" if amount is None else format(amount, "f")
