from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.collect.targets import build_target

CLICK = "00000007-1234-8abc-9abc-1234567890ab"


def full(url, utm=None, kol="", query=""):
    return build_target(url, utm or {}, kol).with_click(CLICK, query)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://shop.example", f"https://shop.example?tk={CLICK}"),
        ("https://shop.example/a?b=1&c=%20", f"https://shop.example/a?b=1&c=%20&tk={CLICK}"),
        ("https://shop.example/a?#top", f"https://shop.example/a?tk={CLICK}#top"),
        ("https://shop.example/#/item?id=1", f"https://shop.example/?tk={CLICK}#/item?id=1"),
        ("http://shop.example:8080/a;b", f"http://shop.example:8080/a;b?tk={CLICK}"),
        ("https://shop.example/商品?名=一", f"https://shop.example/%E5%95%86%E5%93%81?%E5%90%8D=%E4%B8%80&tk={CLICK}"),
        ("https://商店.example/", f"https://xn--fiqt83k.example/?tk={CLICK}"),
        ("https://shop.example/?tk=old&x=1", f"https://shop.example/?x=1&tk={CLICK}"),
    ],
)  # fmt: skip
def test_the_click_is_appended_and_the_rest_kept(url, expected):
    if "商店" in url:
        expected = f"https://{'商店.example'.encode('idna').decode()}/?tk={CLICK}"
    assert full(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://shop.example/",
        "//shop.example/",
        "/relative",
        "",
        "https://",
        "https:///path",
        "https://shop.example\\@evil.example/",
        "https://shop.example/\r\nSet-Cookie: a=b",
        "https://shop.example/a b",
        "https://user:secret@shop.example/",
        "https://shop.example/\x00",
    ],
)
def test_what_is_no_plain_web_address_is_no_target(url):
    with pytest.raises(ValueError):
        build_target(url, {}, "")


def test_marks_of_the_link_replace_those_of_the_same_name():
    url = full(
        "https://shop.example/?utm_source=old&UTM_Medium=x&a=1",
        {"utm_source": "小红书", "utm_medium": "kol", "utm_term": ""},
        "li na&co",
    )
    assert parse_qsl(urlsplit(url).query) == [
        ("a", "1"),
        ("utm_source", "小红书"),
        ("utm_medium", "kol"),
        ("kol", "li na&co"),
        ("tk", CLICK),
    ]


@pytest.mark.parametrize(
    ("query", "carried"),
    [
        ("gclid=abc", [("gclid", "abc")]),
        ("utm_source=evil&tk=1&KOL=evil&clickid=9", [("clickid", "9")]),
        ("a=%0d%0aSet-Cookie:x", []),
        ("x=<script>", []),
        ("a=" + "b" * 2_000, []),
        ("&&", []),
    ],
)
def test_click_ids_that_a_platform_added_are_carried_on(query, carried):
    url = full("https://shop.example/", {"utm_source": "douyin"}, "lina", query)
    expected = [("utm_source", "douyin"), ("kol", "lina"), *carried, ("tk", CLICK)]
    assert parse_qsl(urlsplit(url).query) == expected


def test_without_a_click_nothing_claims_one():
    assert build_target("https://shop.example/", {}, "").with_click(None) == "https://shop.example/"


@given(
    st.text("abc/?&=#%;:.-_~中", max_size=30),
    st.text(max_size=20),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
def test_whatever_is_asked_the_host_stays_and_the_header_is_ascii(rest, query, kol):
    url = build_target("https://shop.example/" + rest, {"utm_source": "s"}, kol)
    location = url.with_click(CLICK, query)
    assert urlsplit(location).netloc == "shop.example"
    assert location.isascii()
    assert location.isprintable()
    assert ("tk", CLICK) in parse_qsl(urlsplit(location).query)
