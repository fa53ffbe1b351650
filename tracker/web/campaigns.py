"""Campaigns side by side."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from tracker.reports.campaigns import campaign_report
from tracker.web.bar import get_state, make_bar
from tracker.web.context import get_session
from tracker.web.downloads import csv_download

bp = Blueprint("campaigns", __name__, url_prefix="/campaigns")


@bp.get("")
def index() -> str:
    """What each campaign brought and cost."""
    state = get_state()
    report = campaign_report(get_session(), state)
    return render_template("campaigns/index.html", report=report, state=state, bar=make_bar(state))


@bp.get("/export.csv")
def export() -> Response:
    """The same rows as a file."""
    return csv_download("campaigns")
