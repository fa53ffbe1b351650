"""Reddit: groups, users and posts by its OAuth interface, with the user's own application."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import ClassVar, Final
from urllib.parse import quote

from spiders.items import FetchStatus, PostItem
from spiders.pages import reddit
from spiders.pages.item import PARSER_VERSION
from spiders.pages.token import read_token
from spiders.sources.base import Page, PageRequest, PostTarget, Reading, Source, Target
from spiders.sources.social_reading import nothing, path_of, reading_of, step

HOST: Final = "oauth.reddit.com"
TOKEN_URL: Final = "https://www.reddit.com/api/v1/access_token"
_ACCOUNT = re.compile(r"/(r|user|u)/([A-Za-z0-9_-]{2,30})/?")
_POST = re.compile(r"/(?:r/[A-Za-z0-9_]{2,30}/)?comments/([a-z0-9]{1,13})(?:/.*)?")
_REFUSALS = frozenset({400, 401, 403, 404})


class RedditSource(Source):
    """A group with its newest posts, a user's posts, or one post.

    Every reading begins with the exchange of the application's key for a token, which is not kept.
    """

    name: ClassVar[str] = reddit.NETWORK
    kinds: ClassVar[frozenset[str]] = frozenset({"account", "post"})
    parser_version: ClassVar[int] = PARSER_VERSION
    needs: ClassVar[tuple[str, ...]] = ("client_id", "client_secret")

    def matches(self, url: str) -> bool:
        """reddit.com/r/<name>, /user/<name>, …/comments/<id>."""
        path = path_of(url, "reddit.com") or ""
        return _ACCOUNT.fullmatch(path) is not None or _POST.fullmatch(path) is not None

    def requests(self, target: Target) -> Sequence[PageRequest]:
        """The exchange."""
        if not _first(target):
            return []
        pair = f"{target.secrets.get('client_id', '')}:{target.secrets.get('client_secret', '')}"
        basic = base64.b64encode(pair.encode()).decode()
        return [
            PageRequest(
                TOKEN_URL,
                {"Accept": "application/json"},
                secret_headers={"Authorization": f"Basic {basic}"},
                secret_form={"grant_type": "client_credentials"},
                tag="token",
                accepts=_REFUSALS,
                is_official=True,
            )
        ]

    def read(self, target: Target, page: Page) -> Reading:
        """Token, then account or post, then posts."""
        tag = page.request.tag
        if tag == "token":
            token = read_token(page.body)
            if not token:
                return Reading(status=FetchStatus.NO_KEY, detail="the key was refused")
            tag = "account" if target.kind == "account" else "post"
            return step(_call(_first(target), tag, token))
        if tag == "account":
            found = reddit.read_thing(page.body)
            if not found.accounts:
                return reading_of(found, self.name, closed=FetchStatus.NO_KEY)
            ref = found.accounts[0].ref
            posts = _call(_posts(target), "posts", _token_of(page.request))
            return reading_of(found, self.name, ref=ref, requests=[posts])
        found = reddit.read_listing(page.body)
        if tag == "posts" and not found.is_answer:
            return nothing(found.detail)
        if tag == "post" and not found.posts and page.status == 200:
            return Reading(status=FetchStatus.NOT_FOUND)
        reading = reading_of(found, self.name, closed=FetchStatus.NO_KEY)
        if tag == "post" and found.posts:
            reading.ref, reading.is_complete = found.posts[0].ref, True
        return reading

    def post_target(self, item: PostItem) -> PostTarget | None:
        """By its number."""
        return PostTarget(ref=item.ref, url=item.url, host="www.reddit.com") if item.url else None


def _first(target: Target) -> str:
    """The path of the account or post at the interface; "": the address is neither."""
    path = path_of(target.url, "reddit.com") or ""
    account, post = _ACCOUNT.fullmatch(path), _POST.fullmatch(path)
    if target.kind == "post":
        return f"by_id/t3_{post[1]}" if post else ""
    if target.kind != "account" or account is None:
        return ""
    return f"{'r' if account[1] == 'r' else 'user'}/{quote(account[2])}/about"


def _posts(target: Target) -> str:
    about = _first(target).removesuffix("/about")
    return f"{about}/new?limit=50" if about.startswith("r/") else f"{about}/submitted?limit=50"


def _token_of(request: PageRequest) -> str:
    return request.secret_headers.get("Authorization", "").removeprefix("Bearer ")


def _call(path: str, tag: str, token: str) -> PageRequest:
    return PageRequest(
        f"https://{HOST}/{path}",
        {"Accept": "application/json"},
        secret_headers={"Authorization": f"Bearer {token}"},
        must_come_whole=True,
        tag=tag,
        accepts=_REFUSALS,
        is_official=True,
    )
