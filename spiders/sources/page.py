"""Any page with its own markup: a listing, an account or a post, whatever site it is of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from spiders.items import AccountItem, FetchStatus, ListingItem, PostItem, item_of_page
from spiders.pages.item import PARSER_VERSION, PageItem, PageKind, PageStatus
from spiders.pages.listing import read_page
from spiders.pages.taught import SelectorError
from spiders.sources.base import Page, PageRequest, Reading, Source, Target

STATUSES = {
    PageStatus.OK: FetchStatus.OK,
    PageStatus.AMBIGUOUS: FetchStatus.AMBIGUOUS,
    PageStatus.EMPTY: FetchStatus.EMPTY,
    PageStatus.BLOCKED: FetchStatus.BLOCKED,
    PageStatus.CHALLENGE: FetchStatus.CHALLENGE,
    PageStatus.LOGIN_WALL: FetchStatus.LOGIN_WALL,
    PageStatus.NOT_FOUND: FetchStatus.NOT_FOUND,
    PageStatus.SERVER_ERROR: FetchStatus.SERVER_ERROR,
    PageStatus.BAD_CONTENT: FetchStatus.BAD_CONTENT,
}
"""What the page readers say, as a fetch says it."""

_KINDS = {
    "account": frozenset({PageKind.PROFILE}),
    "post": frozenset({PageKind.POST}),
    "listing": frozenset({PageKind.PRODUCT}),
}


class PageSource(Source):
    """The general reader, `tracker read-page`, on a schedule."""

    name: ClassVar[str] = "page"
    kinds: ClassVar[frozenset[str]] = frozenset({"account", "post", "listing"})
    parser_version: ClassVar[int] = PARSER_VERSION

    def matches(self, url: str) -> bool:
        """Every page, after all other sources were asked."""
        return url.startswith(("http://", "https://"))

    def requests(self, target: Target) -> Sequence[PageRequest]:
        """The page itself."""
        return [PageRequest(target.url)]

    def read(self, target: Target, page: Page) -> Reading:
        """The one thing that the page is about, if it is of the target's kind."""
        try:
            read = read_page(
                page.body,
                page.url,
                content_type=page.headers.get("content-type", ""),
                selectors=target.selectors,
            )
        except SelectorError as error:
            return Reading(status=FetchStatus.EMPTY, detail=f"taught selector: {error}")
        return self._reading(target, read)

    def _reading(self, target: Target, read: PageItem) -> Reading:
        status = STATUSES[read.status]
        if status not in (FetchStatus.OK, FetchStatus.AMBIGUOUS):
            return Reading(status=status, detail=read.title or "")
        if read.kind not in _KINDS[target.kind]:
            return Reading(status=FetchStatus.EMPTY, detail=f"the page is a {read.kind.value}")
        item = item_of_page(read)
        if item is None or not _says_something(item):
            return Reading(status=FetchStatus.EMPTY, detail="no number in it")
        return Reading(items=[item], status=status, is_complete=True)


def _says_something(item: AccountItem | PostItem | ListingItem) -> bool:
    if isinstance(item, ListingItem):
        return bool(item.price or item.is_ambiguous or item.availability or item.counts)
    return bool(item.counts)
