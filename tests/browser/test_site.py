"""The main job in a real browser: import a file, see who is credited, and what makes pages good."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tracker.models import ImportBatch

PAGES = (
    "/", "/channels", "/campaigns", "/influencers", "/orders", "/imports", "/search",
    "/settings/shops", "/settings/rules", "/settings/promotions", "/settings/policy",
    "/settings/users", "/account", "/influencers/new", "/campaigns/new",
)  # fmt: skip


def yesterday() -> date:
    """In the shop, where it may be another day than here."""
    return (datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(days=1)).date()


@pytest.fixture
def orders_file(tmp_path):
    """Three orders of yesterday, two with the influencer's code."""
    day = yesterday()
    path = tmp_path / "订单.csv"
    path.write_text(
        "订单编号,下单时间,实付金额,优惠券\n"
        f"SY-1,{day} 10:00:00,199.00,MANMAN30\n"
        f"SY-2,{day} 11:00:00,301.00,manman30\n"
        f"SY-3,{day} 12:00:00,100.00,\n"
        f"SY-4,{day} 12:00:00,abc,\n"
    )
    return path


def work(database, settings) -> None:
    """What the workers do, here and now."""
    from jobs.attribution import attribute_dirty, refresh_costs
    from tracker.imports import run

    with database.read() as session:
        due = list(session.scalars(select(ImportBatch.id).where(ImportBatch.status == "queued")))
    for batch_id in due:
        run.import_batch(database, batch_id, settings.uploads_dir, settings.customer_key_secret)
    attribute_dirty()
    refresh_costs()


def test_from_a_file_to_the_influencer_who_earned_it(
    signed_in, orders_file, database, settings, shop
):
    page = signed_in()
    assert "看到第一个 ROI" in page.inner_text("main")  # the way there is a list

    # an influencer with a code
    page.goto("/influencers/new")
    page.fill("[name=name]", "林小满")
    page.fill("[name=platform]", "小红书")
    page.fill("[name=handle]", "linxm")
    page.click("main button.primary")
    page.wait_for_url("**/influencers/*")
    page.click("#codes a.go")
    page.fill("[name=code]", "MANMAN30")
    page.fill("[name=valid_from]", "2026-01-01")
    page.click("main button.primary")
    page.wait_for_url("**#codes")
    assert "MANMAN30" in page.inner_text("#codes")

    # the file: first a look, then the import, whose result comes by itself
    page.goto("/imports")
    page.set_input_files("[name=file]", orders_file)
    page.click("main button.primary")
    page.wait_for_url("**/imports/*")
    assert "识别为：订单" in page.inner_text("main")
    assert "600.00 CNY" in page.inner_text("main")
    page.click("button[value=start]")
    page.wait_for_selector("progress")
    work(database, settings)
    page.wait_for_selector(".notice.good")
    assert "第" not in page.inner_text(".notice.good")
    assert "不是数字" in page.inner_text("main")

    # who earned it
    page.goto("/")
    ranking = page.locator("tbody tr", has_text="小红书")  # the other row says what moved
    assert "¥500" in ranking.inner_text()
    ranking.get_by_text("林小满").click()
    assert "优惠口令" in page.inner_text("main")
    page.goto("/orders")
    page.click("text=SY-1")
    page.wait_for_url(re.compile(r"/orders/\d+"))
    body = page.inner_text("main")
    assert "为什么这样归因" in body
    assert "使用口令" in body


