"""Saved views as links: what the bar of controls lists, and which addresses may be kept."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request
from sqlalchemy import and_, or_, select
from werkzeug.exceptions import HTTPException

from tracker.models import SavedView, StartPage, User
from tracker.services.saved_views import MAX_ADDRESS
from tracker.web.context import get_session, get_workspace
from tracker.web.identity import user_id
from tracker.web.permissions import ENDPOINTS, Permission


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A saved view as a link. owner: name of whose it is; is_here: the page shown is this view."""

    view_id: int
    name: str
    url: str
    owner: str
    is_own: bool
    is_shared: bool
    is_start: bool
    is_here: bool


@dataclass(frozen=True, slots=True)
class Views:
    """The views that the caller sees, own ones first; here: the address that would be kept."""

    links: tuple[ViewLink, ...]
    here: str

    @property
    def current(self) -> ViewLink | None:
        """The view that the page shown is; None: it is none."""
        return next((link for link in self.links if link.is_here), None)

    @property
    def own(self) -> tuple[ViewLink, ...]:
        """Those that the caller may change."""
        return tuple(link for link in self.links if link.is_own)


def read_views(here: str) -> Views:
    """The caller's views and those shared in the workspace; one statement.

    here: the address of the page shown, with the path that the site is mounted at.
    """
    caller, workspace_id = user_id(), get_workspace().id
    is_start = and_(
        StartPage.view_id == SavedView.id,
        StartPage.user_id == caller,
        StartPage.workspace_id == workspace_id,
    )
    rows = get_session().execute(
        select(SavedView, User.name, User.email, StartPage.view_id)
        .join(User, User.id == SavedView.user_id)
        .outerjoin(StartPage, is_start)
        .where(
            SavedView.workspace_id == workspace_id,
            or_(SavedView.user_id == caller, SavedView.is_shared.is_(True)),
        )
        .order_by(SavedView.name, SavedView.id)
    )
    bare = without_root(here)
    links = [
        ViewLink(
            view_id=view.id,
            name=view.name,
            url=request.script_root + view.address,
            owner=name or email,
            is_own=view.user_id == caller,
            is_shared=view.is_shared,
            is_start=start is not None,
            is_here=view.address == bare,
        )
        for view, name, email, start in rows
    ]
    return Views(tuple(sorted(links, key=lambda link: not link.is_own)), bare)


def without_root(address: str) -> str:
    """An address without the path that the site is mounted at."""
    return address.removeprefix(request.script_root) or "/"


def is_report(address: str) -> bool:
    """Whether an address is a page of this site that shows a report: what may be kept as a view.

    A path with one slash at its start that this application routes to a page of permission
    `report`; files and fragments are none.
    """
    path, _, _query = address.partition("?")
    if not path.startswith("/") or path.startswith("//") or len(address) > MAX_ADDRESS:
        return False
    if any(c in address for c in "\\#") or any(ord(c) <= 32 or ord(c) == 127 for c in address):
        return False
    try:
        found = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    endpoint = str(found[0])
    is_page = endpoint.endswith((".index", ".show")) and not endpoint.startswith("charts.")
    return is_page and ENDPOINTS.get(endpoint) is Permission.report
