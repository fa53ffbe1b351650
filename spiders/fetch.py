"""One page: fetched politely, redirects followed by us, every way to fail turned into a status."""

from __future__ import annotations

import asyncio
import logging
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response

from spiders.guard import UrlBlockedError, refused_hosts
from spiders.pages.walls import judge_answer
from spiders.robots import Rules
from spiders.sources.base import Page, PageRequest
from tracker.crawl_messages import Target
from tracker.domain.crawl_times import parse_retry_after
from tracker.observed import FetchStatus

log = logging.getLogger(__name__)

MAX_REDIRECTS: Final = 5
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
TRIED_AGAIN: Final = frozenset({408, 500, 502, 504, 522, 524})
"""HTTP statuses after which a page is asked for once more, at once (with the host's delay)."""

MAX_VALIDATOR: Final = 200

_FAILURES: Final[tuple[tuple[type[BaseException], FetchStatus, str], ...]] = (
    (DownloadTimeoutError, FetchStatus.TIMEOUT, "no whole answer in time"),
    (asyncio.TimeoutError, FetchStatus.TIMEOUT, "no whole answer in time"),
    (DownloadCancelledError, FetchStatus.TOO_LARGE, "larger than is read"),
    (IgnoreRequest, FetchStatus.TOO_LARGE, "larger than is read, unpacked"),
    (DownloadConnectionRefusedError, FetchStatus.UNREACHABLE, "connection refused"),
    (CannotResolveHostError, FetchStatus.UNREACHABLE, "no such host"),
    (zlib.error, FetchStatus.BAD_CONTENT, "broken compression"),
    (EOFError, FetchStatus.BAD_CONTENT, "broken compression"),
    (OSError, FetchStatus.UNREACHABLE, "the connection broke off"),
)


class Downloads(Protocol):
    """What Scrapy's engine gives us: an answer, through the guard, with the host's delay."""

    async def download_async(self, request: Request) -> Response:
        """Download one page; raises Scrapy's own and the network's errors."""
        ...


class RobotsKeeper(Protocol):
    """Who knows the robots.txt of hosts."""

    async def rules_for(self, url: str) -> Rules:
        """The rules of an address's host, asked for when they are not known."""
        ...


