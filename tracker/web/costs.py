"""The rows behind every cost."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from tracker.reports.cost_rows import cost_page
from tracker.web.bar import get_state, make_bar
from tracker.web.context import get_session
from tracker.web.downloads import csv_download

bp = Blueprint("costs", __name__, url_prefix="/costs")


@bp.get("")
def index() -> str:
    """Costs of the period by day, channel, campaign and influencer."""
    state = get_state()
    page = cost_page(get_session(), state)
    return render_template("costs/index.html", page=page, state=state, bar=make_bar(state))


@bp.get("/export.csv")
def export() -> Response:
    """The same rows as a file."""
    return csv_download("costs")
