"""What a source is: pure functions from a target to requests, and from an answer to a reading.

A source opens no socket and keeps no state. The engine (`spiders.walk`) fetches what it asks for:
politely, guarded, with robots.txt, redirects and walls dealt with; a source only sees answers that
are worth reading.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlsplit

from tracker.crawl_messages import PostTarget, Target
from tracker.observed import FetchStatus, Item, PostItem

__all__ = ["Page", "PageRequest", "PostTarget", "Reading", "Source", "Target", "host_of"]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One page that a source wants: by GET, but for the exchange of a key for a token."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    """Beside our own: Accept, for example. Never Cookie, User-Agent or Host."""
    secret_headers: dict[str, str] = field(default_factory=dict, repr=False)
    """With the user's key. Such a request follows no redirect, so that the key of one platform
    never reaches another host, and it is never logged."""
    secret_query: dict[str, str] = field(default_factory=dict, repr=False)
    """The same for platforms that want the key in the address."""
    secret_form: dict[str, str] = field(default_factory=dict, repr=False)
    """The only POST there is: an official interface wants the user's key in a form, and answers
    with a token for the next requests. Nothing at the other end is changed."""
    must_come_whole: bool = False
    """More is asked after it: "nothing has changed" (304) would end the target here, so it is asked
    without the last answer's ETag."""
    tag: str = ""
    """What it is for, so that `read` knows: "posts"."""
    accepts: frozenset[int] = frozenset()
    """HTTP statuses beside 200 that the source reads itself (404 of a look-up …)."""
    is_official: bool = False
    """An official interface that is asked with the user's own key: robots.txt is for crawlers and
    is not asked."""
    data: dict[str, str] = field(default_factory=dict)
    """For the source itself: comes back with the page."""

    @property
    def has_secret(self) -> bool:
        """Whether it carries a key."""
        return bool(self.secret_headers or self.secret_query or self.secret_form)


@dataclass(frozen=True, slots=True)
class Page:
    """An answer."""

    url: str
    """The address that was reached, without the secret part."""
    status: int
    headers: dict[str, str]
    """Names in lower case; of several of one name the last."""
    body: bytes
    """Unpacked, not decoded (`spiders.pages.charset.decode_page`)."""
    request: PageRequest
    fetched_at: datetime | None = None
    """When it came; None: unknown (a saved page)."""


@dataclass(slots=True)
class Reading:
    """What one answer says of one target."""

    items: list[Item] = field(default_factory=list)
    requests: list[PageRequest] = field(default_factory=list)
    """What to fetch next for the same target, in order; at most 20 a target are fetched."""
    status: FetchStatus = FetchStatus.OK
    """Anything but ok, ambiguous or unchanged: there is no number in it, and the target ends here.
    """
    detail: str = ""
    """Why, in few words, for a person."""
    is_complete: bool = False
    """What is not in this reading is not there (a list of posts that was given whole)."""
    covers_since: datetime | None = None
    """With `is_complete`: all posts from this instant on are in `items`."""
    ref: str = ""
    """The platform's lasting id of the target, once known (a did, a channel id)."""
    retry_after_s: float | None = None
    """Seconds the platform asks to wait, when it says so in the body."""


class Source(ABC):
    """One way to read accounts, posts or listings. Its objects keep no state."""

    name: ClassVar[str]
    """Lower snake; stored with every number."""
    kinds: ClassVar[frozenset[str]]
    """Of account, post, listing."""
    parser_version: ClassVar[int]
    """Raised when a change can change what an old answer gives: validators (ETag) are then not
    sent, so that the answer comes whole."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Names of the user's keys without which nothing can be asked: ("token",)."""
    off_because: ClassVar[str] = ""
    """Why it is switched off for everybody (a code for the interface); empty: it is not."""

    @abstractmethod
    def matches(self, url: str) -> bool:
        """Whether a page with this address is this source's (it then is chosen by itself)."""

    @abstractmethod
    def requests(self, target: Target) -> Sequence[PageRequest]:
        """The first requests for a target. The first one's host is the target's `host`."""

    @abstractmethod
    def read(self, target: Target, page: Page) -> Reading:
        """Read one answer. Never raises on any bytes (a property test says so)."""

    def post_target(self, item: PostItem) -> PostTarget | None:
        """How a post that was seen can be read again by itself; None: only with its account."""
        del item
        return None


def host_of(source: Source, target: Target) -> str:
    """The host that is asked first for a target; empty: the source cannot read it."""
    first = next(iter(source.requests(target)), None)
    return "" if first is None else (urlsplit(first.url).hostname or "")
