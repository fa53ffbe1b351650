"""What the sources of shops have in common: the shop system's own JSON first, then its page."""

from __future__ import annotations

import dataclasses
from typing import Final

from spiders.items import FetchStatus, item_of_page
from spiders.pages.item import PageItem, PageKind, PageStatus
from spiders.pages.listing import read_page
from spiders.pages.taught import SelectorError
from spiders.sources.base import Page, Reading, Target
from spiders.sources.social_reading import STATUSES

NOT_THERE: Final = frozenset({400, 401, 403, 404, 406, 410})
"""Answers of a JSON address that say: ask the page itself."""

MAX_CARRIED: Final = 512 * 2**10
"""Characters of an answer that are kept while the page is asked for what it lacks."""


def read_product(page: Page, url: str, selectors: dict[str, str] | None = None) -> PageItem | None:
    """The product of an answer; None: there is no product in it, or a selector is none.

    `url` is the public address, which may name the variant.
    """
    content_type = page.headers.get("content-type", "")
    try:
        item = read_page(page.body, url, content_type=content_type, selectors=selectors)
    except SelectorError:
        return None
    return item if item.kind is PageKind.PRODUCT else None


def reading_of_listing(target: Target, item: PageItem) -> Reading:
    """The reading of a listing; a currency that a person fixed counts where the page says none."""
    if item.status not in (PageStatus.OK, PageStatus.AMBIGUOUS):
        return Reading(status=STATUSES[item.status], detail=item.title or "")
    if item.kind is not PageKind.PRODUCT:
        return Reading(status=FetchStatus.EMPTY, detail=f"the page is a {item.kind.value}")
    if item.currency is None and target.currency:
        item = dataclasses.replace(item, currency=target.currency)
    found = item_of_page(item)
    if found is None:
        return Reading(status=FetchStatus.EMPTY)
    return Reading(items=[found], status=STATUSES[item.status], is_complete=True)
