"""Settings: keys of platforms, and sites that selectors were taught for."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from spiders.sources import SOURCES
from tracker.models import Workspace
from tracker.services import connector_keys, selectors
from tracker.services.errors import RefusedError
from tracker.web import page_words, wording
from tracker.web.context import get_session, get_workspace, parts, writing
from tracker.web.identity import user_id
from tracker.web.routes import ROW
from tracker.web.settings import bp


def keyed() -> dict[str, tuple[str, ...]]:
    """Sources that need a key of the user's -> the names of what they need."""
    return {name: source.needs for name, source in SOURCES.items() if source.needs}


@bp.get("/sources", endpoint="sources")
def list_sources() -> str:
    """Keys that are there (never the keys themselves), and taught sites."""
    return _page()


@bp.post("/sources/<source>", endpoint="save_key")
def save_key(source: str) -> Response | tuple[str, int]:
    """Store the keys of a source in place of those it had."""
    needs = keyed().get(source)
    if needs is None:
        abort(404)
    try:
        with writing() as session:
            connector_keys.save_keys(
                session,
                session.get_one(Workspace, get_workspace().id),
                source,
                {name: request.form.get(name, "") for name in needs},
                needed=needs,
                signing_key=parts().settings.signing_key,
                user_id=user_id(),
            )
    except RefusedError as error:
        return _page({f"{source}-{error.field}": wording.refusal(error)}), 400
    flash(gettext("The key is kept. It is shown to nobody, and sent to its own platform only."))
    return redirect(url_for("settings.sources", _anchor=f"source-{source}"))


@bp.post("/sources/<source>/delete", endpoint="delete_key")
def delete_key(source: str) -> Response:
    """Forget the keys of a source."""
    if source not in keyed():
        abort(404)
    with writing() as session:
        workspace = session.get_one(Workspace, get_workspace().id)
        connector_keys.delete_keys(session, workspace, source, user_id=user_id())
    flash(gettext("The key is deleted here. Withdraw it at the platform too."))
    return redirect(url_for("settings.sources"))


@bp.post(f"/selectors/<{ROW}>/delete", endpoint="forget_selectors")
def forget_selectors(row_id: int) -> Response:
    """Forget what was taught for a site."""
    with writing() as session:
        workspace = session.get_one(Workspace, get_workspace().id)
        selectors.forget(session, workspace, row_id, user_id=user_id())
    return redirect(url_for("settings.sources", _anchor="sites"))


def _page(errors: dict[str, str] | None = None) -> str:
    session, mine = get_session(), get_workspace().id
    known = connector_keys.known_keys(session, mine)
    cards: list[dict[str, Any]] = [
        {"source": name, "needs": needs, "known": known.get(name, [])}
        for name, needs in keyed().items()
    ]
    return render_template(
        "settings/sources.html",
        cards=cards,
        off={name: one.off_because for name, one in SOURCES.items() if one.off_because},
        sites=selectors.taught_sites(session, mine),
        errors=errors or {},
        words=page_words,
    )
