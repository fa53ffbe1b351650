"""GET or HEAD /go/<slug>: to the stored target of a tracked link, and the click into the journal.

The target comes from the database and never from the request. The visitor gets a cookie of our own
host for a day, so that repeated clicks can be told from valid ones (SEMANTICS 1.5); a browser that
asks not to be tracked gets none.
"""

from __future__ import annotations

import re
import secrets

from tracker.collect.answers import (
    Answer,
    Environ,
    Headers,
    header_text,
    is_opted_out,
)
from tracker.collect.directory import KnownLink
from tracker.collect.targets import Target
from tracker.domain.events import (
    CLICKER,
    MAX_REFERRER,
    MAX_URL,
    MAX_USER_AGENT,
    Event,
    new_click_id,
    no_consent_key,
)

PREFIX = "/go/"

COOKIE = "tracker_click"
COOKIE_SECONDS = 86_400

_COOKIE = re.compile(rf"(?:^|;\s*){COOKIE}=([A-Za-z0-9_-]{{22}})(?:;|$)")


def slug_of(path: str) -> str:
    """The slug of a WSGI path that begins with PREFIX."""
    raw = path[len(PREFIX) :]
    return raw if raw.isascii() else raw.encode("latin-1", "replace").decode("utf-8", "replace")


def make_click(
    link: KnownLink,
    target: Target,
    environ: Environ,
    at_micros: int,
    *,
    flag: str = "",
    is_secure: bool = False,
) -> tuple[Event, Headers]:
    """The event of a click, and the headers of its redirect.

    Args:
        flag: why it is held for a bot already; "": it is not.
        is_secure: whether browsers reach us by https, and the cookie may say so.
    """
    click_id = new_click_id(link.id)
    location = target.with_click(click_id, environ.get("QUERY_STRING", ""))
    visitor, cookie = _visitor(environ, click_id, is_secure)
    event = Event(
        event_id=click_id,
        shop_id=link.shop_id,
        kind="click",
        visitor_key=visitor,
        at_micros=at_micros,
        url=location[:MAX_URL],
        referrer=header_text(environ, "HTTP_REFERER", MAX_REFERRER),
        user_agent=header_text(environ, "HTTP_USER_AGENT", MAX_USER_AGENT),
        link_id=link.id,
        link_slug=link.slug,
        method=environ["REQUEST_METHOD"],
        purpose=_purpose(environ),
        flag=flag,
    )
    return event, redirect_headers(location) + cookie


def unrecorded(target: Target, environ: Environ) -> Answer:
    """The redirect of a click that could not be kept (a full disk): a buyer reaches the shop, and
    the address says by its missing `tk=` that we have no such click."""
    return Answer(302, redirect_headers(target.with_click(None, environ.get("QUERY_STRING", ""))))


def redirect_headers(location: str) -> Headers:
    """Headers of a redirect that no cache keeps."""
    return [
        ("Location", location),
        ("Content-Length", "0"),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ("X-Robots-Tag", "noindex, nofollow"),
    ]


def _purpose(environ: Environ) -> str:
    for name in ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ"):
        if name in environ:
            return header_text(environ, name, 40)
    return ""


def _visitor(environ: Environ, click_id: str, is_secure: bool) -> tuple[str, Headers]:
    """The visitor's key and the cookie that keeps it."""
    if is_opted_out(environ) or environ["REQUEST_METHOD"] == "HEAD":
        return no_consent_key(click_id), []
    match = _COOKIE.search(environ.get("HTTP_COOKIE", ""))
    known = match[1] if match else secrets.token_urlsafe(16)
    value = f"{COOKIE}={known}; Max-Age={COOKIE_SECONDS}; Path={PREFIX}; HttpOnly; SameSite=Lax"
    return CLICKER + known, [("Set-Cookie", value + ("; Secure" if is_secure else ""))]
