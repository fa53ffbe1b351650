"""The courier's guard: names are looked up in one place, and only public addresses come out of it.

Both smtplib and requests (by urllib3) connect to what `socket.getaddrinfo` gives them, and to
nothing else; so a name that changes its mind between check and connection changes nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from spiders.addresses import is_public_address

Lookup = Callable[..., list[Any]]


class ForbiddenAddressError(OSError):
    """A name leads into a private network."""


def guarded(lookup: Lookup, *, allow_loopback: bool = False) -> Lookup:
    """A look-up of names that refuses what is not public; one bad address refuses the name.

    Args:
        lookup: as `socket.getaddrinfo`.
        allow_loopback: for tests with servers on this machine.
    """

    def look_up(host: Any, *args: Any, **kwargs: Any) -> list[Any]:
        found = lookup(host, *args, **kwargs)
        for entry in found:
            address = str(entry[4][0])
            if not (is_public_address(address) or (allow_loopback and _is_loopback(address))):
                raise ForbiddenAddressError("the server is in a private network")
        return found

    return look_up


def install(*, allow_loopback: bool = False) -> None:
    """Put the guard in front of every connection of this process."""
    socket.getaddrinfo = guarded(socket.getaddrinfo, allow_loopback=allow_loopback)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
