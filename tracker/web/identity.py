"""Who is calling: the sign-in cookie, and the user behind it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import cast

from flask import Flask, Request, g, request
from flask_login import LoginManager, current_user
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response

from tracker.models import User
from tracker.services import members, sign_ins
from tracker.web.context import find_workspace, get_session, now, parts, show_workspaces, writing
from tracker.web.permissions import ADMIN, NOWHERE

log = logging.getLogger(__name__)


class Caller:
    """A signed-in user as Flask-Login and the templates see it: plain values, no database row."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, user: User, roles: Mapping[int, str], agencies: Mapping[int, str]) -> None:
        self.id = user.id
        self.email = user.email
        self.name = user.name or user.email.split("@")[0]
        self.is_admin = user.is_admin
        self.roles = dict(roles)
        """Workspace id -> role; empty for administrators, who may do everything everywhere."""
        self.agencies = dict(agencies)
        """Workspace id -> the agency that they work for there, for members with that role."""
        self.locale = user.locale
        self.must_change_password = user.must_change_password

    def get_id(self) -> str:
        """The user's id, as Flask-Login wants it."""
        return str(self.id)


def register(app: Flask) -> None:
    """Let Flask-Login find the user by our cookie; it keeps nothing of its own."""
    # Templates ask `shell()`; a user in every context would ask the database for error pages too.
    manager = LoginManager(app, add_context_processor=False)
    manager.session_protection = None  # our row in the database is the session
    manager.request_loader(_load)


def _load(incoming: Request) -> Caller | None:
    token = incoming.cookies.get(cookie_name(), "")
    if not token:
        return None
    found = sign_ins.find_user(get_session(), token, now())
    if found is None:
        return None
    user, is_due = found
    g.locale_of_user = user.locale
    roles = {} if user.is_admin else members.roles_of(get_session(), user.id)
    show_workspaces(None if user.is_admin else roles.keys())
    if is_due:
        _note_seen(token)
    agencies = members.agencies_of(get_session(), user.id) if "agency" in roles.values() else {}
    return Caller(user, roles, agencies)


def _note_seen(token: str) -> None:
    try:
        with writing() as session:
            sign_ins.seen(session, token, now())
    except OperationalError:
        # A busy database must not turn reading a page into an error; the next request notes it.
        log.warning("could not note that a sign-in was used")


def caller() -> Caller | None:
    """The signed-in user of this request; None: nobody."""
    return cast(Caller, current_user) if current_user.is_authenticated else None


def role_here() -> str | None:
    """What the caller is in the workspace that they look at, as `permissions` has it.

    None: nobody is signed in; "admin": an administrator; "": a user without a workspace.
    """
    user = caller()
    if user is None:
        return None
    if user.is_admin:
        return ADMIN
    workspace = find_workspace()
    return user.roles.get(workspace.id, NOWHERE) if workspace else NOWHERE


def cookie_name() -> str:
    """Name of the sign-in cookie. `__Host-` binds it to this host and to https."""
    return "__Host-tracker" if is_secure() else "tracker"


def is_secure() -> bool:
    """Whether browsers reach the site by https."""
    return parts().settings.site_url.startswith("https://")


def current_token() -> str:
    """The token that the request carries; empty: none."""
    return request.cookies.get(cookie_name(), "")


def set_cookie(response: Response, token: str) -> None:
    """Hand a sign-in to the browser."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=sign_ins.LONGEST,
        secure=is_secure(),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def clear_cookie(response: Response) -> None:
    """Take the sign-in from the browser."""
    response.delete_cookie(
        cookie_name(), secure=is_secure(), httponly=True, samesite="Lax", path="/"
    )


def user_id() -> int:
    """The id of the signed-in user, for the audit log; 0: nobody."""
    user = caller()
    return user.id if user else 0
