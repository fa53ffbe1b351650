"""What people do on the site: funnels, and the pages where visits begin and end."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from tracker.reports.behaviour import behaviour_report, funnel_of
from tracker.reports.product_tables import BEHAVIOUR, SITE_PAGES
from tracker.web.bar import get_state, make_bar
from tracker.web.context import get_session
from tracker.web.downloads import csv_download

bp = Blueprint("behaviour", __name__, url_prefix="/behaviour")


@bp.get("")
def index() -> str:
    """The funnel of each channel or influencer, and the pages of the site."""
    state = get_state()
    return render_template(
        "behaviour/index.html",
        report=behaviour_report(get_session(), state),
        funnel_of=funnel_of,
        state=state,
        bar=make_bar(state),
    )


@bp.get("/export.csv")
def export() -> Response:
    """The funnels as a file."""
    return csv_download(BEHAVIOUR)


@bp.get("/pages.csv")
def export_pages() -> Response:
    """All pages of the period as a file."""
    return csv_download(SITE_PAGES)
