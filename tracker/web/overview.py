"""The first page."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from tracker.reports.overview import overview
from tracker.web import charts
from tracker.web.bar import get_state, make_bar
from tracker.web.context import get_session
from tracker.web.downloads import csv_download

bp = Blueprint("overview", __name__)


@bp.get("/")
def index() -> str:
    """Natural, paid and KOL side by side, the days, what waits, and the first influencers."""
    charts.warm()
    state = get_state()
    report = overview(get_session(), state)
    return render_template("overview/index.html", report=report, state=state, bar=make_bar(state))


@bp.get("/days.csv")
def days() -> Response:
    """The chart's days as a file."""
    return csv_download("days")
