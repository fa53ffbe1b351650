"""The one guard before every request: deny by default (reliability F2, 17, 18).

Never a decorator per view: `@login_required` in the wrong order leaves a page open, unseen.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from tracker.web.context import find_workspace
from tracker.web.identity import caller, role_here
from tracker.web.permissions import ENDPOINTS, Permission, may

NEEDS_WORKSPACE = frozenset(
    {
        Permission.report,
        Permission.edit,
        Permission.imports,
        Permission.settings,
        Permission.manage,
    }
)
"""Pages with these permissions are about a workspace; without one they lead to making it."""

PASSWORD_ENDPOINTS = frozenset({"account.password", "sign_in.delete", "preferences.update"})
"""All that somebody with a one-time password may do."""


class UndeclaredRouteError(Exception):
    """A route has no permission, or a permission has no route."""


def register(app: Flask) -> None:
    """Guard every request of the application."""
    app.before_request(_guard)


def check_table(app: Flask) -> None:
    """Compare the routes with the table of permissions, at start.

    Raises:
        UndeclaredRouteError: they differ; the message names the endpoints.
    """
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    if open_routes := sorted(routes - ENDPOINTS.keys()):
        raise UndeclaredRouteError(f"no permission is declared for {', '.join(open_routes)}")
    if absent := sorted(ENDPOINTS.keys() - routes):
        raise UndeclaredRouteError(f"permissions without a route: {', '.join(absent)}")


def _guard() -> Response | None:
    endpoint = request.endpoint
    if endpoint is None:
        return None  # no such address: Flask answers 404 (or 405), the same to everybody
    permission = ENDPOINTS.get(endpoint)
    if permission is None:
        abort(403)
    if permission is Permission.public:
        return None
    user = caller()
    if user is None:
        return _ask_to_sign_in()
    if user.must_change_password and endpoint not in PASSWORD_ENDPOINTS:
        return redirect(url_for("account.password"))
    if permission in NEEDS_WORKSPACE and find_workspace() is None:
        return redirect(url_for("workspaces.new" if user.is_admin else "account.show"))
    if not may(role_here(), permission):
        if endpoint == "overview.index":
            return redirect(url_for("account.show"))  # their way in, not a door they tried
        abort(403)
    return None


def _ask_to_sign_in() -> Response:
    if request.method not in {"GET", "HEAD"} or request.headers.get("X-Requested-With"):
        abort(401)
    here = request.full_path.rstrip("?")
    return redirect(url_for("sign_in.show", next=here if here != "/" else None))


def safe_next(address: str | None) -> str:
    r"""Where to go after signing in: a path of this site, else the overview.

    Only a path that starts with one slash; no scheme, no host, no backslash, no control character
    (browsers read `/\evil.example` and `/<tab>/evil.example` as another host).
    """
    home = url_for("overview.index")
    if not address or not address.startswith("/") or len(address) > 2000:
        return home
    if (
        address.startswith("//")
        or "\\" in address
        or any(ord(c) <= 32 or ord(c) == 127 for c in address)
    ):
        return home
    try:
        split = urlsplit(address)
    except ValueError:
        return home
    return home if split.scheme or split.netloc else address
