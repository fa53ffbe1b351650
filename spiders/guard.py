"""The address guard inside Scrapy: of every request, and of every connection.

Both parts are needed. Settings of a spider that obeys the guard:

    TWISTED_DNS_RESOLVER = "spiders.guard.GuardedResolver"
    DOWNLOADER_MIDDLEWARES = {"spiders.guard.GuardMiddleware": 560}   # innermost but compression
    HTTPPROXY_ENABLED = False       # a proxy would look the names up itself, behind our back
    TWISTED_REACTOR_ENABLED = True  # without the reactor the resolver is never asked
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred, fail
from twisted.internet.error import DNSLookupError

from spiders.addresses import is_public_address
from spiders.net import check_url, is_local_name
from spiders.urls import PORTS, Reason, UrlRefusedError, read_host

MAX_REMEMBERED = 10_000
"""Refused hosts that are kept for asking why a request failed."""

refused_hosts: dict[str, Reason] = {}
"""Host -> why the resolver refused it, in this process. Scrapy loses the resolver's own message:
the errback sees only that nothing was found."""


class BlockedAddressError(DNSLookupError):
    """A connection was about to be made to an address that is not public."""


class UrlBlockedError(IgnoreRequest):
    """A request was dropped before it was sent; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"refused by the address guard: {reason.value}")
        self.reason = reason


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, asked for names and literal addresses alike, that gives public ones only.

    The address judged is the one that is connected to, so an answer that changes between check
    and connection gains nothing.
    """

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802
        """Look a host up; fails with BlockedAddressError when it must not be asked."""
        reason = self.judge_name(name)
        if reason is not Reason.OK:
            return fail(self._refusal(name, reason))
        found: Deferred[str] = super().getHostByName(name, timeout)
        return found.addCallback(self._checked, name)

    def judge_name(self, name: str) -> Reason:
        """Why a host may not be looked up at all, or OK."""
        try:
            host, ip = read_host(f"[{name}]" if ":" in name else name)
        except UrlRefusedError as error:
            return error.reason
        if ip is not None:
            return Reason.OK if is_public_address(ip) else Reason.PRIVATE_ADDRESS
        return Reason.LOCAL_NAME if is_local_name(host) else Reason.OK

    def judge_address(self, name: str, address: str) -> Reason:
        """Why the address of a name may not be connected to, or OK."""
        del name
        return Reason.OK if is_public_address(address) else Reason.PRIVATE_ADDRESS

    def _checked(self, address: str, name: str) -> str:
        reason = self.judge_address(name, address)
        if reason is not Reason.OK:
            raise self._refusal(name, reason)
        return address

    def _refusal(self, name: str, reason: Reason) -> BlockedAddressError:
        if len(refused_hosts) < MAX_REMEMBERED:
            refused_hosts[name] = reason
        return BlockedAddressError(f"{name}: {reason.value}")


class GuardMiddleware:
    """Downloader middleware: judges every request's URL and sends it in the one safe spelling.

    Redirects and robots.txt pass here as well, since they are requests of their own.
    """

    def __init__(self, ports: tuple[int, ...]) -> None:
        self.ports = ports

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        """Made by Scrapy; the setting GUARD_PORTS names other ports than 80 and 443."""
        ports = crawler.settings.getlist("GUARD_PORTS") or PORTS
        return cls(tuple(int(port) for port in ports))

    def process_request(self, request: Request, spider: Any = None) -> Request | None:
        """Drop, respell or pass a request. Raises UrlBlockedError."""
        del spider
        verdict = check_url(request.url, resolve=None, ports=self.ports)
        if verdict.address is None or not verdict.is_allowed:
            raise UrlBlockedError(verdict.reason)
        if request.meta.get("proxy"):
            raise UrlBlockedError(Reason.PRIVATE_ADDRESS)
        safe = verdict.address.url
        written = request.url.partition("#")[0]
        return None if written == safe else request.replace(url=safe)
