"""Campaigns against their budgets and targets."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template

from tracker.reports.pacing import pacing_report
from tracker.web.bar import get_state, make_bar, place_args
from tracker.web.context import get_session
from tracker.web.downloads import csv_download

bp = Blueprint("pacing", __name__, url_prefix="/campaigns/pacing")


@bp.app_context_processor
def for_templates() -> dict[str, Any]:
    """`place()`: period, model and shops of the page, which the tabs keep."""
    return {"place": place_args}


@bp.get("")
def index() -> str:
    """What is spent and earned against the time that has gone."""
    state = get_state()
    return render_template(
        "campaigns/pacing.html",
        report=pacing_report(get_session(), state),
        state=state,
        bar=make_bar(state),
    )


@bp.get("/export.csv")
def export() -> Response:
    """The same rows as a file."""
    return csv_download("pacing")
