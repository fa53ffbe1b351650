"""Channels side by side."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from tracker.reports.channels import channel_report
from tracker.reports.tables import CHANNELS
from tracker.web.bar import get_state, make_bar
from tracker.web.context import get_session
from tracker.web.downloads import csv_download
from tracker.web.report_tables import make_table

bp = Blueprint("channels", __name__, url_prefix="/channels")


@bp.get("")
def index() -> str:
    """What each channel brought and cost."""
    state = get_state()
    report = channel_report(get_session(), state)
    return render_template(
        "channels/index.html",
        report=report,
        table=make_table(CHANNELS, report.rows, state),
        state=state,
        bar=make_bar(state),
    )


@bp.get("/export.csv")
def export() -> Response:
    """The same rows as a file."""
    return csv_download("channels")
