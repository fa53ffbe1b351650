"""From a new influencer to their agency's report, in a real browser, by the ways that people go.

A file is imported; an influencer gets a link and a code; somebody clicks the link, looks around in
the shop and buys with the code; the shop delivers the order by a signed webhook; the credit is seen
and followed to the order, taken away as CSV and shared with an agency, who get nowhere else.
Once in Chinese on a desk, in light; once in English on a phone, in the dark.
"""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tests import factories
from tests.browser.conftest import EMAIL, PASSWORD, served
from tests.browser.test_site import work, yesterday
from tests.support.webhooks import SECRET, as_body, money, shopify_headers, shopify_order
from tracker.collect.delivery_loader import DeliveryLoader
from tracker.collect.loader import Loader
from tracker.models import Delivery, Hit
from tracker.services import policies
from tracker.services.users import add_user

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1"
)
PAGE = (
    '<!doctype html><title>Tea</title><script defer src="{site}/t.js" data-site="{key}"></script>'
)
OPENED = "the password of the agency"


@dataclass(frozen=True)
class Words:
    """What the pages say in one language."""

    title: str
    link_evidence: str
    code_evidence: str
    total: str
    wrong: str


CHINESE = Words("达人", "追踪链接", "优惠口令", "¥608.00", "密码不对")
ENGLISH = Words("Influencers", "Tracked link", "Coupon code", "CN¥608.00", "not the password")

DESK = {"locale": "zh-CN", "color_scheme": "light"}
POCKET = {"locale": "en", "color_scheme": "dark", "viewport": {"width": 390, "height": 844}}


@pytest.fixture
def shop(database):
    """A shop on Shopify whose pages are on loopback; the locale of its owner is the browser's."""
    with database.write() as session, factories.using(session):
        workspace = factories.WorkspaceFactory(name="山野茶铺", slug="shanye")
        policies.ensure_policy(session, workspace)
        add_user(session, EMAIL, PASSWORD, is_admin=True, name="王芳")
        factories.InfluencerFactory(workspace=workspace, name="不相干的人", agency="别家")
        return factories.ShopFactory(
            workspace=workspace, name="官方商城", slug="own", platform="shopify",
            hostnames="localhost",
        )  # fmt: skip


