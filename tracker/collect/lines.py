"""A journal line: the CRC-32 of the text, a blank, the event as JSON, a line feed.

Short names keep a line near 400 bytes; a field that has its default value is left out. A reader
meets lines of older versions after an update, so names are never reused for something else.
"""

from __future__ import annotations

import json
from zlib import crc32

from tracker.domain.events import Event

_NAMES = {
    "event_id": "id",
    "shop_id": "s",
    "kind": "k",
    "visitor_key": "v",
    "at_micros": "t",
    "url": "u",
    "referrer": "r",
    "user_agent": "a",
    "link_id": "l",
    "link_slug": "g",
    "order_ref": "o",
    "order_token_hash": "h",
    "coupon_code": "c",
    "method": "m",
    "purpose": "p",
    "flag": "f",
}
_FIELDS = tuple(_NAMES.items())
_REQUIRED = frozenset({"id", "s", "k", "v", "t"})
_NUMBERS = frozenset({"s", "t", "l"})
_DEFAULTS = {"l": 0, "m": "GET"}
_dump = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


class LineError(ValueError):
    """A line that is not an event; the message is a short reason."""


def encode_line(event: Event) -> bytes:
    """The line of an event, with its line feed.

    Raises:
        UnicodeEncodeError: a text holds half a surrogate pair.
    """
    values = {}
    for field, name in _FIELDS:
        value = getattr(event, field)
        if value != _DEFAULTS.get(name, "") or name in _REQUIRED:
            values[name] = value
    body = _dump(values).encode("utf-8")
    return b"%08x %b\n" % (crc32(body), body)


def decode_line(line: bytes) -> Event:
    """The event of a line, with or without its line feed.

    Raises:
        LineError: "checksum", "not JSON", "not an event".
    """
    head, _, body = line.rstrip(b"\n").partition(b" ")
    if head != b"%08x" % crc32(body):
        raise LineError("checksum")
    try:
        values = json.loads(body)
    except ValueError as error:
        raise LineError("not JSON") from error
    if not isinstance(values, dict) or not values.keys() >= _REQUIRED:
        raise LineError("not an event")
    given = {field: values[name] for field, name in _FIELDS if name in values}
    if any(type(v) is not (int if _NAMES[n] in _NUMBERS else str) for n, v in given.items()):
        raise LineError("not an event")
    return Event(**given)
