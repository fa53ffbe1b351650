from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.collect.conftest import Collector
from tracker.domain.events import link_of_click

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone)", "Referer": "https://www.xiaohongshu.com/explore/1"}


def test_a_click_is_redirected_to_the_stored_target_with_its_marks(collector):
    answer = collector.client.get("/go/lina", headers=PHONE)
    assert answer.status_code == 302
    location = urlsplit(answer.location)
    assert location.netloc == "shop.example"
    assert location.fragment == "reviews"
    query = dict(parse_qsl(location.query))
    (event,) = collector.events
    assert query == {"sku": "7", "utm_source": "xiaohongshu", "utm_medium": "kol",
                     "kol": "lina", "tk": event.event_id}  # fmt: skip
    assert (event.kind, event.link_id, event.link_slug) == ("click", 7, "lina")
    assert link_of_click(event.event_id) == 7
    assert event.url == answer.location
    assert event.referrer == PHONE["Referer"]


def test_a_redirect_is_kept_by_no_cache_and_found_by_no_search_engine(collector):
    headers = collector.client.get("/go/lina").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "noindex" in headers["X-Robots-Tag"]


def test_the_same_browser_is_the_same_visitor_for_a_day(collector):
    first = collector.client.get("/go/lina", headers=PHONE)
    cookie = first.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=86400" in cookie
    assert "Secure" not in cookie
    again = {**PHONE, "Cookie": "a=b; " + cookie.partition(";")[0] + "; c=d"}
    collector.client.get("/go/lina", headers=again)
    collector.client.get("/go/lina", headers=PHONE)
    keys = [event.visitor_key for event in collector.events]
    assert keys[0] == keys[1] != keys[2]
    assert keys[0].startswith("g:")


def test_the_cookie_is_secure_where_the_site_is(tmp_path):
    tmp_path.joinpath("journal").mkdir()
    collector = Collector(tmp_path / "journal", is_secure=True)
    assert "; Secure" in collector.client.get("/go/lina").headers["Set-Cookie"]
    collector.front.close()


@pytest.mark.parametrize(
    "cookie",
    [
        "tracker_click=",
        "tracker_click=x",
        "tracker_click=" + "a" * 23,
        "xtracker_click=" + "a" * 22,
        "tracker_click=" + "é" * 22,
    ],
)
def test_a_cookie_that_is_not_ours_is_replaced(cookie, collector):
    answer = collector.client.get("/go/lina", environ_overrides={"HTTP_COOKIE": cookie})
    assert answer.headers["Set-Cookie"].startswith("tracker_click=")
    assert len(collector.events[0].visitor_key) == 2 + 22


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_who_asks_not_to_be_tracked_gets_no_cookie(header, collector):
    answer = collector.client.get("/go/lina", headers={**PHONE, header: "1"})
    assert answer.status_code == 302
    assert "Set-Cookie" not in answer.headers
    (event,) = collector.events
    assert event.visitor_key == "c:" + event.event_id


def test_head_is_redirected_and_told_apart(collector):
    answer = collector.client.head("/go/lina", headers=PHONE)
    assert answer.status_code == 302
    assert "Set-Cookie" not in answer.headers
    assert collector.events[0].method == "HEAD"


@pytest.mark.parametrize("header", ["Sec-Purpose", "Purpose", "X-Moz"])
def test_a_prefetch_is_told_apart(header, collector):
    collector.client.get("/go/lina", headers={**PHONE, header: "prefetch"})
    assert collector.events[0].purpose == "prefetch"


@pytest.mark.parametrize(
    "path",
    [
        "/go/",
        "/go/nobody",
        "/go/lina/",
        "/go/lina/x",
        "/go//evil.example",
        "/go/https://evil.example",
        "/go/%2e%2e",
        "/go/LINA",
        "/go/链接",
        "/go/%ff",
    ],
)
def test_an_unknown_slug_leads_nowhere(path, collector):
    answer = collector.client.get(path)
    assert answer.status_code == 404
    assert "Location" not in answer.headers
    assert collector.events == []


@pytest.mark.parametrize(
    "query",
    ["url=https://evil.example", "next=//evil.example", "to=javascript:alert(1)", "@evil.example",
     "tk=00000009-0000-8000-8000-000000000000&kol=evil&utm_source=evil"],
)  # fmt: skip
def test_nothing_in_a_request_says_where_to_go_or_who_is_credited(query, collector):
    location = urlsplit(collector.client.get("/go/lina?" + query).location)
    assert (location.scheme, location.netloc, location.path) == (
        "https", "shop.example", "/item/1",
    )  # fmt: skip
    values = parse_qsl(location.query)
    assert [v for n, v in values if n == "kol"] == ["lina"]
    assert [v for n, v in values if n == "utm_source"] == ["xiaohongshu"]
    assert [v for n, v in values if n == "tk"] == [collector.events[0].event_id]