@pytest.fixture
def shop_pages(site, shop) -> Iterator[str]:
    """Address of the shop, whose every page has the script."""
    page = PAGE.format(site=site.url, key=shop.site_key).encode()

    def answer(_environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [page]

    with served(answer) as server:
        yield f"http://localhost:{server.port}"


@pytest.fixture
def orders_file(tmp_path):
    """An order of yesterday with the code, and one of nobody."""
    day = yesterday()
    path = tmp_path / "orders.csv"
    path.write_text(
        "订单编号,下单时间,实付金额,优惠券\n"
        f"SY-1,{day} 10:00:00,500.00,MANMAN30\nSY-2,{day} 12:00:00,100.00,\n"
    )
    return path


def delivered(site, shop, visitor: str) -> None:
    """The shop tells of an order: 118.40 paid, of which 5.00 freight and 5.40 tax."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    order = shopify_order(
        created_at=now, processed_at=now, updated_at=now, currency="CNY",
        total_price_set=money("118.40", "CNY"), total_shipping_price_set=money("5.00", "CNY"),
        landing_site="/item/1?kol=manman", referring_site="",
        note_attributes=[{"name": "tracker_id", "value": visitor}],
        discount_codes=[{"code": "manman30", "amount": "12.00", "type": "percentage"}],
        line_items=[{"id": 1, "sku": "A-1", "name": "Tea", "quantity": 2, "price": "60.00"}],
    )  # fmt: skip
    body = as_body(order)
    for secret in ("somebody else's secret", SECRET):
        request = urllib.request.Request(
            f"{site.url}/webhooks/shopify/{shop.site_key}", body,
            shopify_headers("orders/create", body, secret),
        )  # fmt: skip
        if secret == SECRET:
            with urllib.request.urlopen(request) as answer:
                assert answer.status == 200
        else:
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(request)


def work_all(database, settings) -> None:
    """What loader and workers do, here and now."""
    from jobs.attribution import refresh_due_days
    from jobs.visits import build_due_visits

    Loader(settings.journal_dir, database).run_round()
    DeliveryLoader(
        settings.deliveries_dir, database, secret=settings.customer_key_secret
    ).run_round()
    build_due_visits()
    refresh_due_days()


def found(database, table, least: int):
    """Waits for rows that another thread's request brings."""
    with database.read() as session:
        return session.query(table).count() >= least


def make_influencer(page, target: str) -> None:
    page.goto("/influencers/new")
    page.fill("[name=name]", "林小满")
    page.fill("[name=slug]", "manman")
    page.fill("[name=agency]", "青禾传媒")
    page.fill("[name=platform]", "小红书")
    page.fill("[name=handle]", "linxm")
    page.click("main button.primary")
    page.wait_for_url(re.compile(r"/influencers/\d+$"))
    page.click("a[href$='/links/new']")
    page.fill("[name=target_url]", target)
    page.fill("[name=slug]", "manman-1")
    page.click("main button.primary")
    page.wait_for_url("**#links")
    page.click("#codes a.go")
    page.fill("[name=code]", "MANMAN30")
    page.fill("[name=valid_from]", "2026-01-01")
    page.click("main button.primary")
    page.wait_for_url("**#codes")


def set_secret(page, shop) -> None:
    page.goto(f"/settings/webhooks/{shop.id}")
    page.fill("[name=secret]", SECRET)
    page.click("button[value=set]")
    page.wait_for_selector(".notice.good")


def import_file(page, path, database, settings) -> None:
    page.goto("/imports")
    page.set_input_files("[name=file]", path)
    page.click("main button.primary")
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    page.click("button[value=start]")
    page.wait_for_selector("progress")
    work(database, settings)
    page.wait_for_selector(".notice.good")


def click_and_look(browser, site, shop_pages: str) -> str:
    """Somebody follows the link and looks around; gives the visitor's id of the shop's page."""
    context = browser.new_context(user_agent=PHONE)
    shopper = context.new_page()
    with shopper.expect_response(re.compile("/collect$")):
        shopper.goto(f"{site.url}/go/manman-1")
    assert shopper.url.startswith(f"{shop_pages}/item/1?utm_source=xiaohongshu")
    assert "kol=manman" in shopper.url
    with shopper.expect_response(re.compile("/collect$")):
        shopper.goto(f"{shop_pages}/cart")
    (visitor,) = (c["value"] for c in context.cookies() if c["name"] == "tracker_id")
    context.close()
    return visitor


def share(page) -> str:
    """Makes a link for the agency; gives its address."""
    page.goto("/shares/new")
    page.fill("[name=title]", "青禾 11")
    page.select_option("[name=agency]", "青禾传媒")
    page.fill("[name=password]", OPENED)
    page.click("main button.primary")
    page.wait_for_url(re.compile(r"/shares/\d+$"))
    return page.inner_text("main code")


def look_at_share(agency, address: str, words: Words) -> None:
    """What the agency sees, and what it does not."""
    agency.goto(address)
    agency.fill("[name=password]", "something else 1")
    with agency.expect_response(lambda answer: answer.status == 401):
        agency.click("button.primary")
    assert words.wrong in agency.inner_text("main")
    agency.fill("[name=password]", OPENED)
    agency.click("button.primary")
    agency.wait_for_selector("tbody")
    assert "林小满" in agency.inner_text("tbody")
    assert "608" in agency.inner_text("tbody").replace(",", "")
    assert "不相干的人" not in agency.content()
    with agency.expect_download() as file:
        agency.click("a[href*='table.csv']")
    text = file.value.path().read_text("utf-8-sig")
    assert "林小满" in text
    assert "不相干的人" not in text
    for elsewhere in ("/", "/influencers", "/orders", "/shares", "/charts/overview.svg"):
        agency.goto(elsewhere)
        assert "/sign-in" in agency.url, elsewhere


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("words", "options"), [(CHINESE, DESK), (ENGLISH, POCKET)])
def test_from_a_click_to_the_report_of_the_agency(
    signed_in, browser, site, shop, shop_pages, orders_file, database, settings,
    words, options,
):  # fmt: skip
    page = signed_in(**options)
    page.goto("/account")
    page.click(f"main button[value={options['locale'].replace('-', '_')}]")
    page.wait_for_selector(f"html[lang={options['locale']}]")
    make_influencer(page, f"{shop_pages}/item/1")
    set_secret(page, shop)
    import_file(page, orders_file, database, settings)

    visitor = click_and_look(browser, site, shop_pages)
    delivered(site, shop, visitor)
    work_all(database, settings)
    assert found(database, Hit, 3)  # the click, and two pages
    assert found(database, Delivery, 2)  # one of them refused

    # the figure, and the orders behind it
    page.goto("/influencers")
    assert words.title in page.inner_text("h1")
    row = page.locator("tbody tr", has_text="林小满")
    row.locator("a[href*='/orders?']").first.click()
    page.wait_for_url("**/orders?**")
    assert words.total in page.inner_text("tfoot")
    assert "SY-2" not in page.inner_text("tbody")
    page.click("tbody a >> text=#1001")
    main = page.inner_text("main")
    assert words.link_evidence in main
    assert words.code_evidence in main
    page.go_back()
    assert "SY-1" in page.inner_text("tbody")

    # the same as a file
    page.goto("/influencers")
    with page.expect_download() as file:
        page.click("a[href*='/influencers/export.csv']")
    text = file.value.path().read_text("utf-8-sig")
    assert '"608.00"' in next(line for line in text.splitlines() if "林小满" in line)

    visitor_of_share = browser.new_context(base_url=site.url, **options)
    look_at_share(visitor_of_share.new_page(), share(page), words)
    visitor_of_share.close()
    page.reload()
    assert page.locator("tbody tr").count() == 3  # a refusal, a look, a file
