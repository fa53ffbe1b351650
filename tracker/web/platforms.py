"""What platforms say of themselves, beside ours."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from tracker.reports.platforms import platform_report
from tracker.web.bar import get_state, make_bar
from tracker.web.context import get_session
from tracker.web.downloads import csv_download

bp = Blueprint("platforms", __name__, url_prefix="/platforms")


@bp.get("")
def index() -> str:
    """Claims of platforms on each basis beside our credits, and why the two differ."""
    state = get_state()
    report = platform_report(get_session(), state)
    return render_template("platforms/index.html", report=report, state=state, bar=make_bar(state))


@bp.get("/export.csv")
def export() -> Response:
    """The same rows as a file."""
    return csv_download("platforms")
