"""Lines of access logs: which of them are page views, and what such a line says.

A page view is a GET that a page answered (200, or 304: the browser has it already). Everything else
in a log is what pages and programs cause beside: left out, and counted with its reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class HitRecord:
    """A page view of an access log."""

    key: str
    """Hash of the line and its rank among equal lines of the file."""
    at: datetime
    url: str
    """With the shop's host."""
    referrer: str
    user_agent: str
    """"": the log does not say."""
    address: str
    """The client's network address; hashed by the service, never stored."""
    visitor: str = ""
    """An id in the log that lives longer than a day; "": none."""
    is_own_id: bool = False
    """Whether `visitor` is the first-party id of our page script."""


_OF_PAGES = """
    css js mjs map wasm json xml txt webmanifest png jpg jpeg jpe gif bmp ico cur svg svgz webp
    avif heic heif tif tiff apng jxl ttf otf eot woff woff2 mp3 mp4 m4a m4v mov avi wmv flv f4v
    swf webm ogg oga ogv opus wav aac flac ts m3u8 mpd vtt srt
"""
_TAKEN_AWAY = """
    rss atom rdf pdf zip gz tgz bz2 xz zst 7z rar tar iso dmg exe msi apk ipa deb rpm jar bin doc
    docx xls xlsx ppt pptx csv tsv odt ods epub ics vcf sql bak log conf yml yaml ini env pem key
    torrent
"""

ASSETS = frozenset(f"{_OF_PAGES} {_TAKEN_AWAY}".split())
"""Endings of paths that are no pages: parts of pages, feeds, downloads."""

_SUFFIX = re.compile(r"\.([A-Za-z0-9]{1,12})$")
_PARTS = re.compile(
    r"/(?:robots\.txt|favicon|apple-touch-icon|browserconfig|\.well-known/|cdn-cgi/|wp-json/|wp-content/"
    r"|wp-includes/|wp-cron\.php|xmlrpc\.php|wp-admin/admin-ajax\.php|wc-api/|cart\.js|feed/?$|feed/?\?"
    r"|rss/?$|atom/?$|graphql\b|(?:api|ajax)/|(?:health|healthz|ping|status)/?$|server-status)",
    re.IGNORECASE,
)
_DATA = re.compile(
    r"[?&](?:feed|flav|format|output|type)=(?:rss\w*|atom|rdf|json|xml|csv)(?:&|$)"
    r"|[?&](?:wc-ajax|rest_route)=",
    re.IGNORECASE,
)
"""Parameters by which programs ask a page's address for data."""


@lru_cache(maxsize=65_536)
def is_asset(target: str) -> bool:
    """Whether what is asked for is a file of a page, a feed or data rather than a page.

    Args:
        target: path and query as they stand in the request.
    """
    path = target.partition("?")[0].partition(";")[0]
    suffix = _SUFFIX.search(path)
    if suffix is not None and suffix[1].lower() in ASSETS:
        return True
    return _PARTS.search(target) is not None or _DATA.search(target) is not None


def other_than_page(method: str, target: str, status: int) -> str:
    """Why a request is no page view; "": it is one.

    Args:
        status: of the answer.

    Returns:
        a code of `tracker.domain.records.Reason`: not_a_page_view (another method, an answer
        without a page), error_answer, redirect, asset.
    """
    if status >= 400:
        return "error_answer"
    if method != "GET" or not target.startswith("/"):
        return "not_a_page_view"
    if is_asset(target):
        return "asset"
    if 300 <= status < 400 and status != 304:
        return "redirect"
    return "" if status in (200, 304) else "not_a_page_view"
