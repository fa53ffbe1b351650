"""The system's Chromium, driven by Playwright: one browser a test process, a context a test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
"""Where it is; None: there is none on this machine, and browser tests are skipped."""

NO_CHROMIUM = "there is no Chromium on this machine"


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser. Playwright allows one of its loops a process, so it is started once."""
    from playwright.sync_api import sync_playwright  # slow to import, and only needed here

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"],
        )
        yield made
        made.close()
