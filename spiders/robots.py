"""robots.txt by RFC 9309: what an answer means, and what the rules allow.

Source: RFC 9309, 2.2 (matching), 2.3.1 (4xx: allowed, 5xx and unreachable: forbidden, redirects
up to 5), 2.4 (cached up to a day), 2.5 (at least 500 KiB are read). One thing is stricter: 429 is
treated like 503, since a server that says "too many" does not say "come in".
"""

from __future__ import annotations

from typing import Final

from protego import Protego

from tracker.crawl_messages import Robots

MAX_BYTES: Final = 500 * 1024
"""Of the file; the rest is not read."""

MAX_REDIRECTS: Final = 5

MAX_DELAY_S: Final = 86_400.0
"""A longer Crawl-delay is taken for a day: the page is then fetched once a day."""


def read_robots(http_status: int | None, body: bytes, token: str) -> Robots:
    """What an answer to /robots.txt means.

    Args:
        http_status: of the last answer; None: there was none, or too many redirects.
        body: of that answer.
        token: the product's name, by which the rules know us.
    """
    if http_status is None or http_status == 429 or http_status >= 500:
        return Robots(status="disallow_all", http_status=http_status)
    if not 200 <= http_status < 300:
        return Robots(status="allow_all", http_status=http_status)
    text = _text(body)
    delay_s = Protego.parse(text).crawl_delay(token) or 0
    delay_ms = int(min(max(float(delay_s), 0.0), MAX_DELAY_S) * 1_000)
    return Robots(status="rules", http_status=http_status, body=text, crawl_delay_ms=delay_ms)


class Rules:
    """A host's robots.txt, ready to be asked."""

    def __init__(self, robots: Robots, token: str) -> None:
        self.robots = robots
        self._token = token
        self._parsed = Protego.parse(robots.body) if robots.status == "rules" else None

    @property
    def delay_s(self) -> float:
        """What it asks for between two requests."""
        return self.robots.crawl_delay_ms / 1_000

    @property
    def failed(self) -> bool:
        """Whether nothing may be fetched because it could not be asked."""
        return self.robots.status == "disallow_all"

    def allows(self, url: str) -> bool:
        """Whether an address may be fetched. /robots.txt itself always may."""
        if self._parsed is None:
            return not self.failed
        return bool(self._parsed.can_fetch(url, self._token))


def _text(body: bytes) -> str:
    return body[:MAX_BYTES].decode("utf-8-sig", "replace").replace("\x00", "")
