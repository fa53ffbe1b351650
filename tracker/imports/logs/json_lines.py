"""Logs with a JSON object a line: nginx with a format of one's own, Caddy, Traefik, ECS …

There is no standard of names, so each field has a list of those in use, the best first. Names are
compared in lower case without separators; objects within objects have both names joined.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tracker.imports.logs.fields import (
    NO_AGENT,
    Fields,
    clean_address,
    clean_host,
    iso_time,
    own_id,
    split_request,
    split_target,
)

NAMES = {
    "time": (
        "timeiso8601 timestamp timelocal msec time ts datetime startutc starttime eventtime date"
    ),
    "address": (
        "xforwardedfor httpxforwardedfor xrealip httpxrealip realip requestclientip "
        "clientip remoteaddr remoteip requestremoteip clienthost clientaddr sourceip "
        "remotehost clientaddress ip address client"
    ),
    "request": "request requestline httprequest",
    "method": "requestmethod method verb httpmethod httprequestmethod",
    "url": "requesturi uri requesturl urloriginal url requestpath urlpath path target",
    "query": "args querystring query urlquery",
    "status": (
        "status statuscode responsestatus responsecode httpstatus downstreamstatus "
        "httpresponsestatuscode response code"
    ),
    "referrer": (
        "httpreferer referer referrer httpreferrer httprequestreferrer requestreferer "
        "requestheadersreferer headersreferer"
    ),
    "user_agent": (
        "httpuseragent useragent useragentoriginal requestuseragent "
        "requestheadersuseragent headersuseragent agent ua"
    ),
    "host": "httphost host requesthost urldomain vhost servername domain",
    "visitor": "visitorid visitor trackerid cookietrackerid uidgot uidset",
    "cookie": "httpcookie cookie cookies requestheaderscookie",
}
_NAMES = {field: tuple(names.split()) for field, names in NAMES.items()}
_DEEPEST = 4


def parse(line: str) -> Fields | None:
    """The fields of a line; None: it is no JSON object, or has no time, request or status."""
    found = _values(line)
    if found is None:
        return None
    time = next(filter(None, map(iso_time, _told(found, "time"))), "")
    status = _one(found, "status")
    method, url, host = _request(found)
    if not time or not url or not status.isdigit():
        return None
    agent = next(_told(found, "user_agent"), None)
    return Fields(
        time=time,
        address=next(filter(None, map(clean_address, _told(found, "address"))), ""),
        method=method,
        url=url,
        status=status,
        referrer=_one(found, "referrer"),
        user_agent=NO_AGENT if agent is None else _plain(agent),
        host=host or next(filter(None, map(clean_host, _told(found, "host"))), ""),
        visitor=own_id(_one(found, "cookie")) or _one(found, "visitor"),
    )


def _values(line: str) -> dict[str, str] | None:
    """All values of an object as texts, by their folded names."""
    if not line.startswith("{"):
        return None
    has_bytes = "\\x" in line
    try:
        # nginx escapes bytes as \xE4 unless told to write JSON
        told = json.loads(line.replace("\\x", "\\u00") if has_bytes else line, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    found: dict[str, str] = {}
    for name, value in _flat(told, "", 0):
        found.setdefault(name, _rebuilt(value) if has_bytes else value)
    return found


def _flat(values: Mapping[str, Any], before: str, depth: int) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        folded = before + "".join(char for char in name.lower() if char.isalnum())
        if isinstance(value, dict):
            if depth < _DEEPEST:
                yield from _flat(value, folded, depth + 1)
            continue
        if isinstance(value, list):
            value = value[0] if value else ""
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            yield folded, str(value)


def _rebuilt(text: str) -> str:
    """A text whose bytes were read as characters."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _told(found: Mapping[str, str], field: str) -> Iterator[str]:
    return (found[name] for name in _NAMES[field] if name in found)


def _one(found: Mapping[str, str], field: str) -> str:
    """The first value that says something."""
    return next((text for text in map(_plain, _told(found, field)) if text), "")


def _plain(text: str) -> str:
    return "" if text == "-" else text


def _request(found: Mapping[str, str]) -> tuple[str, str, str]:
    """Method, path with query, and host: of the request line, else of its parts."""
    method, url, host = split_request(_one(found, "request"))
    if url:
        return method, url, host
    target = _one(found, "url")
    if not target:
        return "", "", ""
    query = _one(found, "query")
    if query and "?" not in target:
        target = f"{target}?{query.removeprefix('?')}"
    return (_one(found, "method").upper(), *split_target(target))