def test_a_chart_comes_after_the_text_and_says_every_figure(
    signed_in, orders_file, database, settings, shop
):
    page = signed_in()
    page.goto("/imports")
    page.set_input_files("[name=file]", orders_file)
    page.click("main button.primary")
    page.click("button[value=start]")
    page.wait_for_selector("progress")
    work(database, settings)
    page.goto("/")
    height = page.locator(".chart").bounding_box()["height"]
    page.wait_for_selector(".chart svg rect.column")
    assert page.locator(".chart").bounding_box()["height"] >= height > 200
    columns = page.locator(".chart rect.column")
    columns.nth(columns.count() - 2).hover()
    tip = page.inner_text(".tip")
    assert "未归因" in tip
    assert "¥600.00" in tip
    assert "成本" in tip
    button = page.locator("[data-legend] button", has_text="未归因")
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert not page.locator("g[data-series=unattributed]").is_visible()
    with page.expect_download() as file:
        page.click(".chart-file a >> nth=0")
    assert file.value.path().read_bytes().startswith(b"\x89PNG")
    columns.nth(columns.count() - 2).click()
    page.wait_for_url("**/channels?**")
    day = yesterday()
    assert f"from={day}&to={day}" in page.url


def test_language_and_theme_change_at_once_and_stay(signed_in, shop):
    page = signed_in()
    page.click(".menu button[value=en]")
    page.wait_for_selector("html[lang=en]")
    assert "Overview" in page.inner_text("h1")
    page.click(".menu button[value=dark]")
    page.wait_for_selector("html[data-theme=dark]")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 27)"
    page.goto("/channels")
    assert page.get_attribute("html", "data-theme") == "dark"
    assert "Channels" in page.inner_text("h1")


def test_the_system_theme_is_followed(signed_in, shop):
    page = signed_in(color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 27)"


def test_keys_search_go_and_step(signed_in, shop):
    page = signed_in()
    page.keyboard.press("/")
    page.wait_for_url("**/search")
    page.keyboard.type("林")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/influencers")
    page.keyboard.press("[")
    page.wait_for_url("**/influencers?from=*")


def test_a_choice_in_the_bar_is_taken_at_once(signed_in, shop):
    page = signed_in()
    page.select_option("[name=model]", "linear")
    page.wait_for_url("**model=linear**")
    page.click("summary >> nth=0")
    page.click(".presets a >> nth=0")
    page.wait_for_url("**period=7d**")
    assert "model=linear" in page.url


def test_nothing_leaves_the_screen_of_a_phone(signed_in, shop):
    page = signed_in(viewport={"width": 390, "height": 844})
    for address in PAGES:
        page.goto(address)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, address
    assert not page.is_visible(".menu a.entry >> nth=0")
    page.click(".menu-button")
    assert page.is_visible(".menu a.entry >> nth=0")


def test_everything_works_without_a_script(signed_in, shop):
    page = signed_in(java_script_enabled=False)
    assert "概览" in page.inner_text("h1")
    page.select_option("[name=model]", "first")
    page.click("#controls noscript button, #controls button >> nth=0")
    assert "model=first" in page.url
    page.click(".menu form[action='/sign-out'] button")
    assert "/sign-in" in page.url


def test_after_signing_out_the_way_back_is_closed(signed_in, shop):
    page = signed_in()
    page.goto("/influencers")
    page.click("form[action='/sign-out'] button")
    page.wait_for_url("**/sign-in")
    page.go_back()
    assert page.url.endswith("/sign-in?next=/influencers")


def test_tab_begins_with_a_way_past_the_menu_and_shows_where_it_is(signed_in, shop):
    page = signed_in()
    page.goto("/channels")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = "document.activeElement.closest('main') !== null"
    assert page.evaluate(inside)
    outlines = set()
    for _ in range(8):
        outlines.add(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
        page.keyboard.press("Tab")
    assert "none" not in outlines


def test_on_paper_there_are_figures_and_no_menu(signed_in, shop):
    page = signed_in()
    for address in ("/", "/channels", "/influencers"):
        page.goto(address)
        page.emulate_media(media="print")
        assert not page.is_visible("nav.menu")
        assert not page.is_visible("main .no-print >> nth=0"), address
        assert page.is_visible("h1")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") in (
            "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)",
        ), address  # fmt: skip
        page.emulate_media(media="screen")
