"""The first page."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from tracker.reports.movers import TOP
from tracker.reports.overview import overview
from tracker.reports.tables import INFLUENCERS
from tracker.web import charts
from tracker.web.bar import get_state, make_bar
from tracker.web.context import get_session, get_workspace
from tracker.web.downloads import csv_download
from tracker.web.first_steps import first_steps, step_url
from tracker.web.report_tables import make_table
from tracker.web.views import start_url

bp = Blueprint("overview", __name__)


@bp.get("/")
def index() -> str | AnyResponse:
    """Natural, paid and KOL side by side, the days, what moved, what waits, the first influencers.

    Somebody who types the site's address or opens a bookmark of it comes to the page that their day
    begins with; the menu leads here.
    """
    charts.warm()
    if request.headers.get("Sec-Fetch-Site") == "none" and not request.args:
        start = start_url()
        if start != request.path:
            return redirect(start)
    state = get_state()
    report = overview(get_session(), state)
    is_young = report.total.figures.roas is None and not get_workspace().is_demo
    first = first_steps() if is_young else None
    return render_template(
        "overview/index.html",
        report=report,
        table=make_table(INFLUENCERS, report.influencers, state.changed(columns=())),
        top_movers=TOP,
        first=first if first and not first.is_over else None,
        step_url=step_url,
        state=state,
        bar=make_bar(state),
    )


@bp.get("/days.csv")
def days() -> Response:
    """The chart's days as a file."""
    return csv_download("days")
