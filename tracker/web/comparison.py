"""Models side by side."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from tracker.reports.comparison import comparison
from tracker.web.bar import get_state, make_bar
from tracker.web.context import get_session
from tracker.web.downloads import csv_download
from tracker.web.report_tables import page_of

bp = Blueprint("comparison", __name__, url_prefix="/models")


@bp.get("")
def index() -> str:
    """What each model gives every channel and influencer, and how far they disagree."""
    state = get_state()
    report = comparison(get_session(), state)
    return render_template(
        "comparison/index.html",
        report=report,
        part=page_of(report.influencers, state),
        state=state,
        bar=make_bar(state),
    )


@bp.get("/export.csv")
def export() -> Response:
    """The rows of the chosen unit as a file."""
    return csv_download("comparison")
