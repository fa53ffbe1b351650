"""The API for programs: `/api/v1`. A small application beside the site's, with nothing of it: no
cookie, no form token, no page.

Every request needs a key, but for the OpenAPI document; every error is a problem document. It
answers only when what it took is in the database and on the disk; while that is locked or away it
says 503 within seconds, and the caller sends the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from flask import Flask

from tracker.api import views
from tracker.config import Settings

PREFIX = "/api/"

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def register(app: Flask, settings: Settings) -> Flask:
    """Put the API in front of an application, under PREFIX.

    Returns:
        the API's own application.
    """
    api = views.create_api(settings)
    site, ours = cast(Wsgi, app.wsgi_app), cast(Wsgi, api.wsgi_app)

    def choose(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        chosen = ours if environ.get("PATH_INFO", "").startswith(PREFIX) else site
        return chosen(environ, start_response)

    app.wsgi_app = choose  # type: ignore[method-assign]  # the way Flask documents
    app.extensions["api"] = api
    return api
