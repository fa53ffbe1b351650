"""Where the courier may connect to."""

from __future__ import annotations

import socket

import pytest

from tracker.courier.network import ForbiddenAddressError, guarded


def look_up(*addresses: str, **options):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in addresses]
    return guarded(lambda *_args, **_kwargs: found, **options)("mail.example", 443)


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "100.100.100.200", "::1", "fd00::1"]
)
def test_a_name_that_leads_inside_is_refused_even_with_a_good_address_beside(address):
    with pytest.raises(ForbiddenAddressError):
        look_up("8.8.8.8", address)


def test_a_public_address_passes():
    assert look_up("8.8.8.8")[0][4] == ("8.8.8.8", 443)


def test_loopback_is_for_tests_only_and_nothing_else_comes_with_it():
    assert look_up("127.0.0.1", allow_loopback=True)
    with pytest.raises(ForbiddenAddressError):
        look_up("10.0.0.1", allow_loopback=True)
