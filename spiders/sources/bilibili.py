"""Bilibili: present, and off. Its saved pages and files of metrics are read all the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from spiders.items import FetchStatus
from spiders.pages import bilibili
from spiders.pages.item import PARSER_VERSION
from spiders.sources.base import Page, PageRequest, Reading, Source, Target
from spiders.sources.social_reading import path_of


class BilibiliSource(Source):
    """It asks for nothing. Bilibili has objected, by lawyers, to collecting through its interfaces
    that are not published; whether to ask them is for the owner of an installation to decide with
    legal advice, and not for a default."""

    name: ClassVar[str] = bilibili.NETWORK
    kinds: ClassVar[frozenset[str]] = frozenset({"account", "post"})
    parser_version: ClassVar[int] = PARSER_VERSION
    off_because: ClassVar[str] = "objected"

    def matches(self, url: str) -> bool:
        """bilibili.com"""
        return path_of(url, "bilibili.com", "b23.tv") is not None

    def requests(self, target: Target) -> Sequence[PageRequest]:
        """None."""
        del target
        return []

    def read(self, target: Target, page: Page) -> Reading:
        """Nothing: nothing was asked."""
        del target, page
        return Reading(status=FetchStatus.NOT_PUBLIC, detail=self.off_because)
