"""Tables as CSV files: the same rows under the same state as the page."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response

from tracker.reports.columns import TableSpec, narrowed
from tracker.reports.csv_files import csv_stream
from tracker.reports.tables import TABLES, file_name
from tracker.web.bar import get_state
from tracker.web.context import parts
from tracker.web.preferences import locale_name


def csv_download(table: str | TableSpec, influencer_id: int = 0, product_id: int = 0) -> Response:
    """The answer that a browser saves as a file; rows are written as they are read. Where columns
    were chosen on the page, the file has these.

    table: one of TABLES by its name, or a table of a page of its own. influencer_id: whose codes,
    links or deals; product_id: of which product; 0: as the state says.
    """
    spec = TABLES[table] if isinstance(table, str) else table
    database, locale, state = parts().database, locale_name(), get_state()
    if influencer_id:
        state = state.changed(influencer_id=influencer_id)
    if product_id:
        state = state.changed(product_id=product_id)
    spec = narrowed(spec, state)

    def pieces() -> Iterator[bytes]:
        with database.read() as session:  # of its own: the request's is closed when this runs
            yield from csv_stream(spec, spec.rows(session, state), state, locale)

    response = Response(pieces(), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=file_name(spec, state))
    return response
