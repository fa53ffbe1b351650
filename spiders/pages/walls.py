"""Answers that are no page, by HTTP status, address and title, whatever source asked.

What only a source can see (a refusal inside its JSON, a page without its fields) it says itself.
"""

from __future__ import annotations

import re
from typing import Final

from spiders.pages import blocks
from spiders.pages.charset import decode_page
from spiders.pages.item import PageStatus
from spiders.pages.nodes import clean_text
from tracker.observed import FetchStatus

_HEAD: Final = 65_536
"""Bytes in which a title is looked for."""

_TITLE: Final = re.compile(r"<title[^>]{0,200}>([^<]{0,500})", re.IGNORECASE)

_CODES: Final = {
    401: FetchStatus.NOT_PUBLIC,
    402: FetchStatus.NOT_PUBLIC,
    403: FetchStatus.BLOCKED,
    404: FetchStatus.NOT_FOUND,
    407: FetchStatus.BLOCKED,
    410: FetchStatus.GONE,
    418: FetchStatus.BLOCKED,
    429: FetchStatus.RATE_LIMITED,
    432: FetchStatus.BLOCKED,  # Weibo's "too often"
    451: FetchStatus.NOT_PUBLIC,
    503: FetchStatus.RATE_LIMITED,  # overloaded or in maintenance: leave it alone
}
_WALLS: Final = {
    PageStatus.CHALLENGE: FetchStatus.CHALLENGE,
    PageStatus.LOGIN_WALL: FetchStatus.LOGIN_WALL,
    PageStatus.BLOCKED: FetchStatus.BLOCKED,
    PageStatus.NOT_FOUND: FetchStatus.NOT_FOUND,
    PageStatus.SERVER_ERROR: FetchStatus.SERVER_ERROR,
}


def judge_answer(
    http_status: int, url: str, body: bytes, content_type: str = ""
) -> tuple[FetchStatus, str] | None:
    """Why an answer is not worth reading, with a few words; None: it may be.

    Args:
        url: the address that was reached: a redirect to a login page is a login wall.
        body: unpacked.
    """
    wall = _wall(url, body, content_type)
    if http_status == 200:
        return wall
    if wall is not None and http_status in (401, 403, 429, 503):
        return wall  # says more than the number
    if 200 < http_status < 400:
        return FetchStatus.BAD_CONTENT, f"HTTP {http_status}"
    if http_status >= 500:
        return _CODES.get(http_status, FetchStatus.SERVER_ERROR), f"HTTP {http_status}"
    return _CODES.get(http_status, FetchStatus.BAD_CONTENT), f"HTTP {http_status}"


def _wall(url: str, body: bytes, content_type: str) -> tuple[FetchStatus, str] | None:
    title = ""
    start = body[:1_000].lstrip()
    if start.startswith(b"<") or "html" in content_type:
        found = _TITLE.search(decode_page(body[:_HEAD], content_type).text)
        title = (clean_text(found[1]) or "") if found else ""
    verdict = blocks.judge_strongly(title or None, url)
    if verdict is None or verdict[1] not in _WALLS:
        return None
    return _WALLS[verdict[1]], title[:200]
