"""Language and theme: chosen by the user, kept in cookies, the language also with the user."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, g, redirect, request, url_for
from flask_babel import Babel, Domain, get_locale
from sqlalchemy import update
from werkzeug.wrappers import Response

from tracker import i18n
from tracker.models import User
from tracker.web.context import writing
from tracker.web.guard import safe_next
from tracker.web.identity import caller, is_secure

THEMES = ("auto", "light", "dark")
LANGUAGE_COOKIE = "language"
THEME_COOKIE = "theme"
YEAR = 365 * 86_400

bp = Blueprint("preferences", __name__)


class _Catalogues(Domain):
    """Flask-Babel with the catalogues of `tracker.i18n`, which need no compiled files."""

    def get_translations(self) -> Any:
        return i18n.translations(locale_name())


class _Babel(Babel):
    domain_instance = _Catalogues()


def register(app: Flask) -> None:
    """Choose the language of each request, and tell templates language and theme."""
    _Babel(app, default_locale=i18n.DEFAULT_LOCALE, locale_selector=_choose)
    app.register_blueprint(bp)

    @app.context_processor
    def for_templates() -> dict[str, Any]:
        return {"locale": locale_name(), "theme": theme(), "locales": i18n.LOCALES}


def _choose() -> str:
    # Set when the guard has found the user; an error page must not ask the database again.
    kept = g.get("locale_of_user") or request.cookies.get(LANGUAGE_COOKIE)
    if kept:
        return i18n.known_locale(kept)
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-TW", "zh-HK", "en"])
    return i18n.known_locale(best)


def locale_name() -> str:
    """The request's locale as we name it: zh_CN or en."""
    # A page asks a thousand times; by then the guard has found the user, or an error has none.
    if "locale_name" not in g:
        g.locale_name = i18n.known_locale(str(get_locale() or ""))
    return str(g.locale_name)


def theme() -> str:
    """The chosen theme: light, dark, or auto (as the system has it)."""
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


@bp.post("/preferences", endpoint="update")
def update_preferences() -> Response:
    """Keep a language, a theme or both, and go back to the page."""
    response = redirect(safe_next(request.form.get("next")))
    language = request.form.get("language")
    if language in i18n.LOCALES:
        keep_language(response, language)
        user = caller()
        if user is not None:
            with writing() as session:
                session.execute(update(User).where(User.id == user.id).values(locale=language))
    chosen = request.form.get("theme")
    if chosen in THEMES:
        _keep(response, THEME_COOKIE, chosen)
    return response


def keep_language(response: Response, language: str) -> None:
    """Let the browser remember a language."""
    _keep(response, LANGUAGE_COOKIE, language)


def _keep(response: Response, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=YEAR, secure=is_secure(), httponly=True, samesite="Lax"
    )


def here() -> str:
    """The current page as a path, to come back to; a page that was posted leads home."""
    if request.method != "GET":
        return url_for("overview.index")
    return request.full_path.rstrip("?")
