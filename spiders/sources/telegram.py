"""Telegram's public channels: the exact number from the card, posts from the preview."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from spiders.items import FetchStatus, PostItem
from spiders.pages import telegram
from spiders.pages.item import PARSER_VERSION, PageStatus
from spiders.sources.base import Page, PageRequest, PostTarget, Reading, Source, Target
from spiders.sources.social_reading import nothing, path_of, reading_of, step

HOST: Final = "t.me"
_PATH = re.compile(rf"/(?:s/)?({telegram.NAME.pattern})(?:/([0-9]{{1,12}}))?/?")


class TelegramSource(Source):
    """A channel with its newest posts, or one post."""

    name: ClassVar[str] = telegram.NETWORK
    kinds: ClassVar[frozenset[str]] = frozenset({"account", "post"})
    parser_version: ClassVar[int] = PARSER_VERSION

    def matches(self, url: str) -> bool:
        """t.me/<name>, t.me/s/<name>, t.me/<name>/<number>."""
        return _PATH.fullmatch(path_of(url, HOST, "telegram.me") or "") is not None

    def requests(self, target: Target) -> Sequence[PageRequest]:
        """The card, or one post as it is embedded elsewhere."""
        match = _PATH.fullmatch(path_of(target.url, HOST, "telegram.me") or "")
        if match is None:
            return []
        if target.kind == "account" and not match[2]:
            url, data = f"https://{HOST}/{match[1]}", {"name": match[1]}
            return [PageRequest(url, must_come_whole=True, tag="card", data=data)]
        if target.kind == "post" and match[2]:
            return [PageRequest(f"https://{HOST}/{match[1]}/{match[2]}?embed=1", tag="post")]
        return []

    def read(self, target: Target, page: Page) -> Reading:
        """Card, then list: the list's number is a rounded one, taken only if the card has none."""
        if page.request.tag == "post":
            found = telegram.read_embed(page.body)
            reading = reading_of(found, self.name, ref=found.posts[0].ref if found.posts else "")
            reading.is_complete = bool(found.posts)
            return reading
        if page.request.tag == "card":
            return self._card(page)
        found = telegram.read_channel(page.body)
        has_number = page.request.data.get("has_number") == "yes"
        if found.status is PageStatus.EMPTY and has_number:
            return nothing("the channel shows no preview of its posts")
        if has_number:
            found.accounts = []
        return reading_of(found, self.name)

    def post_target(self, item: PostItem) -> PostTarget | None:
        """By its own address."""
        return PostTarget(ref=item.ref, url=item.url, host=HOST) if item.url else None

    def _card(self, page: Page) -> Reading:
        found = telegram.read_card(page.body)
        name = page.request.data.get("name", "")
        data = {"has_number": "yes" if found.is_answer else "no"}
        posts = PageRequest(f"https://{HOST}/s/{name}", tag="list", data=data)
        if found.status is PageStatus.EMPTY:
            if found.detail:  # "@name": a person
                return Reading(status=FetchStatus.NOT_PUBLIC, detail="no subscribers are shown")
            return step(posts)
        return reading_of(found, self.name, ref=name.lower(), requests=[posts])
