"""No test reaches beyond this machine: anything else fails, naming the address."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

LOCAL_NAMES = {"localhost", "", socket.gethostname(), None}


class NetworkUsedError(AssertionError):
    """A test tried to reach an address beyond this machine."""


def guard(patch: Callable[[object, str, object], None]) -> None:
    """Put the guard in front of connect and of name look-ups; `patch` is monkeypatch.setattr."""
    for name in ("connect", "connect_ex", "sendto"):
        patch(socket.socket, name, _guarded(getattr(socket.socket, name)))
    patch(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))


def _guarded(original: Any) -> Any:
    def call(self: socket.socket, *args: Any) -> Any:
        address = args[-1]
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
            raise NetworkUsedError(f"a test tried to reach {address[0]}:{address[1]}")
        return original(self, *args)

    return call


def _guarded_lookup(original: Any) -> Any:
    def call(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in LOCAL_NAMES and not _is_address(name):
            raise NetworkUsedError(f"a test tried to look up {name}")
        return original(host, *args, **kwargs)

    return call


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


def _is_local(host: str) -> bool:
    if host in LOCAL_NAMES:
        return True
    if not _is_address(host):
        return False
    address = ipaddress.ip_address(host.partition("%")[0])
    return address.is_loopback or address.is_unspecified
