"""What platforms say of themselves, beside ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Response, render_template

from tracker.reports.platform_rows import PlatformRow
from tracker.reports.platforms import platform_report
from tracker.reports.state import ReportState
from tracker.web.bar import get_state, make_bar
from tracker.web.context import get_session
from tracker.web.downloads import csv_download
from tracker.web.report_tables import Part, page_of

bp = Blueprint("platforms", __name__, url_prefix="/platforms")


@bp.get("")
def index() -> str:
    """Claims of platforms on each basis beside our credits, and why the two differ."""
    state = get_state()
    report = platform_report(get_session(), state)
    return render_template(
        "platforms/index.html",
        report=report,
        parts={
            "campaigns": _part(report.campaigns, state),
            "influencers": _part(report.influencers, state),
            "sources": _part(report.sources, state),
        },
        state=state,
        bar=make_bar(state),
    )


def _part(rows: Sequence[PlatformRow], state: ReportState) -> Part:
    """The state's page of a section. Its first row shows ours, even where its group began before:
    a claim without a name says nothing."""
    part = page_of(rows, state)
    if not part.rows or part.rows[0].is_first:
        return part
    return replace(part, rows=(replace(part.rows[0], is_first=True), *part.rows[1:]))


@bp.get("/export.csv")
def export() -> Response:
    """The same rows as a file."""
    return csv_download("platforms")
