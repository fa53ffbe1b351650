"""What came in: every source, medium and campaign that addresses said, and one click to settle."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from tracker.models import Workspace
from tracker.reports.tags import DIMENSIONS, tag_report
from tracker.services import addresses, audit, rules
from tracker.services.errors import RefusedError
from tracker.web import wording
from tracker.web.bar import get_state, make_bar, state_url
from tracker.web.context import get_session, get_workspace, writing
from tracker.web.downloads import csv_download
from tracker.web.forms import MAX_TEXT
from tracker.web.identity import user_id

bp = Blueprint("tags", __name__, url_prefix="/campaigns/tags")

MOST_SHOWN = 100
"""Rows of a dimension on the page; the file has all."""


@bp.get("")
def index() -> str:
    """The values of the period, those that need a decision first."""
    state = get_state()
    return render_template(
        "campaigns/tags.html",
        report=tag_report(get_session(), state),
        dimensions=DIMENSIONS,
        most_rows=MOST_SHOWN,
        state=state,
        bar=make_bar(state),
    )


@bp.get("/export.csv")
def export() -> Response:
    """The same rows as a file."""
    return csv_download("tags")


@bp.post("/adopt")
def adopt() -> AnyResponse:
    """Read a value as another one, in the past too: an alias, which the settings can take back."""
    dimension, value, source = _given("dimension"), _given("value"), _given("source")
    try:
        with writing() as session:
            rules.create_alias(
                session,
                session.get_one(Workspace, get_workspace().id),
                dimension=dimension,
                value=value,
                canonical=_given("canonical"),
                source=source,
            )
            audit.note(session, "alias.created", value, user_id=user_id())
        flash(gettext("Saved. Past visits are read again in a moment."))
    except RefusedError as error:
        flash(wording.refusal(error))
    return redirect(state_url("tags.index"))


@bp.post("/allow")
def allow() -> AnyResponse:
    """Put a value that came in on the list of its field."""
    value = _given("value")
    try:
        with writing() as session:
            workspace = session.get_one(Workspace, get_workspace().id)
            addresses.allow_value(session, workspace, field=_given("dimension"), value=value)
            audit.note(session, "value.allowed", value, user_id=user_id())
        flash(gettext("Saved."))
    except RefusedError as error:
        flash(wording.refusal(error))
    return redirect(state_url("tags.index"))


def _given(name: str) -> str:
    text = request.form.get(name, "").strip()[:MAX_TEXT]
    return "".join(c for c in text if c.isprintable() and not "\ud800" <= c <= "\udfff")
