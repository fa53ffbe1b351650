"""Journeys: the paths before orders."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from tracker.reports.journeys import PAGE_PATHS, journeys
from tracker.web.bar import get_state, make_bar
from tracker.web.context import get_session
from tracker.web.downloads import csv_download

bp = Blueprint("journeys", __name__, url_prefix="/journeys")


@bp.get("")
def index() -> str:
    """Top paths, their lengths and times, and who opened and closed."""
    state = get_state()
    report = journeys(get_session(), state)
    return render_template(
        "journeys/index.html",
        report=report,
        state=state,
        bar=make_bar(state),
        page_paths=PAGE_PATHS,
    )


@bp.get("/<any(journeys, roles, path_buckets):journey_table>.csv")
def export(journey_table: str) -> Response:
    """One of the page's tables as a file, every row of it."""
    return csv_download(journey_table)
