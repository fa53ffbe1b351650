"""What holds on every page of the demo brand, however it came to be: the pages are found by links.

Each is looked at by axe, on a desk in the light and on a phone in the dark; a violation of the
content security policy, an error of a script, another host, a page wider than its screen, a figure
that does not say how it is computed, or a text in the wrong language fails with the page's address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from app import create_app
from benchmarks.reached import Reached, Site, follow
from tests.browser.conftest import served_site, watched
from tests.support import demo_site, texts
from tests.support.databases import Databases
from tests.support.valkey import Valkey
from tracker.config import Settings
from tracker.db import connect

pytestmark = pytest.mark.timeout(300)

DAYS, SCALE = 40, 0.15
"""Of the demo brand: enough for every page to have something to show."""

NOT_LINKED = {
    "site.health", "site.robots",  # for programs
    "sign_in.show",  # not for those who are in
    "views.start",  # where signing in leads
    "demo.progress", "imports.progress", "settings.policy_progress",  # while something runs
    # what a small demo brand has not: places by keyword, a festival twice, files of a schedule,
    # influencers ticked to be compared
    "competitors.export_ranks", "promotions.export_festival", "promotions.export_festival_days",
    "schedules.file", "influencers.export_compare",
}  # fmt: skip
"""Answers to GET that no link of the demo brand leads to."""

AXE = files("axe_playwright_python") / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""Rules that another theme can break; the others say the same of the same page."""

SERIOUS = {"serious", "critical"}

LOOK = Path(__file__).with_name("look.js").read_text()

METRICS = {
    "zh_CN": ["净成交额", "ROAS", "ROI", "CAC", "CPA", "退款率", "新客", "客单价", "转化率"],
    "en": ["Net revenue", "ROAS", "ROI", "CAC", "CPA", "Refund rate", "New customers",
           "Average order", "Conversion"],
}  # fmt: skip
"""Headings whose figures say by which formula they are computed."""


@dataclass(frozen=True)
class Demo:
    """The demo brand, served, and all that can be reached in it."""

    url: str
    zh: Site
    en: Site
    theirs: str
    """See `texts.words_of_people`."""


@pytest.fixture(scope="module")
def demo(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, _kept_valkey: Valkey
) -> Iterator[Demo]:
    folder: Path = tmp_path_factory.mktemp("demo")
    with databases.fresh("sqlite", folder) as address, pytest.MonkeyPatch.context() as patch:
        for name, value in (
            ("HOME", folder / "home"), ("DATABASE_URL", address), ("REDIS_URL", _kept_valkey.url),
        ):  # fmt: skip
            patch.setenv(f"TRACKER_{name}", str(value))
        settings = Settings.from_env()
        demo_site.load(settings, days=DAYS, scale=SCALE)
        app = create_app({"site"}, settings)
        starts = demo_site.add_what_people_make(app, settings)
        sites = {
            locale: follow(
                app, demo_site.sign_in(app, locale).client.get, starts,
                origin=settings.site_url, every={"imports.show"},
            )
            for locale in demo_site.EMAILS
        }  # fmt: skip
        app.extensions["charts"].close()
        app.extensions["tracker"].database.dispose()
        database = connect(address)
        with database.read() as session:
            theirs = texts.words_of_people(session) + demo_site.OF_FILES
        database.dispose()
        with served_site(settings) as site:
            yield Demo(site.url, sites["zh_CN"], sites["en"], theirs)


def test_links_lead_to_every_page_and_to_none_that_is_not_there(demo):
    assert set(demo.zh.unreached) - NOT_LINKED == set()
    broken = {one.path: one.status for one in demo.zh.reached.values() if one.status >= 400}
    assert broken == {}
    assert len(demo.zh.pages()) > 50


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_no_page_or_chart_shows_what_is_not_for_people(demo, locale):
    site = demo.zh if locale == "zh_CN" else demo.en
    problems: dict[str, list[str]] = {}
    for one in site.reached.values():
        if one.status != 200:
            continue
        said = texts.texts_of(one.text) if "ml" in one.media_type else []
        found = texts.raw(said, demo.theirs)
        if locale == "zh_CN":
            found += texts.untranslated(said, demo.theirs)
        else:
            found += texts.unexpected_chinese(said, demo.theirs)
        if found:
            problems[one.path] = found
    assert problems == {}


@pytest.mark.parametrize(
    ("locale", "rules", "options"),
    [
        ("zh_CN", RULES, {"color_scheme": "light", "viewport": {"width": 1440, "height": 900}}),
        ("en", OF_COLOURS, {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}}),
    ],
)
def test_every_page_is_usable_by_all_and_safe(demo, browser, locale, rules, options):
    site = demo.zh if locale == "zh_CN" else demo.en
    problems: dict[str, list[Any]] = {}
    hosts: set[str] = set()
    page = _signed_in(browser, demo.url, locale, options)
    said = watched(page, hosts)
    for one in site.pages():
        if one.status != 200:
            continue
        said.clear()
        found = _look(page, one, locale, rules)
        if found + said:
            problems[one.path] = found + said
    page.context.close()
    assert problems == {}
    assert hosts == {demo.url.removeprefix("http://")}


def _signed_in(browser: Any, url: str, locale: str, options: dict[str, Any]) -> Any:
    context = browser.new_context(base_url=url, reduced_motion="reduce", **options)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[name=email]", demo_site.EMAILS[locale])
    page.fill("[name=password]", demo_site.PASSWORD)
    page.click("button.primary")
    page.wait_for_url("**/")
    context.add_init_script(AXE.read_text())
    return page


def _look(page: Any, one: Reached, locale: str, rules: list[str]) -> list[Any]:
    page.goto(one.path)
    seen = page.evaluate(LOOK, [rules, METRICS[locale]])
    found: list[Any] = [
        {violation["id"]: violation["nodes"][:5]}
        for violation in seen["violations"]
        if violation["impact"] in SERIOUS
    ]
    if seen["wide"] > 0:
        found.append(f"{seen['wide']} pixels wider than the screen")
    found += [f"not drawn: {address}" for address in seen["undrawn"]]
    return found + [f"no formula: {text}" for text in seen["unsaid"]]
