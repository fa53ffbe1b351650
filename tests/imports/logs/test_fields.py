from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.imports.logs.fields import (
    clean_address,
    clean_host,
    iso_time,
    own_id,
    split_request,
    unescaped,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17/May/2015:10:05:03 +0000", "2015-05-17T10:05:03+00:00"),
        ("[17/May/2015:10:05:03 +0800]", "2015-05-17T02:05:03+00:00"),
        ("17/May/2015:10:05:03.123 -0330", "2015-05-17T13:35:03.123000+00:00"),
        ("2026-11-11T10:05:03+08:00", "2026-11-11T02:05:03+00:00"),
        ("2026-11-11T10:05:03Z", "2026-11-11T10:05:03+00:00"),
        ("1762826703.250", "2025-11-11T02:05:03.250000+00:00"),
        ("1762826703", "2025-11-11T02:05:03+00:00"),
        ("1762826703250", "2025-11-11T02:05:03.250000+00:00"),
        ("1762826703250000", "2025-11-11T02:05:03.250000+00:00"),
        ("1762826703250000000", "2025-11-11T02:05:03.250000+00:00"),
    ],
)
def test_times_of_servers_are_one_instant_however_they_are_written(text, expected):
    assert datetime.fromisoformat(iso_time(text)).astimezone(UTC).isoformat() == expected


@pytest.mark.parametrize(
    "text", ["", "-", "17/Mai/2015:10:05:03 +0000", "yesterday", "12", "0.005"]
)
def test_what_is_no_time_is_none(text):
    assert iso_time(text) == ""


def test_escapes_of_servers_are_undone():
    assert unescaped(r"\"a\\b\"") == '"a\\b"'
    assert unescaped(r"\xE9\xA1\xB5 x") == "页 x"
    assert unescaped(r"\xC9\xCC") == "商"
    assert unescaped("-") == ""
    assert unescaped("a-") == "a-"


@given(st.text())
def test_unescaping_takes_any_text(text):
    assert isinstance(unescaped(text), str)


def test_requests_are_taken_apart():
    assert split_request("GET /a?b=c HTTP/1.1") == ("GET", "/a?b=c", "")
    assert split_request("get http://Shop.example:80/a HTTP/1.0") == ("GET", "/a", "shop.example")
    assert split_request("GET /a b HTTP/1.1") == ("GET", "/a b", "")
    assert split_request("GET /a#b") == ("GET", "/a", "")
    assert split_request("\x16\x03\x01") == ("", "", "")
    assert split_request("") == ("", "", "")


def test_addresses_lose_their_port_and_their_proxies():
    assert clean_address("203.0.113.9") == "203.0.113.9"
    assert clean_address("203.0.113.9:5060") == "203.0.113.9"
    assert clean_address("203.0.113.9, 10.0.0.1") == "203.0.113.9"
    assert clean_address("2001:db8::1") == "2001:db8::1"
    assert clean_address("unknown") == clean_address("-") == clean_address("") == ""


def test_hosts_are_names_without_port():
    assert clean_host("WWW.Shop.example:8443") == "www.shop.example"
    assert clean_host("shop.example.") == "shop.example"
    assert clean_host("web01") == clean_host("_") == clean_host("a b") == ""


def test_our_cookie_is_found_among_others():
    assert own_id("a=b; tracker_id=0123456789abcdef; c=d") == "tracker_id=0123456789abcdef"
    assert own_id("a=b;+tracker_id=0123456789abcdef") == "tracker_id=0123456789abcdef"
    assert own_id("x_tracker_id=0123456789abcdef") == own_id("tracker_id=short") == ""
