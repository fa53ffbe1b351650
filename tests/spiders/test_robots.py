import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.robots import MAX_BYTES, Rules, read_robots

PAGE = "https://shop.example/item/7"
RULES = b"""
User-agent: *
Disallow: /

User-agent: OurBot
Disallow: /private
Allow: /private/hall
Crawl-delay: 7
"""


def allows(status, body=b"", url=PAGE):
    return Rules(read_robots(status, body, "OurBot"), "OurBot").allows(url)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_no_robots_txt_forbids_nothing(status):
    assert allows(status, RULES)


@pytest.mark.parametrize("status", [None, 500, 502, 503, 504, 429])
def test_what_cannot_be_asked_forbids_everything(status):
    assert not allows(status)
    assert Rules(read_robots(status, b"", "OurBot"), "OurBot").failed


def test_our_own_group_counts_before_everybodys():
    assert allows(200, RULES)
    assert not allows(200, RULES, "https://shop.example/private/1")
    assert allows(200, RULES, "https://shop.example/private/hall/1")
    assert not Rules(read_robots(200, RULES, "OtherBot"), "OtherBot").allows(PAGE)


def test_the_crawl_delay_is_ours_and_bounded():
    assert read_robots(200, RULES, "OurBot").crawl_delay_ms == 7_000
    long = b"User-agent: *\nCrawl-delay: 99999999"
    assert read_robots(200, long, "OurBot").crawl_delay_ms == 86_400_000
    bad = b"User-agent: *\nCrawl-delay: -3"
    assert read_robots(200, bad, "OurBot").crawl_delay_ms == 0


def test_only_the_first_500_kib_count():
    late = b"#" * MAX_BYTES + b"\nUser-agent: *\nDisallow: /\n"
    assert allows(200, late)
    assert len(read_robots(200, late, "OurBot").body) == MAX_BYTES


def test_a_page_instead_of_rules_forbids_nothing():
    assert allows(200, b"<!doctype html><html><body>Welcome</body></html>")


@given(st.binary(max_size=2_000))
def test_no_bytes_break_it(body):
    Rules(read_robots(200, body, "OurBot"), "OurBot").allows(PAGE)
