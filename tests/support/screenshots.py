"""`make screenshots`: every page of the demo brand as an image under docs/screenshots/.

    python -m tests.support.screenshots [PART]        only pages whose name holds PART

A new demo brand is made in a temporary folder and served on loopback. Each page that links lead to
is taken in Chinese on a desk in the light; the main ones also in English, in the dark and on a
phone. Images are WebP, so that all of them together stay small enough to be kept with the program.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from app import create_app
from benchmarks.reached import Reached, follow, richest
from jobs.attribution import refresh_due_days
from tests.browser.conftest import served_site
from tests.support import demo_site
from tests.support.browser import CHROMIUM, NO_CHROMIUM, chromium
from tracker.config import Settings
from tracker.db import connect
from tracker.migrations import upgrade

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"

DAYS = 120

MAIN = (
    "overview.index", "channels.index", "campaigns.index", "influencers.index",
    "influencers.show", "orders.index", "orders.show", "competitors.show",
)  # fmt: skip
"""Pages that are shown in every way."""

DESK = {"viewport": {"width": 1280, "height": 860}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
WAYS: tuple[tuple[str, str, dict[str, Any], bool], ...] = (
    ("zh", "zh_CN", {**DESK, "color_scheme": "light"}, True),
    ("en", "en", {**DESK, "color_scheme": "light"}, False),
    ("zh-dark", "zh_CN", {**DESK, "color_scheme": "dark"}, False),
    ("zh-phone", "zh_CN", {**PHONE, "color_scheme": "light"}, False),
    ("en-phone-dark", "en", {**PHONE, "color_scheme": "dark"}, False),
)
"""Folder, locale, what the browser is, and whether it takes every page."""

PHONE_WIDTH = 480
"""Pixels that an image of a phone is made small to."""

QUALITY = 60
DRAWN = """async () => {
  const isDrawn = (box) => box.querySelector("svg");
  const boxes = [...document.querySelectorAll("[data-chart]")];
  for (let n = 0; n < 400 && !boxes.every(isDrawn); n += 1) {
    await new Promise((next) => setTimeout(next, 20));
  }
}"""
"""Ends when all charts are in their places."""


def main(part: str = "") -> int:
    """Take the screenshots; gives the exit status."""
    if CHROMIUM is None:
        print(NO_CHROMIUM, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="tracker-screenshots-") as folder:
        settings = _settings(Path(folder))
        pages = _pages(settings)
        with served_site(settings) as site, chromium() as browser:
            for name, locale, options, is_every in WAYS:
                chosen = [one for one in pages if is_every or one.endpoint in MAIN]
                with _signed_in(browser, site.url, locale, options) as page:
                    for one in chosen:
                        if part in one.label:
                            _take(page, one, FOLDER / name)
    files = list(FOLDER.rglob("*.webp"))
    print(f"{len(files)} images, {sum(f.stat().st_size for f in files) / 2**20:.1f} MiB")
    return 0


def _settings(folder: Path) -> Settings:
    os.environ["TRACKER_HOME"] = str(folder)
    os.environ["TRACKER_REDIS_URL"] = f"unix://{folder / 'none.sock'}"
    settings = Settings.from_env()
    database = connect(settings.database)
    upgrade(database)
    database.dispose()
    demo_site.load(settings, days=DAYS, scale=1.0)
    return settings


def _pages(settings: Settings) -> list[Reached]:
    app = create_app({"site"}, settings)
    made = demo_site.add_what_people_make(app, settings)
    refresh_due_days()
    database = connect(settings.database)
    with database.read() as session:
        starts = [*richest(session), *made]
    database.dispose()
    reader = demo_site.sign_in(app)
    found = follow(app, reader.client.get, starts, origin=settings.site_url)
    app.extensions["charts"].close()
    app.extensions["tracker"].database.dispose()
    return [one for one in found.pages() if one.status == 200]


@contextmanager
def _signed_in(browser: Any, url: str, locale: str, options: dict[str, Any]) -> Iterator[Any]:
    context = browser.new_context(
        base_url=url, locale=locale.replace("_", "-"), reduced_motion="reduce", **options
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[name=email]", demo_site.EMAILS[locale])
    page.fill("[name=password]", demo_site.PASSWORD)
    page.click("button.primary")
    page.wait_for_url("**/")
    yield page
    context.close()


def _take(page: Any, one: Reached, folder: Path) -> None:
    page.goto(one.path)
    page.evaluate(DRAWN)
    image = Image.open(io.BytesIO(page.screenshot()))
    if "phone" in folder.name:
        image = image.resize((PHONE_WIDTH, round(image.height * PHONE_WIDTH / image.width)))
    folder.mkdir(parents=True, exist_ok=True)
    image.convert("RGB").save(
        folder / f"{one.label.replace('.', '-').replace(' ', '-')}.webp", quality=QUALITY, method=6
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
