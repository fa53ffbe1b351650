"""Hosts: out of whatever a browser, an app or a person wrote as an address."""

from __future__ import annotations

import re
from functools import lru_cache

import tldextract

from tracker.domain.text import clean, percent_decode

MAX_HOST = 253

_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):[:/\\]*", re.IGNORECASE)
_RESERVED = (".example", ".test", ".local", ".internal")
_APP_SCHEMES = ("android-app", "ios-app")
_LABEL = r"[^\W_](?:[\w\-]*\w)?"
_NAME = re.compile(rf"_?{_LABEL}(?:\._?{_LABEL})*")
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_IPV6 = re.compile(r"\[[0-9a-f:.]+\]")
_END = re.compile(r"[/?#\\\s]")
_DOTS = str.maketrans({"。": ".", "．": ".", "｡": "."})

# The list that comes with the package: no network at run time. Private suffixes count, so that
# two shops under myshopify.com are two sites.
_extract = tldextract.TLDExtract(
    suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
)


@lru_cache(maxsize=8_192)
def host_of(address: str) -> str:
    """The host of an address: lower case, Unicode, without user, port and trailing dot.

    Understands a missing scheme (`google.com/search`), broken ones (`https:://google.com`,
    `hhttp://…`), a wholly encoded address, and `android-app://<package>/…` (the package).

    Returns:
        "" when it is no address of a page: empty, another scheme (about:, data:, file:,
        javascript: …), or text that is no host name.
    """
    text = clean_address(address)
    scheme, rest = _split_scheme(text)
    if scheme in _APP_SCHEMES:
        return _END.split(rest, maxsplit=1)[0].lower()[:MAX_HOST]
    if scheme and "http" not in scheme:
        return ""
    netloc = _END.split(rest, maxsplit=1)[0]
    host = _without_user_and_port(netloc.lower().translate(_DOTS))
    return _checked(host, is_bare=not scheme)


def clean_address(address: str) -> str:
    """An address without surrounding and invisible characters; decoded if it is encoded whole."""
    head = address[:2_048]
    if re.match(r"\s*https?%3a", head, re.IGNORECASE):
        head = percent_decode(head)
    return clean(head[:1_024].replace("\n", "").replace("\r", "").replace("\t", ""))


def _split_scheme(text: str) -> tuple[str, str]:
    if text.startswith("//"):
        return "http", text.lstrip("/")
    match = _SCHEME.match(text)
    if match is None or re.match(r"\d{1,5}(?:/|$)", text[match.end(1) + 1 :]):
        return "", text  # nothing before the colon, or `localhost:3000/`
    return match.group(1).lower(), text[match.end() :]


def _without_user_and_port(netloc: str) -> str:
    host = netloc.rpartition("@")[2]
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].strip(".")


def _checked(host: str, *, is_bare: bool) -> str:
    """The host, or "" when it cannot be one; without a scheme it needs a dot and a top level."""
    if not host or len(host) > MAX_HOST:
        return ""
    if _IPV6.fullmatch(host):
        return host
    if "xn--" in host:
        host = _from_punycode(host)
    if not _NAME.fullmatch(host):
        return ""
    if is_bare and host != "localhost" and not _has_known_suffix(host):
        return ""
    return host


def _from_punycode(host: str) -> str:
    labels = []
    for label in host.split("."):
        if label.startswith("xn--"):
            try:
                label = label[4:].encode("ascii").decode("punycode").lower()
            except (UnicodeError, ValueError):
                return ""
        labels.append(label)
    return ".".join(labels)


def _has_known_suffix(host: str) -> bool:
    if _IPV4.fullmatch(host):
        return True
    return "." in host and (bool(_extract(host).suffix) or host.endswith(_RESERVED))


@lru_cache(maxsize=8_192)
def site_of(host: str) -> str:
    """The registrable site of a host (`shop.example.co.uk` -> `example.co.uk`).

    A top level that the list does not know counts as a suffix, as the list's own rule says; an
    address in numbers, `localhost` and a suffix alone are their own site.
    """
    found = _extract(host)
    if found.suffix or "." not in host or host.startswith("[") or _IPV4.fullmatch(host):
        return found.top_domain_under_public_suffix or host
    return ".".join(host.split(".")[-2:])


def without_www(host: str) -> str:
    """A host as reports name it: `www.` and `www2.` are left off when something remains."""
    bare = re.sub(r"^www\d?\.", "", host)
    return bare if "." in bare else host
