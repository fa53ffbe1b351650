"""Tables as CSV files: the same rows under the same state as the page."""

from __future__ import annotations

from flask import Response

from tracker.reports.tables import csv_name, csv_stream
from tracker.web.bar import get_state
from tracker.web.context import get_session
from tracker.web.preferences import locale_name


def csv_download(table: str) -> Response:
    """The answer that a browser saves as a file; rows are written as they are read."""
    state = get_state()
    response = Response(csv_stream(table, get_session(), state, locale_name()), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=csv_name(table, state))
    return response
