"""Requests and answers of the collector: plain WSGI, as little as it needs."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

Environ = dict[str, Any]
Headers = list[tuple[str, str]]

RETRY_AFTER = ("Retry-After", "5")
"""Seconds after which a sender may try again."""

_STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int
    headers: Headers
    body: bytes = b""

    @property
    def status_line(self) -> str:
        """As WSGI wants it."""
        return _STATUS[self.status]


def one_line(status: int, text: str, *headers: tuple[str, str]) -> Answer:
    """A refusal in one line of text."""
    body = text.encode() + b"\n"
    return Answer(
        status,
        [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            *headers,
        ],
        body,
    )


def is_opted_out(environ: Environ) -> bool:
    """Whether the browser asks not to be tracked (Do Not Track, Global Privacy Control)."""
    return environ.get("HTTP_DNT") == "1" or environ.get("HTTP_SEC_GPC") == "1"


def header_text(environ: Environ, name: str, limit: int) -> str:
    """A request header as text, cut; bytes that are no UTF-8 and control characters are replaced.

    Args:
        name: its WSGI name, `HTTP_…`.
    """
    raw: str = environ.get(name, "")[:limit]
    if raw.isascii() and raw.isprintable():
        return raw
    text = raw.encode("latin-1", "replace").decode("utf-8", "replace")
    return "".join(c if c.isprintable() else " " for c in text)


def client_address(environ: Environ, trusted_proxies: int) -> str:
    """The sender's IP address, used for the rate limit and never kept.

    Args:
        trusted_proxies: so many entries at the end of X-Forwarded-For were written by proxies of
            ours; the first of them is the sender's address.
    """
    if trusted_proxies and "werkzeug.proxy_fix.orig" not in environ:
        hops = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(hops) >= trusted_proxies:
            return str(hops[-trusted_proxies].strip())
    return str(environ.get("REMOTE_ADDR", ""))
