"""The public side: page script, beacons and tracked links. No login, no session, no database.

Events go to a journal on the disk and are answered when they are durable; a loader process moves
them into the database (loader.py).
"""

from __future__ import annotations

from typing import cast

from flask import Flask

from tracker.collect.directory import Directory
from tracker.collect.front import Front, WsgiApp
from tracker.collect.journal import Journal
from tracker.collect.limits import Limiter
from tracker.config import Settings

PATHS = ("/t.js", "/collect", "/go/")
"""What the collector answers; a site must not use them."""


def register(app: Flask, settings: Settings, *, limiter: Limiter | None = None) -> Front:
    """Put the collector in front of a Flask application.

    It opens nothing before the first request. Its paths are answered before Flask sees them, so
    they stand in no `url_map` and no hook of the site runs for them.

    Args:
        limiter: how fast one address may be; None: the usual limits.
    """
    front = Front(
        cast(WsgiApp, app.wsgi_app),
        Directory.of(settings),
        Journal(
            settings.journal_dir, settings.journal_window_ms / 1000, group=settings.web_threads
        ),
        limiter or Limiter(),
        trusted_proxies=settings.trusted_proxies,
        is_secure=settings.site_url.startswith("https:"),
    )
    app.wsgi_app = front  # type: ignore[method-assign]
    app.extensions["collector"] = front
    return front
