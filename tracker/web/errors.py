"""Error pages: what happened and what to do next, in the user's language, without the database."""

from __future__ import annotations

import logging

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from tracker.i18n import mark

log = logging.getLogger(__name__)

RETRY_SECONDS = 10

TEXTS: dict[int, tuple[str, str]] = {
    400: (
        mark("That request could not be read"),
        mark("Go back and try again. If you typed the address, check it."),
    ),
    401: (mark("Please sign in"), mark("Your sign-in has ended. Sign in and try again.")),
    403: (
        mark("Not for your role"),
        mark("Your role may not see or do this. An owner of the workspace can change your role."),
    ),
    404: (
        mark("There is nothing here"),
        mark("The page was moved or removed, or it belongs to another workspace."),
    ),
    405: (mark("That does not work here"), mark("Go back and use the buttons of the page.")),
    413: (
        mark("That is too large"),
        mark("Split the file, or compress it with gzip, and upload it again."),
    ),
    429: (
        mark("Too many tries"),
        mark("Wait a little and try again. The wait grows with every failed try."),
    ),
    500: (
        mark("Something broke on our side"),
        mark("It has been written to the log. Nothing that was confirmed before is lost."),
    ),
    503: (
        mark("The database does not answer"),
        mark(
            "Reports are back as soon as it is. Visits go on being collected meanwhile, "
            "nothing is lost. This page tries again by itself."
        ),
    ),
}

FORM_EXPIRED = (
    mark("This form is too old"),
    mark("Go back, reload the page and send it again. Nothing was changed."),
)


def register(app: Flask) -> None:
    """Answer every error with a page of ours."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _form_expired)
    for kind in (OperationalError, InterfaceError, PoolTimeoutError):
        app.register_error_handler(kind, _database_down)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    if code < 400:
        return make_response(error.get_response())  # a redirect that was raised
    page = _page(code, *TEXTS.get(code, TEXTS[500 if code >= 500 else 400]))
    for name, value in error.get_headers():
        if name in {"Retry-After", "Allow"}:
            page.headers[name] = value
    return page


def _form_expired(_error: CSRFError) -> Response:
    return _page(400, *FORM_EXPIRED)


def _database_down(error: Exception) -> Response:
    log.error("the database does not answer: %s", type(error).__name__, exc_info=error)
    page = _page(503, *TEXTS[503])
    page.headers["Retry-After"] = str(RETRY_SECONDS)
    return page


def _unexpected(error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _page(500, *TEXTS[500])


def _page(code: int, title: str, text: str) -> Response:
    body = render_template(
        "errors/error.html",
        code=code,
        title=gettext(title),
        text=gettext(text),
        retry_seconds=RETRY_SECONDS if code == 503 else None,
    )
    return make_response(body, code)
