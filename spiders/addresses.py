"""Which network addresses a spider may connect to: public unicast ones, nothing else."""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

IPAddress = IPv4Address | IPv6Address

_NOT_PUBLIC_4 = [
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared behind a provider's NAT; cloud metadata of Alibaba
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's host, which answers every guest
        "169.254.0.0/16",  # link local; cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
]
"""IANA's special-purpose registry, whole: `is_global` of the standard library has holes in it."""

_GLOBAL_UNICAST_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = [
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, with Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise, and out of use
        "2620:4f:8000::/48",  # AS112
        "3ffe::/16",  # the 6bone, given back
        "3fff::/20",  # documentation
    )
]
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public_address(address: IPAddress | str) -> bool:
    """Whether an address is public unicast. Text that is no address is not.

    IPv4 inside IPv6 is judged by the IPv4 address where a network really carries it (mapped,
    NAT64), and refused where it does not any more (6to4, Teredo, compatible).
    """
    if isinstance(address, str):
        try:
            address = ip_address(address)
        except ValueError:
            return False
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _NOT_PUBLIC_4)
    inner = address.ipv4_mapped
    if inner is None and address in _NAT64:
        inner = IPv4Address(int(address) & 0xFFFF_FFFF)
    if inner is not None:
        return is_public_address(inner)
    if address.scope_id is not None or address not in _GLOBAL_UNICAST_6:
        return False
    return not any(address in block for block in _NOT_PUBLIC_6) and not _is_isatap(address)


def _is_isatap(address: IPv6Address) -> bool:
    """Whether the address tunnels to an IPv4 address that is not public (RFC 5214)."""
    low = int(address) & 0xFFFF_FFFF_FFFF_FFFF
    if low >> 32 not in (0x0000_5EFE, 0x0200_5EFE):
        return False
    return not is_public_address(IPv4Address(low & 0xFFFF_FFFF))
