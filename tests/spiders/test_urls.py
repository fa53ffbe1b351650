# ruff: noqa: E501 -- tables are read by rows
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.urls import MAX_URL, Reason, UrlRefusedError, parse_url


def reason_of(url, **kwargs):
    with pytest.raises(UrlRefusedError) as error:
        parse_url(url, **kwargs)
    return error.value.reason


@pytest.mark.parametrize(("url", "safe"), [
    ("http://example.com", "http://example.com/"),
    ("HTTPS://EXAMPLE.com:443/A?b=C#frag", "https://example.com/A?b=C"),
    ("http://example.com?x=1", "http://example.com/?x=1"),
    ("http://example.com:443/", "http://example.com:443/"),
    ("http://example.com:/", "http://example.com/"),
    ("http://example.com:0080/", "http://example.com/"),
    ("  https://example.com/  ", "https://example.com/"),
    ("https://example.com./", "https://example.com/"),
    ("https://ex_ample.com/", "https://ex_ample.com/"),
    ("https://淘宝.中国/产品", "https://xn--pbt173b.xn--fiqs8s/%E4%BA%A7%E5%93%81"),
    ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    ("https://faß.example/", "https://xn--fa-hia.example/"),
    ("https://ＥＸＡＭＰＬＥ。ｃｏｍ/", "https://example.com/"),
    ("https://ex%61mple.com/", "https://example.com/"),
    ("https://example.com/a%2Fb|c", "https://example.com/a%2Fb|c"),
    ("http://8.8.8.8/", "http://8.8.8.8/"),
    ("http://0x7f.1/", "http://127.0.0.1/"),
    ("http://[2606:4700::0001]/x", "http://[2606:4700::1]/x"),
])  # fmt: skip
def test_a_url_has_one_safe_spelling(url, safe):
    address = parse_url(url)
    assert address.url == safe
    assert parse_url(safe).url == safe


@pytest.mark.parametrize("form", [
    "2130706433", "0x7f000001", "017700000001", "127.1", "127.0.1", "0x7f.1", "0177.0.0.1", "127.0.0.1.",
    "127。0。0。1", "①②⑦.⓪.⓪.①", "１２７.０.０.１", "%31%32%37.0.0.1", "0X7F.0.0.1", "127.0x0.00.01",
])  # fmt: skip
def test_every_spelling_of_an_ipv4_address_is_read_and_called_disguised(form):
    address = parse_url(f"http://{form}/")
    assert (address.host, address.is_disguised) == ("127.0.0.1", True)


@pytest.mark.parametrize(("url", "reason"), [
    ("", "malformed"), ("example.com", "malformed"), ("//example.com", "malformed"), ("http:example.com", "malformed"),
    ("http:/example.com", "malformed"), ("http:///example.com", "malformed"), ("http:\\\\example.com", "malformed"),
    ("http://127.0.0.1\\@example.com/", "malformed"), ("http://exam ple.com", "malformed"),
    ("http://example.com/\r\nHost: x", "malformed"), ("http://exa\tmple.com", "malformed"), ("http://a\x00b.com", "malformed"),
    ("http://example.com/\ud800", "malformed"), ("http://e.com/" + "a" * MAX_URL, "malformed"),
    ("file:///etc/passwd", "scheme"), ("ftp://example.com", "scheme"), ("data:text/html,x", "scheme"),
    ("javascript:alert(1)", "scheme"), ("gopher://example.com", "scheme"), ("view-source:http://example.com", "scheme"),
    ("dict://example.com:11211/", "scheme"), ("localhost:80", "scheme"), ("s3://bucket/x", "scheme"),
    ("http://user@example.com", "credentials"), ("http://user:pw@example.com", "credentials"), ("http://@example.com", "credentials"),
    ("http://example.com@127.0.0.1", "credentials"), ("http://example.com:80@127.0.0.1", "credentials"),
    ("http://example.com:22", "port"), ("http://example.com:8080", "port"), ("http://example.com:0", "port"),
    ("http://example.com:65616", "port"), ("http://example.com:٨٠", "port"), ("http://example.com:80x", "port"),
    ("http://", "host"), ("http://:80", "host"), ("http://.", "host"), ("http://a..b", "host"), ("http://.example.com", "host"),
    ("http://-a.com", "host"), ("http://a.com:80:80", "host"), ("http://[::1", "host"), ("http://[::1]x", "host"),
    ("http://[fe80::1%25eth0]/", "host"), ("http://[::1.2.3]/", "host"), ("http://[]/", "host"), ("http://1.2.3.4.5", "host"),
    ("http://256.1.1.1", "host"), ("http://1.2.3.256", "host"), ("http://4294967296", "host"), ("http://08.1.1.1", "host"),
    ("http://foo.0x1g", "ok"), ("http://foo.123", "host"), ("http://foo.0x12", "host"), ("http://xn--a", "host"),
    ("http://xn--ls8h=.example", "host"), ("http://xn--abc-.example", "host"), ("http://a%00b.com", "host"), ("http://a%2Fb.com", "host"),
    ("http://a%40b.com", "host"), ("http://%ff.com", "host"), ("http://a<b.com", "host"), ("http://a^b.com", "host"),
    ("http://a|b.com", "host"), ("http://" + "a" * 64 + ".com", "host"), ("http://" + "a." * 127 + "com", "host"),
])  # fmt: skip
def test_what_parsers_could_read_two_ways_is_refused(url, reason):
    if reason == "ok":
        assert parse_url(url).ip is None
    else:
        assert reason_of(url) is Reason(reason)


def test_other_ports_can_be_allowed():
    assert parse_url("http://example.com:8080", ports=(8080,)).url == "http://example.com:8080/"


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_with_a_reason(text):
    for url in (text, f"http://{text}", f"https://{text}/x"):
        try:
            address = parse_url(url)
        except UrlRefusedError:
            continue
        else:
            assert address.url.isascii()
            assert parse_url(address.url).host == address.host


@given(st.ip_addresses(v=4), st.sampled_from([str, "0x{:x}".format, "0{:o}".format]))
def test_a_number_is_the_address_that_it_counts_to(ip, spelling):
    assert parse_url(f"http://{spelling(int(ip))}/").ip == ip
