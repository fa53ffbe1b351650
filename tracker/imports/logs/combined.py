"""Common and combined log format, as Apache and nginx write them without being told otherwise."""

from __future__ import annotations

import re

from tracker.imports.logs.fields import (
    NO_AGENT,
    Fields,
    clean_address,
    clean_host,
    iso_time,
    split_request,
    unescaped,
)

_QUOTED = r'"((?:[^"\\]|\\.)*+)"'
_LINE = re.compile(
    r"(?:([A-Za-z0-9._-]+(?::\d+)?) (?=[0-9A-Fa-f.:]+ ))?"  # the virtual host, before an address
    r"(\S+) \S+ .{0,200}? ?"
    r"\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "
    rf"{_QUOTED} (\d{{3}}) (?:\d++|-)"
    rf'(?: {_QUOTED} {_QUOTED}(.*)|(?! ").*)'
)
_FORWARDED = re.compile(r' "([0-9A-Fa-f.:]{3,45}(?:, ?[0-9A-Fa-f.:]{3,45})*)"')
"""What nginx's own format puts behind the user agent: the client before all proxies."""


def parse(line: str) -> Fields | None:
    """The fields of a line; None: it has another shape."""
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    vhost, address, time, request, status, referrer, agent, rest = match.groups()
    method, url, host = split_request(unescaped(request))
    forwarded = _FORWARDED.match(rest) if rest else None
    return Fields(
        time=iso_time(time),
        address=clean_address(forwarded[1]) if forwarded else address,
        method=method,
        url=url,
        status=status,
        referrer=unescaped(referrer) if referrer else "",
        user_agent=NO_AGENT if agent is None else unescaped(agent),
        host=host or (clean_host(vhost) if vhost else ""),
    )
