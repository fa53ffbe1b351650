"""X: accounts and posts by API v2, with the user's own token, which X bills for each of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final
from urllib.parse import urlencode

from spiders.items import FetchStatus
from spiders.pages import x
from spiders.pages.item import PARSER_VERSION
from spiders.sources.base import Page, PageRequest, Reading, Source, Target
from spiders.sources.social_reading import nothing, path_of, reading_of

HOST: Final = "api.x.com"
POSTS: Final = 10
"""Newest posts that are read with an account: each is billed."""

_POST_FIELDS: Final = "public_metrics,created_at,author_id"
_PATH = re.compile(r"/([A-Za-z0-9_]{1,15})(?:/status/([0-9]{1,20}))?/?")
_NOT_NAMES: Final = frozenset({"i", "home", "explore", "search", "settings", "intent", "share"})


class XSource(Source):
    """An account with its newest posts, or one post."""

    name: ClassVar[str] = x.NETWORK
    kinds: ClassVar[frozenset[str]] = frozenset({"account", "post"})
    parser_version: ClassVar[int] = PARSER_VERSION
    needs: ClassVar[tuple[str, ...]] = ("token",)

    def matches(self, url: str) -> bool:
        """x.com/<name> and x.com/<name>/status/<id>; twitter.com the same."""
        return _parts_of(url) != ("", "")

    def requests(self, target: Target) -> Sequence[PageRequest]:
        """The account by name, or the post by number."""
        name, post = _parts_of(target.url)
        token = target.secrets.get("token", "")
        if target.kind == "post" and post:
            fields = {"ids": post, "tweet.fields": _POST_FIELDS}
            return [_call("tweets", "post", token, fields)]
        if target.kind != "account" or post or not name:
            return []
        fields = {"usernames": name, "user.fields": "public_metrics,created_at"}
        if target.ref.isdigit():  # a name may be changed, and taken by another
            fields = {"ids": target.ref, "user.fields": "public_metrics,created_at"}
            return [_call("users", "account", token, fields)]
        return [_call("users/by", "account", token, fields)]

    def read(self, target: Target, page: Page) -> Reading:
        """Account, then posts."""
        if page.request.tag == "account":
            found = x.read_users(page.body)
            if not found.accounts:
                return reading_of(found, self.name, closed=FetchStatus.NO_KEY)
            ref = found.accounts[0].ref
            fields = {
                "max_results": str(POSTS), "exclude": "retweets,replies",
                "tweet.fields": _POST_FIELDS,
            }  # fmt: skip
            posts = _call(f"users/{ref}/tweets", "posts", target.secrets.get("token", ""), fields)
            return reading_of(found, self.name, ref=ref, requests=[posts])
        found = x.read_tweets(page.body)
        if page.request.tag == "posts" and not found.is_answer:
            return nothing(found.detail)
        reading = reading_of(found, self.name, closed=FetchStatus.NO_KEY)
        if page.request.tag == "post" and found.posts:
            reading.ref, reading.is_complete = found.posts[0].ref, True
        return reading


def _parts_of(url: str) -> tuple[str, str]:
    """(name, number of a post) of an address; ("", ""): it is neither."""
    match = _PATH.fullmatch(path_of(url, "x.com", "twitter.com") or "")
    if match is None or (match[1].lower() in _NOT_NAMES and not match[2]):
        return "", ""
    return match[1], match[2] or ""


def _call(method: str, tag: str, token: str, query: dict[str, str]) -> PageRequest:
    return PageRequest(
        f"https://{HOST}/2/{method}?{urlencode(query, safe=',')}",
        {"Accept": "application/json"},
        secret_headers={"Authorization": f"Bearer {token}"},
        must_come_whole=True,
        tag=tag,
        accepts=frozenset({400, 401, 402, 403, 404}),
        is_official=True,
    )
