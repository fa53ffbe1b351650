"""Composition root: the only place that joins settings, database, site and collector.

`granian --interface wsgi --factory app:create_app` serves both on one address; a busy installation
may run them as processes of their own with `parts`.
"""

from __future__ import annotations

from collections.abc import Set
from functools import partial

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from tracker import api, collect, web
from tracker.config import Settings
from tracker.db import connect

SITE, COLLECT = "site", "collect"


def create_app(
    parts: Set[str] = frozenset({SITE, COLLECT}), settings: Settings | None = None
) -> Flask:
    """The web application.

    Args:
        parts: "site" (the pages for staff and the API for programs), "collect" (script, beacons,
            tracked links, webhooks), or both.
        settings: for tests; else those of the environment.

    Raises:
        ValueError: no part, or an unknown one.
        SettingsError: a setting cannot be used.
    """
    if not parts or parts - {SITE, COLLECT}:
        raise ValueError(f"parts are {SITE} and {COLLECT}, got {sorted(parts)}")
    settings = settings or Settings.from_env()
    app = Flask(__name__, static_folder=None)
    if SITE in parts:
        web.register(app, settings, connect(settings.database))
        api.register(app, settings)
    if hops := settings.trusted_proxies:
        behind = partial(ProxyFix, x_for=hops, x_proto=hops, x_host=hops, x_port=hops)
        app.wsgi_app = behind(app.wsgi_app)  # type: ignore[method-assign]
    if COLLECT in parts:
        collect.register(app, settings)  # in front of all: it counts the proxies by itself
    return app
