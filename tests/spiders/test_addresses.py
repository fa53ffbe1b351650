import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.addresses import is_public_address

REFUSED = """
    0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16
    169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.31.196.1 192.52.193.1
    192.88.99.1 192.168.1.1 192.175.48.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1
    255.255.255.255
    :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe
    64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1
    2001:db8::1 2002:7f00:1:: 2002:808:808:: 2620:4f:8000::1 3ffe::1 3fff::1 5f00::1 fc00::1
    fd00:ec2::254 fe80::1 fec0::1 ff02::1 fe80::1%eth0 2a00:1450::5efe:a00:1
""".split()  # noqa: SIM905 -- a table

ALLOWED = """
    1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.1 172.15.255.255 172.32.0.1 192.0.1.1
    198.17.255.255 198.20.0.1 223.255.255.255 168.63.129.15 47.95.1.1
    2606:4700:4700::1111 2a00:1450:4001:81b::200e 2400:3200::1 ::ffff:8.8.8.8 64:ff9b::808:808
    2a00:1450::5efe:808:808
""".split()  # noqa: SIM905 -- a table


@pytest.mark.parametrize("address", REFUSED)
def test_addresses_that_are_not_public_are_refused(address):
    assert not is_public_address(address)


@pytest.mark.parametrize("address", ALLOWED)
def test_public_addresses_are_allowed(address):
    assert is_public_address(address)


@pytest.mark.parametrize("text", ["", "example.com", "127.1", "10.0.0.0/8", "::ffff:300.1.1.1"])
def test_what_is_no_address_is_refused(text):
    assert not is_public_address(text)


@given(st.ip_addresses(v=4))
def test_nothing_passes_that_the_standard_library_calls_local(address):
    if is_public_address(address):
        assert address.is_global
        assert not address.is_multicast


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_the_same_inside_ipv6(address):
    for inner in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert is_public_address(inner) == is_public_address(address)


@given(st.ip_addresses(v=6))
def test_nothing_of_ipv6_passes_that_is_local(address):
    if is_public_address(address) and address.ipv4_mapped is None:
        assert address.is_global
        assert address in ipaddress.ip_network("2000::/3") or address in ipaddress.ip_network(
            "64:ff9b::/96"
        )
