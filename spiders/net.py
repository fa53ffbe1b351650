"""May a spider fetch this? The guard against requests into one's own network (SSRF).

Asked when a person gives a URL, and again by `spiders.guard` for every request, redirect and
robots.txt, with the address that is really connected to: a name may change its mind in between.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spiders.addresses import is_public_address
from spiders.urls import PORTS, Reason, UrlRefusedError, WebAddress, parse_url

Resolve = Callable[[str], Sequence[str]]
"""From a host name to all its addresses; raises OSError when there is none."""

_LOCAL_SUFFIXES = frozenset(
    """
    localhost local localdomain internal intranet lan home corp private domain workgroup svc onion
    i2p test invalid alt arpa
    nip.io sslip.io xip.io traefik.me localtest.me lvh.me vcap.me lacolhost.com localho.st local.gd
    1u.ms rbndr.us rebind.it
    metadata.goog metadata.tencentyun.com
    """.split()  # noqa: SIM905 -- a table
)
"""Endings of names that mean one's own machine or network (RFC 6761, 6762, 7686, 8375, 9476), names
of cloud metadata, and public zones whose names resolve to any address one likes."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a URL may be fetched."""

    reason: Reason
    """OK or why not."""
    address: WebAddress | None = None
    """The URL as read; None: it could not be."""

    @property
    def is_allowed(self) -> bool:
        """Whether it may be fetched."""
        return self.reason is Reason.OK


def resolve_host(host: str) -> list[str]:
    """All addresses of a name, by the system's resolver. Raises OSError: none."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return sorted({str(entry[4][0]) for entry in found})


def check_url(
    url: str, resolve: Resolve | None = resolve_host, ports: tuple[int, ...] = PORTS
) -> Verdict:
    """Judge a URL; nothing is raised and nothing fetched.

    Args:
        url: as given, in any condition.
        resolve: how names are looked up; None: only the URL itself is judged.
        ports: those that may be asked.
    """
    try:
        address = parse_url(url, ports)
    except UrlRefusedError as error:
        return Verdict(error.reason)
    return Verdict(_judge(address, resolve), address)


def _judge(address: WebAddress, resolve: Resolve | None) -> Reason:
    if address.ip is not None:
        if not is_public_address(address.ip):
            return Reason.PRIVATE_ADDRESS
        return Reason.DISGUISED_ADDRESS if address.is_disguised else Reason.OK
    if is_local_name(address.host):
        return Reason.LOCAL_NAME
    if resolve is None:
        return Reason.OK
    try:
        found = resolve(address.host)
    except (OSError, UnicodeError):
        return Reason.UNRESOLVED
    if not found:
        return Reason.UNRESOLVED
    return Reason.OK if all(map(is_public_address, found)) else Reason.PRIVATE_ADDRESS


def is_local_name(host: str) -> bool:
    """Whether a name (ASCII, lower case) belongs to a machine or network of one's own.

    A name of one label is always one: it is looked up in the local domains.
    """
    labels = host.rstrip(".").split(".")
    if len(labels) == 1:
        return True
    return any(".".join(labels[place:]) in _LOCAL_SUFFIXES for place in range(len(labels)))
