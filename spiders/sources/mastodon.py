"""Mastodon and other servers that speak ActivityPub: always asked at the account's home.

Newer servers give the look-up by name only to their own users: then the account's ActivityPub
document is found by WebFinger, and its collections are counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from spiders.items import FetchStatus, PostItem
from spiders.pages import mastodon
from spiders.pages.item import PARSER_VERSION
from spiders.pages.social import SocialPage
from spiders.sources.base import Page, PageRequest, PostTarget, Reading, Source, Target
from spiders.sources.social_reading import nothing, reading_of, step

STATUSES: Final = 40
"""Newest posts that are read with an account; the most that a server gives."""

_ACTIVITY: Final = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
_CLOSED = frozenset({401, 403, 404, 406, 410, 422})
_PATH = re.compile(
    r"/(?:@|users/)([A-Za-z0-9_.-]{1,100})(?:@([A-Za-z0-9.-]{3,253}))?(?:/(?:statuses/)?([0-9]{1,32}))?/?"
)
_KNOWN = re.compile(r"(?:^|\.)(?:[a-z0-9-]*(?:mastodon|mstdn)[a-z0-9-]*|fosstodon|hachyderm)\.")
"""Hosts whose name says what they run. Of another server a person says so."""


class _Place(NamedTuple):
    name: str
    host: str
    """The account's home."""
    status: str
    """Number of a post; "": the address is an account's."""


class MastodonSource(Source):
    """An account with its newest posts, or one post."""

    name: ClassVar[str] = mastodon.NETWORK
    kinds: ClassVar[frozenset[str]] = frozenset({"account", "post"})
    parser_version: ClassVar[int] = PARSER_VERSION

    def matches(self, url: str) -> bool:
        """An account or post on a server whose name says that it is one."""
        place = _place(url)
        return place is not None and _KNOWN.search(place.host) is not None

    def requests(self, target: Target) -> Sequence[PageRequest]:
        """The account by number or by name; or the post."""
        place = _place(target.url)
        if place is None:
            return []
        if target.kind == "post":
            if not place.status:
                return []
            url = f"https://{place.host}/api/v1/statuses/{place.status}"
            return [_get(url, "status", page=target.url)]
        if target.kind != "account" or place.status:
            return []
        if target.ref.isdigit():
            url = f"https://{place.host}/api/v1/accounts/{target.ref}"
            return [_get(url, "account", name=place.name, host=place.host)]
        if target.ref.startswith("https://"):
            return [_get(target.ref, "actor", activity=True)]
        query = urlencode({"acct": place.name})
        url = f"https://{place.host}/api/v1/accounts/lookup?{query}"
        return [_get(url, "account", name=place.name, host=place.host)]

    def read(self, target: Target, page: Page) -> Reading:
        """By what was asked; a server that does not answer one way is asked the other."""
        tag = page.request.tag
        if tag == "account":
            return self._account(page)
        if tag == "statuses":
            found = mastodon.read_statuses(page.body)
            return reading_of(found, self.name) if found.is_answer else nothing(found.detail)
        if tag == "webfinger":
            return self._webfinger(page)
        if tag == "actor":
            return self._actor(page)
        if tag in ("status", "object"):
            return self._post(page)
        found = mastodon.read_collection(page.body, tag, page.request.data.get("ref", ""))
        return reading_of(found, self.name) if found.is_answer else nothing(f"{tag}: not given")

    def post_target(self, item: PostItem) -> PostTarget | None:
        """By its address, if that is one that the server's interface understands."""
        place = _place(item.url)
        if place is None or not place.status:
            return None
        return PostTarget(ref=item.ref, url=item.url, host=place.host)

    def _account(self, page: Page) -> Reading:
        found = mastodon.read_account(page.body) if page.status == 200 else SocialPage()
        name, host = page.request.data.get("name", ""), page.request.data.get("host", "")
        if not found.accounts:
            query = urlencode({"resource": f"acct:{name}@{host}"}, quote_via=quote)
            return step(_get(f"https://{host}/.well-known/webfinger?{query}", "webfinger"))
        ref = found.accounts[0].ref
        query = urlencode({"limit": STATUSES, "exclude_reblogs": "true", "exclude_replies": "true"})
        posts = _get(f"https://{host}/api/v1/accounts/{quote(ref)}/statuses?{query}", "statuses")
        return reading_of(found, self.name, ref=ref, requests=[posts])

    def _webfinger(self, page: Page) -> Reading:
        actor = mastodon.read_webfinger(page.body) if page.status == 200 else None
        if actor is not None:
            return step(_get(actor, "actor", activity=True))
        return _refusal(page.status)

    def _actor(self, page: Page) -> Reading:
        if page.status != 200:
            return _refusal(page.status)
        found, places = mastodon.read_actor(page.body)
        if not found.accounts:
            return reading_of(found, self.name)
        ref = found.accounts[0].ref
        requests = [_get(url, metric, activity=True, ref=ref) for metric, url in places.items()]
        return reading_of(found, self.name, ref=ref, requests=requests)

    def _post(self, page: Page) -> Reading:
        is_object = page.request.tag == "object"
        public = page.request.data.get("page", "")
        if page.status in (401, 403) and not is_object and public:
            return step(_get(public, "object", activity=True))
        if page.status != 200:
            return _refusal(page.status)
        read = mastodon.read_object if is_object else mastodon.read_statuses
        found = read(page.body)
        reading = reading_of(found, self.name, ref=found.posts[0].ref if found.posts else "")
        reading.is_complete = bool(found.posts)
        return reading


def _place(url: str) -> _Place | None:
    """Of https://a.example/@name@b.example the home is b.example."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    match = _PATH.fullmatch(parts.path)
    if match is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    if match[2] and match[3]:  # a post that is seen through another server has a number of that one
        return None
    return _Place(match[1], (match[2] or parts.hostname).lower(), match[3] or "")


def _refusal(status: int) -> Reading:
    if status in (404, 410):
        return Reading(status=FetchStatus.GONE if status == 410 else FetchStatus.NOT_FOUND)
    return Reading(status=FetchStatus.NOT_PUBLIC, detail=f"the server answers {status}")


def _get(url: str, tag: str, *, activity: bool = False, **data: str) -> PageRequest:
    accept = _ACTIVITY if activity else "application/json"
    return PageRequest(
        url,
        {"Accept": accept},
        must_come_whole=tag in ("account", "webfinger", "actor"),
        tag=tag,
        accepts=_CLOSED,
        data=data,
    )
