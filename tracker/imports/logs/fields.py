"""What the formats of logs have in common: a line's fields, and how texts and times are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

COLUMNS = (
    "time", "address", "method", "url", "status", "referrer", "user_agent", "host", "visitor",
    "line_key",
)  # fmt: skip
"""The cells of a row, in their order. `time` is ISO 8601; `url` path and query; `user_agent` is
NO_AGENT where the format has none; `line_key` a hash of the line."""

NO_AGENT = "\x1a"
"""The log does not say; an agent that is empty was sent so, and is a robot's."""


@dataclass(slots=True)
class Fields:
    """A line's fields; "" where the log says "-" or nothing."""

    time: str
    """ISO 8601; without an offset it is in the shop's zone."""
    address: str
    method: str
    url: str
    status: str
    referrer: str = ""
    user_agent: str = NO_AGENT
    host: str = ""
    visitor: str = ""


_NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_MONTHS = {_NAMES[4 * i : 4 * i + 3]: f"{i + 1:02}" for i in range(12)}
"""Always English in logs, whatever the locale."""

_CLF_TIME = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)? ?(\S*)")
_EPOCH = re.compile(r"(\d{9,10})(?:\.\d+)?|(\d{13})(?:\.\d+)?|(\d{16})|(\d{19})")
_ESCAPE = re.compile(rb"\\x([0-9a-fA-F]{2})|\\(.)", re.DOTALL)
_PLAIN = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}
_ADDRESS = re.compile(r"[0-9A-Fa-f.:%\[\]]{2,60}")
_HOST = re.compile(r"(?:[A-Za-z0-9_-]{1,63}\.)+[A-Za-z0-9-]{2,63}\.?|localhost")
_COOKIE = re.compile(r"(?:^|;[ +]*)tracker_id=([A-Za-z0-9_-]{8,64})(?=;|$)")


@lru_cache(maxsize=4_096)
def iso_time(text: str) -> str:
    """A time as servers write it, as ISO 8601: `17/May/2015:10:05:03 +0000`, ISO itself, seconds
    (also milli-, micro- and nanoseconds) since the epoch; "": none of these.

    >>> iso_time("17/May/2015:10:05:03 +0800")
    '2015-05-17T10:05:03+0800'
    """
    match = _CLF_TIME.fullmatch(text.strip("[]"))
    if match is not None:
        day, month, year, clock, fraction, offset = match.groups()
        if month not in _MONTHS:
            return ""
        part = f".{fraction:0<6}" if fraction else ""
        return f"{year}-{_MONTHS[month]}-{day}T{clock}{part}{offset}"
    match = _EPOCH.fullmatch(text)
    if match is not None:
        seconds, millis, micros, nanos = match.groups()
        if seconds:
            return _from_micros(int(seconds) * 1_000_000 + _fraction(text))
        if millis:
            return _from_micros(int(millis) * 1_000)
        return _from_micros(int(micros) if micros else int(nanos) // 1_000)
    return text if re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:", text) else ""


def _fraction(text: str) -> int:
    return int(f"{text.partition('.')[2][:6]:0<6}")


def _from_micros(micros: int) -> str:
    seconds, rest = divmod(micros, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest).isoformat()


def unescaped(text: str) -> str:
    r"""A quoted field as it was sent: `\"`, `\\` and the bytes that servers write as `\xE4`."""
    if "\\" not in text:
        return "" if text == "-" else text
    return as_text(_ESCAPE.sub(_unescape, text.encode("utf-8", "replace")))


def _unescape(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes([int(match[1], 16)])
    return _PLAIN.get(match[2], match[2])


def as_text(data: bytes) -> str:
    """Bytes that somebody sent, as text; no input raises."""
    for charset in ("utf-8", "gb18030"):
        try:
            return data.decode(charset)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", "replace")


def split_request(request: str) -> tuple[str, str, str]:
    """Method, target and host of a request line; the host of `GET http://shop.example/a` only.

    What is no request (scanners send such) has no method.
    """
    method, _, rest = request.partition(" ")
    target = rest.rpartition(" HTTP/")[0] if " HTTP/" in rest else rest
    if not (method.isascii() and method.isalpha()) or not target:
        return "", "", ""
    return method.upper(), *split_target(target)


def split_target(target: str) -> tuple[str, str]:
    """Path with query, and the host where it is a whole address."""
    if target.startswith(("http://", "https://")):
        host, slash, path = target.partition("://")[2].partition("/")
        return slash + path or "/", clean_host(host)
    return target.partition("#")[0] or "/", ""


def clean_address(text: str) -> str:
    """A client's network address without port; of a chain of proxies the first; "": none."""
    first = text.partition(",")[0].strip().strip('"')
    if first.count(":") == 1:
        first = first.partition(":")[0]
    return first if _ADDRESS.fullmatch(first) else ""


@lru_cache(maxsize=1_024)
def clean_host(text: str) -> str:
    """A host name in lower case without port; "": it is none."""
    host = text.strip().rpartition("@")[2].partition(":")[0].lower()
    return host.rstrip(".") if _HOST.fullmatch(host) else ""


def own_id(cookies: str) -> str:
    """The first-party id of our page script among cookies; "": it is not there."""
    match = _COOKIE.search(cookies)
    return OWN_ID + match[1] if match else ""


OWN_ID = "tracker_id="
"""Begin of a cell `visitor` that holds the id of our page script."""
