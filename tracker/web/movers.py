"""What moved most, and why."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from tracker.reports.mover_page import mover_page
from tracker.reports.state import MEASURES, MOVED_BY
from tracker.web.bar import get_state, make_bar
from tracker.web.context import get_session
from tracker.web.downloads import csv_download
from tracker.web.report_tables import PAGE_ROWS, page_of

bp = Blueprint("movers", __name__, url_prefix="/changes")


@bp.get("")
def index() -> str:
    """Every contribution to a change with its drivers; they add up to it."""
    state = get_state()
    report = mover_page(get_session(), state, PAGE_ROWS)
    return render_template(
        "movers/index.html",
        report=report,
        part=page_of(report.movers.rows, state),
        measures=MEASURES,
        divisions=MOVED_BY,
        state=state,
        bar=make_bar(state),
    )


@bp.get("/export.csv")
def export() -> Response:
    """The same rows as a file."""
    return csv_download("movers")
