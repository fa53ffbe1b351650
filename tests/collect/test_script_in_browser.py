"""The page script in a real browser, on a page of a shop that is not our host."""

import threading

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.collect.conftest import SITE_KEY, Collector
from tests.support.browser import CHROMIUM, NO_CHROMIUM
from tests.support.processes import wait_until
from tracker.collect.directory import KnownShop, make_snapshot

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM),
]

PAGE = """<!doctype html><title>A shop</title>
<script>(window.tracker = window.tracker || []).push(["cart"])</script>
<script defer src="http://localhost:{port}/t.js" data-site="{key}" {more}></script>"""


class Quiet(WSGIRequestHandler):
    """Says nothing of requests."""

    def log(self, *args):
        pass


@pytest.fixture
def collector(tmp_path):
    folder = tmp_path / "journal"
    folder.mkdir()
    made = Collector(folder)
    made.directory.known = make_snapshot([KnownShop(1, SITE_KEY, ("127.0.0.1",))], [])
    made.more = ""

    @made.app.get("/shop")
    @made.app.get("/shop/<path:rest>")
    def shop(rest=""):
        return PAGE.format(port=made.port, key=SITE_KEY, more=made.more)

    server = make_server("127.0.0.1", 0, made.app, threaded=True, request_handler=Quiet)
    made.port = server.port
    made.shop = f"http://127.0.0.1:{server.port}/shop"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()
    made.front.close()


@pytest.fixture
def page(browser):
    context = browser.new_context(locale="zh-CN")
    opened = context.new_page()
    opened.errors = []
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    yield opened
    assert opened.errors == []
    context.close()


def kinds(collector):
    return sorted(event.kind for event in collector.events)


def cookies(page):
    return {cookie["name"]: cookie for cookie in page.context.cookies()}


def test_a_landing_and_what_the_page_said_before_the_script_came(collector, page):
    page.goto(collector.shop + "?utm_source=xhs&tk=1#top", referer="http://127.0.0.1:9/before")
    wait_until(lambda: kinds(collector) == ["cart", "page_view"])
    view = next(event for event in collector.events if event.kind == "page_view")
    assert view.url == collector.shop + "?utm_source=xhs&tk=1#top"
    cookie = cookies(page)["tracker_id"]
    assert {event.visitor_key for event in collector.events} == {cookie["value"]}
    assert cookie["sameSite"] == "Lax"
    assert cookie["domain"] == "127.0.0.1"  # first-party: of the shop's own host


def test_the_visitor_is_the_same_on_the_next_page(collector, page):
    for path in ("/one", "/two"):
        page.goto(collector.shop + path)
    wait_until(lambda: kinds(collector).count("page_view") == 2)
    assert len({event.visitor_key for event in collector.events}) == 1


def test_a_single_page_shop_counts_every_page_once(collector, page):
    page.goto(collector.shop)
    wait_until(lambda: len(collector.events) == 2)
    page.evaluate("history.pushState({}, '', '/shop/item/1')")
    page.evaluate("history.replaceState({}, '', '/shop/item/1#photos')")
    page.evaluate("history.pushState({}, '', '/shop/item/2?size=m')")
    page.evaluate("history.back()")
    wait_until(lambda: kinds(collector).count("page_view") == 4)
    views = sorted(
        (e for e in collector.events if e.kind == "page_view"), key=lambda e: e.at_micros
    )
    base = collector.shop.removesuffix("/shop")
    paths = {(view.url.removeprefix(base), view.referrer.removeprefix(base)) for view in views}
    assert paths == {
        ("/shop", ""),
        ("/shop/item/1", "/shop"),
        ("/shop/item/2?size=m", "/shop/item/1"),
        ("/shop/item/1#photos", "/shop/item/2?size=m"),
    }


def test_orders_and_coupons_are_told(collector, page):
    page.goto(collector.shop)
    page.evaluate("tracker.coupon('LINA10'); tracker.push(['order', 1001, 'secret'])")
    wait_until(lambda: len(collector.events) == 4)
    by_kind = {event.kind: event for event in collector.events}
    assert by_kind["coupon"].coupon_code == "LINA10"
    assert by_kind["order_placed"].order_ref == "1001"
    assert len(by_kind["order_placed"].order_token_hash) == 64


def test_where_consent_is_required_nothing_is_stored_until_it_is_given(collector, page):
    collector.more = 'data-consent="required"'
    page.goto(collector.shop + "?utm_source=xhs")
    assert page.evaluate("tracker.visitor()") == ""
    assert cookies(page) == {}
    page.evaluate("tracker.consent(true)")
    wait_until(lambda: len(collector.events) == 2)
    (key,) = {event.visitor_key for event in collector.events}
    assert cookies(page)["tracker_id"]["value"] == key  # the landing counts for who agreed
    page.evaluate("tracker.consent(false)")
    assert cookies(page) == {}


def test_who_refuses_is_counted_for_this_page_load_only(collector, page):
    collector.more = 'data-consent="required"'
    for _ in range(2):
        page.goto(collector.shop)
        page.evaluate("tracker.consent(false)")
    wait_until(lambda: len(collector.events) == 4)
    keys = {event.visitor_key for event in collector.events}
    assert len(keys) == 2
    assert all(key.startswith("c:") for key in keys)
    assert cookies(page) == {}


def test_who_leaves_without_an_answer_is_still_counted(collector, page):
    collector.more = 'data-consent="required"'
    page.goto(collector.shop)
    assert collector.events == []
    page.goto("about:blank")
    wait_until(lambda: kinds(collector) == ["cart", "page_view"])


@pytest.mark.parametrize(
    "signal",
    [
        "Object.defineProperty(navigator, 'doNotTrack', {get: () => '1'})",
        "Object.defineProperty(navigator, 'globalPrivacyControl', {get: () => true})",
    ],
)
def test_who_asks_not_to_be_tracked_is_not(signal, collector, page):
    page.add_init_script(signal)
    page.goto(collector.shop)
    page.evaluate("tracker.consent(true); tracker.order('1'); tracker.page()")
    page.wait_for_timeout(300)
    assert collector.events == []
    assert cookies(page) == {}


def test_an_event_that_was_not_answered_is_sent_again_as_the_same(collector, page):
    known, collector.directory.known = collector.directory.known, None
    statuses = []
    page.on("response", lambda r: statuses.append(r.status) if "/collect" in r.url else None)
    page.goto(collector.shop)
    wait_until(lambda: page.wait_for_timeout(20) or len(statuses) >= 2)
    assert set(statuses) == {503}
    collector.directory.known = known
    wait_until(lambda: page.wait_for_timeout(20) or len(collector.events) == 2)
    page.wait_for_timeout(200)
    assert kinds(collector) == ["cart", "page_view"]