class FetchError(Exception):
    """A page that could not be had; carries what came of it."""

    def __init__(
        self,
        status: FetchStatus,
        detail: str = "",
        *,
        http_status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(f"{status.value}: {detail}")
        self.status = status
        self.detail = detail
        self.http_status = http_status
        self.retry_after_s = retry_after_s


@dataclass(slots=True)
class Traffic:
    """What one target has cost so far, and where it has been."""

    n_requests: int = 0
    n_bytes: int = 0
    url: str = ""
    http_status: int | None = None
    validators: dict[str, tuple[str, str]] = field(default_factory=dict)


async def fetch(
    wanted: PageRequest,
    target: Target,
    traffic: Traffic,
    downloads: Downloads,
    robots: RobotsKeeper,
    *,
    parser_version: int,
) -> Page | None:
    """Fetch one page of a target.

    Returns the answer, if it is worth reading; None: the server says that nothing has changed.
    Raises FetchError with the status otherwise.
    """
    url = wanted.url
    for _hop in range(MAX_REDIRECTS + 1):
        if not wanted.is_official:
            await _ask_robots(url, robots)
        is_known = target.parser_version == parser_version and not wanted.must_come_whole
        known = target.validators.get(url) if is_known else None
        response = await _download(wanted, url, known, traffic, downloads)
        if response.status == 304 and known is not None:
            traffic.validators[url] = known
            return None
        location = response.headers.get("Location")
        if response.status in REDIRECTS and location:
            if wanted.has_secret:
                raise FetchError(FetchStatus.BAD_CONTENT, "redirects with a key are not followed",
                                 http_status=response.status)  # fmt: skip
            url = urljoin(url, location.decode("utf-8", "replace"))
            continue
        return _page(wanted, url, response, traffic)
    raise FetchError(FetchStatus.BAD_CONTENT, f"more than {MAX_REDIRECTS} redirects")


async def _ask_robots(url: str, robots: RobotsKeeper) -> None:
    rules = await robots.rules_for(url)
    if rules.allows(url):
        return
    if rules.failed:
        said = rules.robots.http_status
        why = "no answer" if said is None else f"HTTP {said}"
        raise FetchError(FetchStatus.ROBOTS, f"robots.txt could not be read: {why}",
                         http_status=said)  # fmt: skip
    raise FetchError(FetchStatus.ROBOTS, "robots.txt forbids it")


async def _download(
    wanted: PageRequest,
    url: str,
    known: tuple[str, str] | None,
    traffic: Traffic,
    downloads: Downloads,
) -> Response:
    """One answer; what may pass is tried once more."""
    for attempt in (1, 2):
        traffic.n_requests += 1
        traffic.url = url[:2_048]
        traffic.http_status = None
        try:
            response = await downloads.download_async(_request(wanted, url, known))
        except Exception as error:  # a library's failure, whatever it is, is one page's failure
            failure = failure_of(error, url)
            if attempt == 2 or failure.status is not FetchStatus.UNREACHABLE:
                raise failure from error
            continue
        traffic.n_bytes += len(response.body)
        traffic.http_status = response.status
        if attempt == 2 or response.status not in TRIED_AGAIN:
            return response
    raise AssertionError("unreachable: the second attempt returns or raises")


def _request(wanted: PageRequest, url: str, known: tuple[str, str] | None) -> Request:
    headers = {**wanted.headers, **wanted.secret_headers}
    if known is not None:
        etag, modified = known
        headers |= {"If-None-Match": etag} if etag else {}
        headers |= {"If-Modified-Since": modified} if modified else {}
    place = _with_query(url, wanted.secret_query)
    if not wanted.secret_form:
        return Request(place, headers=headers, dont_filter=True)
    headers |= {"Content-Type": "application/x-www-form-urlencoded"}
    form = urlencode(wanted.secret_form)
    return Request(place, method="POST", headers=headers, body=form, dont_filter=True)


def _with_query(url: str, query: dict[str, str]) -> str:
    if not query:
        return url
    parts = urlsplit(url)
    joined = "&".join(part for part in (parts.query, urlencode(query)) if part)
    return urlunsplit(parts._replace(query=joined))


def _page(wanted: PageRequest, url: str, response: Response, traffic: Traffic) -> Page:
    headers = {
        name.decode("latin-1").lower(): values[-1].decode("latin-1")
        for name, values in response.headers.items()
        if values
    }
    if response.status not in wanted.accepts:
        wall = judge_answer(response.status, url, response.body, headers.get("content-type", ""))
        if wall is not None:
            wait = headers.get("retry-after")
            raise FetchError(
                *wall,
                http_status=response.status,
                retry_after_s=None if wait is None else parse_retry_after(wait, datetime.now(UTC)),
            )
    etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
    if (etag or modified) and len(etag) <= MAX_VALIDATOR and len(modified) <= MAX_VALIDATOR:
        traffic.validators[url] = (etag, modified)
    return Page(url, response.status, headers, response.body, wanted, datetime.now(UTC))


def failure_of(error: BaseException, url: str) -> FetchError:
    """What an exception of the downloader means."""
    if isinstance(error, UrlBlockedError):
        return FetchError(FetchStatus.PRIVATE_ADDRESS, error.reason.value)
    host = urlsplit(url).hostname or ""
    if isinstance(error, CannotResolveHostError) and host in refused_hosts:
        return FetchError(FetchStatus.PRIVATE_ADDRESS, refused_hosts[host].value)
    for kind, status, words in _FAILURES:
        if isinstance(error, kind):
            return FetchError(status, words)
    log.info("%s: %r", host, error)
    return FetchError(FetchStatus.UNREACHABLE, f"the connection failed: {_name(error)}")


def _name(error: BaseException) -> str:
    """The kind of an error; its text may carry an address with a key in it."""
    inner: Any = error.__cause__ or error
    return type(inner).__name__
