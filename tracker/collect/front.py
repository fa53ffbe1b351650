"""The collector as a WSGI application in front of the site's.

It answers `/collect`, `/go/<slug>`, `/t.js` and `/webhooks/…` itself and hands everything else on.
So no hook of the site (sign-in, session cookie, form token, database) is ever in the way of an
event, whatever the site grows: locked, down or slow, collecting goes on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable

from tracker.collect import beacon, links
from tracker.collect.answers import RETRY_AFTER, Answer, Environ, Headers, client_address, one_line
from tracker.collect.directory import Directory, KnownShop
from tracker.collect.journal import Journal
from tracker.collect.limits import Limiter, Pace
from tracker.collect.lines import encode_line
from tracker.collect.script import serve_script
from tracker.collect.webhooks import PREFIX as WEBHOOKS
from tracker.collect.webhooks import Webhooks

log = logging.getLogger(__name__)

StartResponse = Callable[[str, Headers], object]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

NOT_KEPT_PAUSE = 10.0
"""Seconds between two log lines about a disk that takes nothing."""


class Front:
    """Collects events, and hands other requests to the site.

    Args:
        site: what answers all other paths.
        directory: shops and links.
        journal: where events go.
        limiter: how fast one address may be.
        webhooks: takes what shops deliver; None: the site answers those addresses (with a 404).
        trusted_proxies: see `client_address`.
        is_secure: whether browsers reach us by https.
    """

    def __init__(
        self,
        site: WsgiApp,
        directory: Directory,
        journal: Journal,
        limiter: Limiter,
        *,
        webhooks: Webhooks | None = None,
        trusted_proxies: int = 0,
        is_secure: bool = False,
    ) -> None:
        self.site = site
        self.directory = directory
        self.journal = journal
        self._limiter = limiter
        self._webhooks = webhooks
        self._trusted_proxies = trusted_proxies
        self._is_secure = is_secure
        self._quiet_until = 0.0

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/collect":
            answer = self._collect(environ)
        elif path.startswith(links.PREFIX):
            answer = self._go(environ, path)
        elif path == "/t.js":
            answer = self._script(environ)
        elif self._webhooks is not None and path.startswith(WEBHOOKS):
            answer = self._webhooks.answer(environ)
        else:
            return self.site(environ, start_response)
        start_response(answer.status_line, answer.headers)
        return () if environ["REQUEST_METHOD"] == "HEAD" else (answer.body,)

    def close(self) -> None:
        """Finish the journals' segments and stop the directory's thread."""
        self.directory.close()
        self.journal.close()
        if self._webhooks is not None:
            self._webhooks.close()

    # --- the three paths --------------------------------------------------------------------------

    def _collect(self, environ: Environ) -> Answer:
        method = environ["REQUEST_METHOD"]
        if method == "OPTIONS":
            return Answer(204, beacon.PREFLIGHT)
        if method != "POST":
            return one_line(405, "POST only", ("Allow", "POST, OPTIONS"), beacon.ANY_ORIGIN)
        try:
            return self._take(environ)
        except beacon.Refusal as refusal:
            return refusal.answer

    def _take(self, environ: Environ) -> Answer:
        at_micros = time.time_ns() // 1000
        values = beacon.parse_body(beacon.read_body(environ))
        snapshot = self.directory.snapshot()
        if snapshot is None:
            return one_line(503, "not ready yet", RETRY_AFTER, beacon.ANY_ORIGIN)
        shop = snapshot.shops.get(values.get("site", ""))
        if shop is None:
            self.directory.ask()
            raise beacon.Refusal(404, "the site key is unknown")
        if self._pace(environ, shop.id) is not Pace.fine:
            return one_line(429, "too many events", RETRY_AFTER, beacon.ANY_ORIGIN)
        _check_host(shop, values.get("url", ""), environ.get("HTTP_ORIGIN", ""))
        event = beacon.make_event(values, shop.id, environ, at_micros)
        try:
            line = encode_line(event)
        except UnicodeEncodeError:
            raise beacon.Refusal(400, "half a surrogate pair in a text") from None
        if not self._keep(line):
            return one_line(
                503, "the event could not be kept; send it again", RETRY_AFTER, beacon.ANY_ORIGIN
            )
        return beacon.ACCEPTED

    def _go(self, environ: Environ, path: str) -> Answer:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return one_line(405, "GET only", ("Allow", "GET, HEAD"))
        at_micros = time.time_ns() // 1000
        snapshot = self.directory.snapshot()
        if snapshot is None:
            return one_line(503, "not ready yet", RETRY_AFTER)
        found = snapshot.links.get(links.slug_of(path))
        if found is None:
            self.directory.ask()
            return one_line(404, "no such link")
        link, target = found
        pace = self._pace(environ, link.shop_id)
        if pace is Pace.flood:
            return one_line(429, "too many clicks", RETRY_AFTER)
        event, headers = links.make_click(
            link,
            target,
            environ,
            at_micros,
            flag="rate" if pace is Pace.fast else "",
            is_secure=self._is_secure,
        )
        if not self._keep(encode_line(event)):
            return links.unrecorded(target, environ)
        return Answer(302, headers)

    def _script(self, environ: Environ) -> Answer:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return one_line(405, "GET only", ("Allow", "GET, HEAD"))
        return serve_script(environ)

    # --- what they share --------------------------------------------------------------------------

    def _pace(self, environ: Environ, shop_id: int) -> Pace:
        return self._limiter.take(client_address(environ, self._trusted_proxies), shop_id)

    def _keep(self, line: bytes) -> bool:
        """Put a line into the journal; False: the disk did not take it."""
        try:
            self.journal.append(line)
        except OSError as error:
            now = time.monotonic()
            if now >= self._quiet_until:
                self._quiet_until = now + NOT_KEPT_PAUSE
                log.error("events are refused, the journal takes none: %s", error.__cause__)
            return False
        return True


def _check_host(shop: KnownShop, url: str, origin: str) -> None:
    """Raise Refusal for a page, or an origin stated by the browser, that is not the shop's."""
    if not shop.has_host(beacon.page_host(url)):
        raise beacon.Refusal(403, "the page is not on a host of this shop")
    if origin and origin != "null" and not shop.has_host(beacon.page_host(origin)):
        raise beacon.Refusal(403, "the origin is not a host of this shop")
