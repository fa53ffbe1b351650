"""The public side: script, beacons, tracked links, webhooks. No login, no session, no database.

Events and deliveries go to journals on the disk and are answered when they are durable; a loader
process moves them into the database (loader.py).
"""

from __future__ import annotations

from typing import cast

from flask import Flask

from tracker.collect.directory import Directory
from tracker.collect.front import Front, WsgiApp
from tracker.collect.journal import Journal
from tracker.collect.limits import Limiter
from tracker.collect.webhooks import Webhooks
from tracker.config import Settings

PATHS = ("/t.js", "/collect", "/go/", "/webhooks/")
"""What the collector answers; a site must not use them."""


def register(app: Flask, settings: Settings, *, limiter: Limiter | None = None) -> Front:
    """Put the collector in front of a Flask application.

    It opens nothing before the first request. Its paths are answered before Flask sees them, so
    they stand in no `url_map` and no hook of the site runs for them.

    Args:
        limiter: how fast one address may be; None: the usual limits.
    """
    directory = Directory.of(settings)
    window, group = settings.journal_window_ms / 1000, settings.web_threads
    front = Front(
        cast(WsgiApp, app.wsgi_app),
        directory,
        Journal(settings.journal_dir, window, group=group),
        limiter or Limiter(),
        webhooks=Webhooks(
            settings, directory, Journal(settings.deliveries_dir, window, group=group)
        ),
        trusted_proxies=settings.trusted_proxies,
        is_secure=settings.site_url.startswith("https:"),
    )
    app.wsgi_app = front  # type: ignore[method-assign]
    app.extensions["collector"] = front
    return front
