"""Saved views: reports under a name, kept, shared, changed, and chosen to begin the day with."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from tracker.models import SavedView
from tracker.services import audit, saved_views
from tracker.services.errors import RefusedError
from tracker.web import wording
from tracker.web.context import find_workspace, get_session, get_workspace, writing
from tracker.web.identity import role_here, user_id
from tracker.web.permissions import Permission, may
from tracker.web.routes import ROW
from tracker.web.view_links import is_report, read_views

bp = Blueprint("views", __name__, url_prefix="/views")


@bp.get("")
def index() -> str:
    """The caller's views and the shared ones, with the forms to change them."""
    return _page("")


@bp.post("")
def create() -> Response | tuple[str, int]:
    """Keep the page that the form was on, as a new view or in place of one of the caller's."""
    address = request.form.get("address", "")
    if not is_report(address):
        abort(400)
    is_shared = "is_shared" in request.form
    replaced = _number("replaces")
    try:
        with writing() as session:
            if replaced:
                view = _mine(session, replaced)
                saved_views.update_view(session, view, address=address)
            else:
                view = saved_views.save_view(
                    session,
                    workspace_id=get_workspace().id,
                    user_id=user_id(),
                    name=request.form.get("name", ""),
                    address=address,
                    is_shared=is_shared,
                )
            name = view.name
    except RefusedError as error:
        return _page(wording.refusal(error), address), 400
    flash(gettext("Kept as “%(name)s”.", name=name))
    return redirect(request.script_root + address)


@bp.post(f"/<{ROW}>")
def update(row_id: int) -> Response | tuple[str, int]:
    """Rename, share or forget a view, or begin the day with it."""
    action = request.form.get("action", "")
    try:
        with writing() as session:
            _act(session, row_id, action)
    except RefusedError as error:
        return _page(wording.refusal(error)), 400
    flash(gettext("Saved."))
    return redirect(url_for("views.index"))


@bp.get("/start")
def start() -> Response:
    """To the page that the caller's day begins with; whoever sees no report goes where the overview
    sends them."""
    may_see = find_workspace() is not None and may(role_here(), Permission.report)
    return redirect(start_url() if may_see else url_for("overview.index"))


def start_url() -> str:
    """The address of the page that the caller's day begins with; the overview unless they chose."""
    address = saved_views.start_address(get_session(), get_workspace().id, user_id())
    if address and is_report(address):
        return request.script_root + address
    return url_for("overview.index")


def _act(session: Session, row_id: int, action: str) -> None:
    if action in ("start", "overview"):
        view = _seen(session, row_id)
        chosen = view if action == "start" else None
        saved_views.set_start(session, get_workspace().id, user_id(), chosen)
        return
    if action == "delete":
        view = _seen(session, row_id)
        if view.user_id != user_id() and not may(role_here(), Permission.manage):
            abort(403)
        if view.user_id != user_id():
            audit.note(session, "view.deleted", view.name, user_id=user_id())
        saved_views.delete_view(session, view)
        return
    view = _mine(session, row_id)
    if action == "rename":
        saved_views.update_view(session, view, name=request.form.get("name", ""))
    elif action in ("share", "unshare"):
        saved_views.update_view(session, view, is_shared=action == "share")
    else:
        abort(400)


def _seen(session: Session, view_id: int) -> SavedView:
    """A view that the caller sees; any other is not there."""
    view = saved_views.find_view(session, get_workspace().id, user_id(), view_id)
    if view is None:
        abort(404)
    return view


def _mine(session: Session, view_id: int) -> SavedView:
    """A view of the caller's own; any other is not there."""
    view = _seen(session, view_id)
    if view.user_id != user_id():
        abort(404)
    return view


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _page(problem: str, address: str = "") -> str:
    """The list; problem: why the last wish was refused; address: what was to be kept."""
    return render_template(
        "views/index.html",
        views=read_views(url_for("views.index")),
        problem=problem,
        address=address,
        name=request.form.get("name", ""),
    )
