import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.hosts import host_of, site_of, without_www


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.google.com/search?q=x", "www.google.com"),
        ("HTTPS://User:Pw@WWW.Example.COM.:8443/x", "www.example.com"),
        ("google.com/search", "google.com"),
        ("//cdn.google.com/x", "cdn.google.com"),
        ("https:://google.com", "google.com"),
        ("https:///google.com", "google.com"),
        ("hhttp://google.com", "google.com"),
        ("http%3A%2F%2Fwww.google.com%2F", "www.google.com"),
        ("android-app://com.google.android.gm/x", "com.google.android.gm"),
        ("https://президент.рф/", "президент.рф"),
        ("https://xn--d1abbgf6aiiy.xn--p1ai/", "президент.рф"),
        ("https://例子。中国/", "例子.中国"),
        ("http://localhost:3000/", "localhost"),
        ("localhost:3000/", "localhost"),
        ("http://192.168.0.1:80/", "192.168.0.1"),
        ("http://[::1]:80/", "[::1]"),
        ("http://127.0.0.1\\@evil.example/", "127.0.0.1"),
        (" \thttps://a.example\n", "a.example"),
        ("https://my_shop.example.com/", "my_shop.example.com"),
    ],
)
def test_the_host_is_found_in_whatever_was_written(address, host):
    assert host_of(address) == host


@pytest.mark.parametrize(
    "address",
    [
        "", "about:blank", "data:text/html,x", "javascript:alert(1)", "file:///etc/passwd", "null",
        "chrome-extension://abc/", "' OR 1=1 --", "9d0a8a5e-8e3f-4a51-93a1-1a5a5b5c5d5e",
        "https://", "https://<script>/", "https://xn--\udcff.com/", "https://a b.com x/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_page_has_no_host(address):
    assert host_of(address) in {"", "a"}


def test_a_site_is_the_registrable_domain():
    assert site_of("a.b.example.co.uk") == "example.co.uk"
    assert site_of("item.taobao.com") == "taobao.com"
    assert site_of("blog.shop.example") == "shop.example"
    assert site_of("one.myshopify.com") != site_of("two.myshopify.com")
    assert site_of("localhost") == "localhost"
    assert site_of("10.0.0.1") != site_of("10.1.0.1")


def test_www_is_left_off_only_when_a_name_remains():
    assert without_www("www.example.com") == "example.com"
    assert without_www("www.com") == "www.com"


@given(st.text())
def test_no_address_raises(address):
    site_of(host_of(address))
    site_of(host_of("https://" + address))
