"""POST /collect: one event of the page script, answered when it is on the disk.

The body is a flat JSON object of texts (any content type: `sendBeacon` says text/plain):

    site      the shop's site key
    id        the event's UUID, made by the sender (with or without hyphens): sent again, it is the
              same event
    kind      page_view, cart, coupon or order_placed
    visitor   the first-party id; absent without consent
    first     without consent: the id of the first event of this page load (absent: this one)
    url       the page's address
    referrer  document.referrer
    order, token    kind order_placed: the platform's order id and the shop's order token
    coupon    kind coupon: the code as typed

Unknown names are ignored, so that a newer script may talk to an older collector.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from json import JSONDecodeError
from typing import Any

from tracker.collect.answers import (
    Answer,
    Environ,
    Headers,
    header_text,
    one_line,
)
from tracker.domain.events import (
    KINDS,
    MAX_REFERRER,
    MAX_URL,
    MAX_USER_AGENT,
    Event,
    no_consent_key,
)

MAX_BODY = 8 * 1024
"""Bytes."""

ANY_ORIGIN = ("Access-Control-Allow-Origin", "*")
"""Every page may post, none with its cookies."""

PREFLIGHT: Headers = [
    ANY_ORIGIN,
    ("Access-Control-Allow-Methods", "POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "content-type"),
    ("Access-Control-Max-Age", "86400"),
    ("Content-Length", "0"),
]

ACCEPTED = Answer(204, [ANY_ORIGIN, ("Cache-Control", "no-store")])

_BROWSER_KINDS = frozenset(KINDS) - {"click"}
_UUID = re.compile("(.{8})(-?)(.{4})\\2(.{4})\\2(.{4})\\2(.{12})".replace(".", "[0-9a-fA-F]"))
_VISITOR = re.compile(r"[A-Za-z0-9_-]{8,64}")
_PAGE = re.compile(
    r"https?://([^\s/?#\\@:\[\]]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:[/?#].*)?", re.I
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LIMITS = {"site": 100, "order": 100, "token": 200, "coupon": 100}


class Refusal(Exception):
    """A beacon that is not taken: a status and a line that says why."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status

    @property
    def answer(self) -> Answer:
        """As it goes back."""
        return one_line(self.status, str(self), ANY_ORIGIN)


def read_body(environ: Environ) -> bytes:
    """The body of a request.

    Raises:
        Refusal: it is empty, or over MAX_BODY (which is then not read).
    """
    length = environ.get("CONTENT_LENGTH") or ""
    if length:
        if not length.isdecimal():
            raise Refusal(400, "Content-Length is not a number")
        if int(length) > MAX_BODY:
            raise Refusal(413, f"a body of more than {MAX_BODY} bytes")
    body: bytes = environ["wsgi.input"].read(int(length) if length else MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise Refusal(413, f"a body of more than {MAX_BODY} bytes")
    if not body:
        raise Refusal(400, "an empty body")
    return body


def parse_body(body: bytes) -> dict[str, str]:
    """The texts of a beacon; null counts as absent.

    Raises:
        Refusal: it is no flat JSON object of texts in UTF-8, or says a name twice.
    """
    try:
        values = json.loads(body.decode("utf-8"), object_pairs_hook=_flat)
    except UnicodeDecodeError:
        raise Refusal(400, "the body is not UTF-8") from None
    except JSONDecodeError:
        raise Refusal(400, "the body is not JSON") from None
    except RecursionError:
        raise Refusal(400, "the body is nested too deep") from None
    except ValueError:  # a number of thousands of digits
        raise Refusal(400, "the body is not JSON") from None
    if not isinstance(values, dict):
        raise Refusal(400, "the body is not a JSON object")
    return values


def _flat(pairs: list[tuple[str, Any]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise Refusal(400, "a name stands twice in the body")
        if value is None:
            continue
        if not isinstance(value, str):
            raise Refusal(400, "a value in the body is not a text")
        values[name] = value
    return values


def page_host(url: str) -> str:
    """The host of a page's address in lower case.

    Raises:
        Refusal: it is no http(s) address.
    """
    match = _PAGE.fullmatch(url)
    if match is None or _CONTROL.search(url):
        raise Refusal(400, "url is not an http(s) address")
    return match[1].lower().rstrip(".")


def make_event(values: dict[str, str], shop_id: int, environ: Environ, at_micros: int) -> Event:
    """The event of a beacon whose site key and host are known to be right.

    Raises:
        Refusal: a field is missing or malformed.
    """
    kind = values.get("kind", "")
    if kind not in _BROWSER_KINDS:
        raise Refusal(400, "kind is unknown")
    event_id = _uuid(values, "id")
    visitor = values.get("visitor", "")
    if not visitor:
        visitor = no_consent_key(_uuid(values, "first") if "first" in values else event_id)
    elif not _VISITOR.fullmatch(visitor):
        raise Refusal(400, "visitor is malformed")
    order, token, coupon = (_short(values, name) for name in ("order", "token", "coupon"))
    if kind == "order_placed" and not order:
        raise Refusal(400, "order is missing")
    if kind == "coupon" and not coupon:
        raise Refusal(400, "coupon is missing")
    is_order = kind == "order_placed"
    return Event(
        event_id=event_id,
        shop_id=shop_id,
        kind=kind,
        visitor_key=visitor,
        at_micros=at_micros,
        url=values["url"][:MAX_URL],
        referrer=_CONTROL.sub("", values.get("referrer", "")[:MAX_REFERRER]),
        user_agent=header_text(environ, "HTTP_USER_AGENT", MAX_USER_AGENT),
        order_ref=order if is_order else "",
        order_token_hash=sha256(token.encode()).hexdigest() if is_order and token else "",
        coupon_code=coupon if kind == "coupon" else "",
        purpose=header_text(environ, "HTTP_SEC_PURPOSE", 40),
    )


def _uuid(values: dict[str, str], name: str) -> str:
    match = _UUID.fullmatch(values.get(name, ""))
    if match is None:
        raise Refusal(400, f"{name} is not a UUID")
    return "-".join(match.group(1, 3, 4, 5, 6)).lower()


def _short(values: dict[str, str], name: str) -> str:
    value = values.get(name, "")
    if len(value) > _LIMITS[name] or _CONTROL.search(value):
        raise Refusal(400, f"{name} is malformed")
    return value.strip()
