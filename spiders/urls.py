"""One reader of URLs, for the check and for the connection: what it cannot read one way is refused.

Hosts are read as browsers do (WHATWG URL: percent signs decoded, Unicode mapped by UTS 46, IPv4 in
decimal, octal, hexadecimal and short forms), because what a library passes on to the network is
read that way too. Elsewhere it is stricter: no user names, no backslash, no control character.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote, unquote_to_bytes

import idna

from spiders.addresses import IPAddress

MAX_URL = 2_048
PORTS = (80, 443)
"""Ports that may be asked."""


class Reason(StrEnum):
    """Why a URL may or may not be fetched (the closed list of `tracker check-url`)."""

    OK = "ok"
    """It may be fetched."""
    MALFORMED = "malformed"
    """No absolute URL, too long, or with a blank, backslash or control character inside."""
    SCHEME = "scheme"
    """Not http or https."""
    CREDENTIALS = "credentials"
    """A user name or password before an "@"."""
    PORT = "port"
    """A port other than 80 and 443."""
    HOST = "host"
    """No host, or one that is no host name and no address."""
    LOCAL_NAME = "local_name"
    """A name of one's own machine, network or cloud: localhost, .local, .internal, metadata …"""
    PRIVATE_ADDRESS = "private_address"
    """An address that is not public, written in the URL or given by the name's DNS records."""
    DISGUISED_ADDRESS = "disguised_address"
    """A public IPv4 address in an unusual form (134744072, 0x8.8.8.8): nobody's real link."""
    UNRESOLVED = "unresolved"
    """The name has no address now."""


class UrlRefusedError(ValueError):
    """A URL that must not be fetched; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A URL that is well-formed; whether its host may be asked is `spiders.net`'s question."""

    scheme: str
    host: str
    """ASCII, lower case, no trailing point; an IPv6 address without brackets."""
    port: int
    path: str
    """Path and query, percent-encoded; begins with "/"."""
    ip: IPAddress | None
    """The address, when the host is one."""
    is_disguised: bool
    """Whether an IPv4 address was written in another form than four decimal numbers."""

    @property
    def url(self) -> str:
        """The one spelling that every parser reads alike; without a fragment."""
        host = f"[{self.host}]" if isinstance(self.ip, IPv6Address) else self.host
        default = 443 if self.scheme == "https" else 80
        port = "" if self.port == default else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\ud800-\udfff\u2028\u2029]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_KEPT = "%/:=&?~+!$,;'@()*[]|"


def parse_url(text: str, ports: tuple[int, ...] = PORTS) -> WebAddress:
    """Read a URL.

    Raises UrlRefusedError: malformed, scheme, credentials, port, host.
    """
    text = text.strip(" ")
    if len(text) > MAX_URL or _FORBIDDEN.search(text):
        raise UrlRefusedError(Reason.MALFORMED)
    match = _SCHEME.match(text)
    if match is None:
        raise UrlRefusedError(Reason.MALFORMED)
    scheme, rest = match[1].lower(), text[match.end() :]
    if scheme not in ("http", "https"):
        raise UrlRefusedError(Reason.SCHEME)
    if not rest.startswith("//") or rest.startswith("///"):
        raise UrlRefusedError(Reason.MALFORMED)
    end = re.search(r"[/?#]", rest[2:])
    authority = rest[2:] if end is None else rest[2 : 2 + end.start()]
    if "@" in authority:
        raise UrlRefusedError(Reason.CREDENTIALS)
    written, port = _split_port(authority, 443 if scheme == "https" else 80)
    host, ip = read_host(written)
    if port not in ports:
        raise UrlRefusedError(Reason.PORT)
    path = quote(rest[2 + len(authority) :].partition("#")[0], safe=_KEPT)
    return WebAddress(
        scheme=scheme,
        host=host,
        port=port,
        path=path if path.startswith("/") else f"/{path}",
        ip=ip,
        is_disguised=isinstance(ip, IPv4Address) and written != host,
    )


def _split_port(authority: str, default: int) -> tuple[str, int]:
    if authority.startswith("["):
        host, found, rest = authority.partition("]")
        if not found or (rest and not rest.startswith(":")):
            raise UrlRefusedError(Reason.HOST)
        return host + "]", _port(rest[1:], default)
    host, _, port = authority.partition(":")
    if ":" in port:
        raise UrlRefusedError(Reason.HOST)
    return host, _port(port, default)


def _port(text: str, default: int) -> int:
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,5}", text):
        raise UrlRefusedError(Reason.PORT)
    return int(text)


def read_host(written: str) -> tuple[str, IPAddress | None]:
    """A host as the network will be asked for it, and its address when it is one.

    Raises UrlRefusedError (host).
    """
    if written.startswith("["):
        return _read_ipv6(written[1:-1])
    host = _to_ascii(written).removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise UrlRefusedError(Reason.HOST)
    if not _NUMBER.fullmatch(labels[-1]):
        return host, None
    ip = _read_ipv4(labels)
    return str(ip), ip


def _read_ipv6(text: str) -> tuple[str, IPAddress]:
    if not re.fullmatch(r"[0-9A-Fa-f:.]+", text):  # no zone: it means another thing on each machine
        raise UrlRefusedError(Reason.HOST)
    try:
        ip = IPv6Address(text)
    except ValueError:
        raise UrlRefusedError(Reason.HOST) from None
    return str(ip), ip


def _to_ascii(written: str) -> str:
    """Percent signs decoded, Unicode mapped (UTS 46, not transitional), labels in punycode."""
    try:
        host = unquote_to_bytes(written).decode("utf-8") if "%" in written else written
        if not host.isascii():
            host = idna.uts46_remap(host, std3_rules=False, transitional=False)
        host = host.lower()
        return ".".join(_label_to_ascii(label) for label in host.split("."))
    except (UnicodeError, IndexError, ValueError):  # idna's errors are Unicode errors
        raise UrlRefusedError(Reason.HOST) from None


def _label_to_ascii(label: str) -> str:
    if label.isascii() and not label.startswith("xn--"):
        return label
    if label.startswith("xn--"):
        plain = idna.ulabel(label)  # refuses what is no punycode, or not its only spelling
        if plain.isascii() or idna.uts46_remap(plain, std3_rules=False) != plain:
            raise UrlRefusedError(Reason.HOST)
        return label
    return idna.alabel(label).decode("ascii")


def _read_ipv4(labels: list[str]) -> IPv4Address:
    """One to four numbers, the last of which fills the rest: 127.1, 0x7f000001, 017700000001."""
    if len(labels) > 4:
        raise UrlRefusedError(Reason.HOST)
    numbers = [_ipv4_number(label) for label in labels]
    if any(number > 255 for number in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        raise UrlRefusedError(Reason.HOST)
    value = numbers[-1]
    for place, number in enumerate(numbers[:-1]):
        value += number << (8 * (3 - place))
    return IPv4Address(value)


def _ipv4_number(text: str) -> int:
    try:
        if text.startswith("0x"):
            return int(text[2:] or "0", 16)
        if len(text) > 1 and text.startswith("0"):
            return int(text, 8)
        return int(text)
    except ValueError:
        raise UrlRefusedError(Reason.HOST) from None
