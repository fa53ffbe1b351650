"""The place of one of our own listings on a public page of results, chosen by a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from spiders.pages.ranking import PARSER_VERSION, read_ranking
from spiders.sources.base import Page, PageRequest, Reading, Source, Target
from spiders.sources.page import STATUSES
from tracker.domain.keywords import is_first_page, keyword_of
from tracker.observed import RANKING, Count, FetchStatus, RankItem


class RankingSource(Source):
    """A search or category page, read for where a listing stands on it."""

    name: ClassVar[str] = RANKING
    kinds: ClassVar[frozenset[str]] = frozenset({"listing"})
    parser_version: ClassVar[int] = PARSER_VERSION

    def matches(self, url: str) -> bool:
        """None by itself: that a page is read for a rank, a person says."""
        del url
        return False

    def requests(self, target: Target) -> Sequence[PageRequest]:
        """The page, whole: "nothing has changed" would confirm all numbers of the listing. Of a
        second page of results, or one without keyword, nothing can be said."""
        if not is_first_page(target.url) or not keyword_of(target.url):
            return []
        return [PageRequest(target.url, must_come_whole=True)]

    def read(self, target: Target, page: Page) -> Reading:
        """The place; not on the page: a good reading without a number, that says among how many."""
        keyword = keyword_of(target.url)
        if not target.listing_url or not keyword:
            return Reading(status=FetchStatus.EMPTY, detail="no listing to look for")
        found = read_ranking(
            page.body,
            page.url,
            target.listing_url,
            content_type=page.headers.get("content-type", ""),
        )
        reading = Reading(status=STATUSES[found.status], detail=found.detail[:300])
        if found.place is not None:
            item = RankItem(
                keyword=keyword,
                counts={"rank": Count.exactly(found.place, found.source)},
                sources={"rank": found.source},
                parser_version=PARSER_VERSION,
            )
            reading.items, reading.is_complete = [item], True
        return reading
