import pytest

from tracker.imports.logs.fields import NO_AGENT
from tracker.imports.logs.w3c import W3CParser

IIS = (
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
    "cs(User-Agent) cs(Referer) sc-status sc-substatus"
)
IIS_LINE = (
    "2026-11-11 00:00:05 10.0.0.2 GET /item/1 kol=lina 443 - 203.0.113.9 "
    "Mozilla/5.0+(iPhone;+CPU) https://www.xiaohongshu.com/ 200 0"
)
CLOUDFRONT = (
    "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status "
    "cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-host-header"
)
CLOUDFRONT_LINE = "\t".join(
    ["2026-11-11", "00:00:05", "HKG1", "512", "203.0.113.9", "GET", "d1.cloudfront.example",
     "/item/1", "200", "https://www.xiaohongshu.com/", "Mozilla/5.0%2520(iPhone;%2520CPU)",
     "utm_campaign=a%2520b", "tracker_id=0123456789abcdef", "www.shop.example"]
)  # fmt: skip


@pytest.fixture
def parser():
    return W3CParser()


def test_iis_line_is_read_by_the_fields_above_it(parser):
    parser.direct(IIS)
    found = parser.parse(IIS_LINE)
    assert (found.time, found.address) == ("2026-11-11T00:00:05+00:00", "203.0.113.9")
    assert (found.method, found.url, found.status) == ("GET", "/item/1?kol=lina", "200")
    assert (found.referrer, found.user_agent) == (
        "https://www.xiaohongshu.com/",
        "Mozilla/5.0 (iPhone; CPU)",
    )


def test_fields_may_change_in_the_file(parser):
    parser.direct(IIS)
    parser.direct("#Date: 2026-11-12 00:00:00")
    parser.direct("#Fields: time cs-method cs-uri sc-status")
    found = parser.parse("08:00:00 GET https://www.shop.example/a 304")
    assert (found.time, found.url, found.host) == (
        "2026-11-12T08:00:00+00:00",
        "/a",
        "www.shop.example",
    )
    assert found.user_agent == NO_AGENT
    assert parser.parse(IIS_LINE) is None


def test_cloudfront_encodes_twice_and_names_the_viewers_host(parser):
    parser.direct(CLOUDFRONT)
    found = parser.parse(CLOUDFRONT_LINE)
    assert (found.host, found.url) == ("www.shop.example", "/item/1?utm_campaign=a%20b")
    assert found.user_agent == "Mozilla/5.0 (iPhone; CPU)"
    assert found.visitor == "tracker_id=0123456789abcdef"


def test_line_before_any_fields_or_of_another_width_is_none(parser):
    assert parser.parse(IIS_LINE) is None
    parser.direct(IIS)
    assert parser.parse(IIS_LINE + " more") is None
    assert parser.parse("") is None


def test_quoted_values_may_have_blanks(parser):
    parser.direct("#Fields: date time cs-uri-stem sc-status cs(User-Agent)")
    found = parser.parse('2026-11-11 00:00:05 /a 200 "Mozilla/5.0 (iPhone)"')
    assert found.user_agent == "Mozilla/5.0 (iPhone)"
