"""Events as they are collected: what one says, and the ids that we make ourselves."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

KINDS = ("page_view", "cart", "coupon", "order_placed", "click")
"""All kinds; `click` is made on our side and never taken from a browser."""

NO_CONSENT = "c:"
"""Begin of the key of a visitor without consent: the id of the first event of one page load."""

CLICKER = "g:"
"""Begin of the key of a visitor as the host of the tracked links knows it."""

MAX_URL = 4_096
MAX_REFERRER = 2_048
MAX_USER_AGENT = 512
"""Characters kept; what is longer is cut."""

_CLICK_ID = re.compile(r"([0-9a-f]{8})-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it was answered. Text is "" where there is none; nothing in it is trusted."""

    event_id: str
    """UUID, lower case; made by the sender, so that a repeated beacon is one hit."""
    shop_id: int
    kind: str
    visitor_key: str
    at_micros: int
    """The server's clock when the event came, in microseconds since the epoch (UTC)."""
    url: str = ""
    """The page's address; kind click: where the visitor was sent."""
    referrer: str = ""
    user_agent: str = ""
    link_id: int = 0
    """kind click: the tracked link; else 0."""
    link_slug: str = ""
    order_ref: str = ""
    order_token_hash: str = ""
    """SHA-256 of the shop's order token as hexadecimal text."""
    coupon_code: str = ""
    """As typed; it is normalised when it is stored."""
    method: str = "GET"
    """kind click: GET or HEAD."""
    purpose: str = ""
    """The Sec-Purpose (or Purpose) header."""
    flag: str = ""
    """Why the collector itself holds it for a bot ("rate"); "": it does not."""


def new_click_id(link_id: int) -> str:
    """A fresh event id for a click on a tracked link: a UUID of version 8 that carries the link.

    The landing page brings it back as `tk=`. Since the link can be read from it, a landing that is
    stored before its click (another host's journal) is read the same as one stored after it.

    Args:
        link_id: 1 to 2^32 - 1.
    """
    noise = os.urandom(12).hex()
    variant = "89ab"[int(noise[7], 16) & 3]
    return f"{link_id:08x}-{noise[:4]}-8{noise[4:7]}-{variant}{noise[8:11]}-{noise[11:23]}"


def link_of_click(event_id: str) -> int:
    """The tracked link that a click's event id carries; 0: it carries none.

    Anybody can make such an id, as anybody can write `kol=`: the caller asks whether the link is
    one of the shop's workspace.
    """
    match = _CLICK_ID.fullmatch(event_id)
    return int(match[1], 16) if match else 0


def no_consent_key(first_event_id: str) -> str:
    """The visitor key of a page load without consent: it lives as long as the page."""
    return NO_CONSENT + first_event_id
