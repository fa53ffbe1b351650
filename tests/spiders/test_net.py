# ruff: noqa: E501 -- tables are read by rows
import pytest

from spiders.net import check_url, is_local_name, resolve_host
from spiders.urls import Reason

PUBLIC = ["93.184.216.34"]


def verdict(url, *addresses):
    return check_url(url, resolve=lambda host: list(addresses) or PUBLIC).reason


@pytest.mark.parametrize("url", [
    "https://example.com/", "http://example.com/x?y=z", "https://www.taobao.com/item?id=1", "https://淘宝.中国/",
    "https://shop.example:443/", "http://8.8.8.8/", "http://[2606:4700:4700::1111]/", "https://localhost.example.com/",
    "https://internal.example.com/", "https://mylocal.example/",
])  # fmt: skip
def test_public_addresses_may_be_fetched(url):
    assert verdict(url) is Reason.OK


@pytest.mark.parametrize("url", [
    "http://localhost/", "http://LOCALHOST./", "http://loc\u00adalhost/", "http://ⓛocalhost/", "http://foo.localhost/",
    "http://printer.local/", "http://db.internal/", "http://metadata.google.internal/", "http://metadata/", "http://kubernetes/",
    "http://x.onion/", "http://x.test/", "http://x.invalid/", "http://router.home.arpa/", "http://router.lan/", "http://nas.home/",
    "http://wiki.corp/", "http://kubernetes.default.svc/", "http://10.0.0.1.nip.io/", "http://a.localtest.me/", "http://metadata.tencentyun.com/",
    "http://com/", "http://1.0.0.127.in-addr.arpa/",
])  # fmt: skip
def test_names_of_ones_own_network_are_refused(url):
    assert verdict(url) is Reason.LOCAL_NAME


@pytest.mark.parametrize("url", [
    "http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://0/", "http://0.0.0.0/",
    "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:7f00:1::]/", "http://[fd00:ec2::254]/", "http://169.254.169.254/latest/meta-data/",
    "http://100.100.100.200/", "http://192.0.0.192/", "http://168.63.129.16/", "http://10.1.2.3/", "http://192.168.0.1/",
    "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://%31%32%37.0.0.1/",
])  # fmt: skip
def test_addresses_that_are_not_public_are_refused_in_any_spelling(url):
    assert verdict(url) is Reason.PRIVATE_ADDRESS


def test_a_public_address_in_disguise_is_refused():
    assert verdict("http://134744072/") is Reason.DISGUISED_ADDRESS


def test_a_name_is_refused_if_any_of_its_addresses_is_not_public():
    assert verdict("http://rebind.example/", *PUBLIC, "127.0.0.1") is Reason.PRIVATE_ADDRESS
    assert verdict("http://rebind.example/", *PUBLIC, "::1") is Reason.PRIVATE_ADDRESS


def test_a_name_without_an_address_is_unresolved():
    def nothing(host):
        raise OSError(f"no {host}")

    assert check_url("http://gone.example/", nothing).reason is Reason.UNRESOLVED
    assert check_url("http://gone.example/", lambda host: []).reason is Reason.UNRESOLVED


def test_offline_no_name_is_looked_up():
    assert check_url("http://example.com/", None).is_allowed


def test_the_systems_resolver_gives_every_address_of_this_machine():
    assert {"127.0.0.1"} <= set(resolve_host("localhost")) | {"127.0.0.1"}
    assert check_url("http://127.0.0.1/").reason is Reason.PRIVATE_ADDRESS


@pytest.mark.parametrize(("host", "is_local"), [("a", True), ("a.local", True), ("local.a.com", False), ("nip.io", True), ("xnip.io", False)])  # fmt: skip
def test_a_local_name_is_one_by_its_ending(host, is_local):
    assert is_local_name(host) is is_local
