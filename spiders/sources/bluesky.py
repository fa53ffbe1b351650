"""Bluesky: accounts and posts from its public interface, without a key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final
from urllib.parse import quote, urlencode

from spiders.items import PostItem
from spiders.pages import bluesky
from spiders.pages.item import PARSER_VERSION
from spiders.sources.base import Page, PageRequest, PostTarget, Reading, Source, Target
from spiders.sources.social_reading import path_of, reading_of, step

HOST: Final = "public.api.bsky.app"
FEED_POSTS: Final = 50
"""Newest posts that are read with an account."""

_PATH = re.compile(r"/profile/([A-Za-z0-9.:_%-]{3,256})(?:/post/([a-z0-9]{1,64}))?/?")
_REFUSALS = frozenset({400, 401, 403, 404})


class BlueskySource(Source):
    """A handle is looked up once; from then on the account's did is asked for."""

    name: ClassVar[str] = bluesky.NETWORK
    kinds: ClassVar[frozenset[str]] = frozenset({"account", "post"})
    parser_version: ClassVar[int] = PARSER_VERSION

    def matches(self, url: str) -> bool:
        """bsky.app/profile/…"""
        return _PATH.fullmatch(path_of(url, "bsky.app") or "") is not None

    def requests(self, target: Target) -> Sequence[PageRequest]:
        """The profile, or the post once its author's did is known."""
        match = _PATH.fullmatch(path_of(target.url, "bsky.app") or "")
        if match is None:
            return []
        if target.kind == "account":
            return [_call("app.bsky.actor.getProfiles", "profile", actors=target.ref or match[1])]
        if target.kind == "post" and target.ref.startswith("at://"):
            return [_post(target.ref)]
        if target.kind == "post" and match[2]:
            if match[1].startswith("did:"):
                return [_post(_uri(match[1], match[2]))]
            return [_call("app.bsky.actor.getProfiles", "author", match[2], actors=match[1])]
        return []

    def read(self, target: Target, page: Page) -> Reading:
        """Profile, then feed; or author, then post."""
        tag = page.request.tag
        if tag == "feed":
            actor = page.request.data.get("key", "")
            return reading_of(bluesky.read_feed(page.body, actor), self.name)
        if tag == "post":
            found = bluesky.read_posts(page.body)
            reading = reading_of(found, self.name, ref=found.posts[0].ref if found.posts else "")
            reading.is_complete = bool(found.posts)
            return reading
        found = bluesky.read_profiles(page.body)
        if not found.accounts:
            return reading_of(found, self.name)
        did = found.accounts[0].ref
        if tag == "author":
            return step(_post(_uri(did, page.request.data.get("key", ""))))
        feed = _call(
            "app.bsky.feed.getAuthorFeed", "feed", did, actor=did, limit=str(FEED_POSTS),
            filter="posts_no_replies",
        )  # fmt: skip
        return reading_of(found, self.name, ref=did, requests=[feed])

    def post_target(self, item: PostItem) -> PostTarget | None:
        """By its own address at the same host."""
        return PostTarget(ref=item.ref, url=item.url, host=HOST) if item.url else None


def _uri(did: str, key: str) -> str:
    return f"at://{did}/app.bsky.feed.post/{key}"


def _post(uri: str) -> PageRequest:
    return _call("app.bsky.feed.getPosts", "post", uris=uri)


def _call(method: str, tag: str, key: str = "", **query: str) -> PageRequest:
    url = f"https://{HOST}/xrpc/{method}?{urlencode(query, quote_via=quote)}"
    return PageRequest(
        url,
        {"Accept": "application/json"},
        must_come_whole=tag in ("profile", "author"),
        tag=tag,
        accepts=_REFUSALS,
        data={"key": key},
    )
