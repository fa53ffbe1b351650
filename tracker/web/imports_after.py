"""After an import: its rejected rows as files, and undoing it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import abort, flash, redirect, render_template, send_file, url_for
from flask.wrappers import Response
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from jobs.queues import BULK, enqueue
from tracker.domain.records import Reason
from tracker.imports.reasons import TEXTS
from tracker.models import ImportNote
from tracker.reports.csv_files import BOM, neutral
from tracker.services import undo
from tracker.services.errors import RefusedError
from tracker.web.context import get_session, parts, writing
from tracker.web.filters import label
from tracker.web.identity import user_id
from tracker.web.import_words import UNDO_PROBLEMS
from tracker.web.imports import bp, find_batch
from tracker.web.preferences import locale_name
from tracker.web.routes import BATCH


@bp.get(f"/<{BATCH}>/rejects.csv")
def rejects(batch_id: int) -> Response:
    """Every row that was not loaded, with its line and why."""
    batch, database, locale = find_batch(get_session(), batch_id), parts().database, locale_name()
    heading = [gettext("Line"), gettext("Outcome"), gettext("Reason"), gettext("Detail")]
    texts = {str(code): gettext(TEXTS[code]) for code in Reason}
    outcomes = {code: label(code, "outcome") for code in ("rejected", "ignored")}

    def pieces() -> Iterator[bytes]:
        yield BOM.encode() + _line(heading)
        with database.read() as session:
            query = (
                select(ImportNote.line, ImportNote.outcome, ImportNote.reason, ImportNote.detail)
                .where(ImportNote.batch_id == batch.id)
                .order_by(ImportNote.line, ImportNote.id)
            )
            for line, outcome, code, detail in session.execute(query):
                yield _line([line, outcomes[outcome], texts.get(code, code), neutral(detail)])

    response = Response(pieces(), content_type="text/csv; charset=utf-8")
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"import-{batch.id}-{locale}.csv"
    )
    return response


def _line(cells: list[Any]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().encode(errors="replace")


@bp.get(f"/<{BATCH}>/mend")
def mend(batch_id: int) -> Response:
    """The rejected rows as they stand in the file, to be mended and imported again."""
    batch = find_batch(get_session(), batch_id)
    path = parts().settings.uploads_dir / Path(batch.rejects_name or "-").name
    if not batch.rejects_name or not path.exists():
        abort(404)
    with path.open("rb") as file:
        is_zip = file.read(2) == b"PK"
    stem = Path(batch.file_name).stem or "rows"
    return send_file(
        path.resolve(),
        mimetype="application/zip" if is_zip else "text/csv",
        as_attachment=True,
        download_name=f"{stem}-rejected.{'zip' if is_zip else 'csv'}",
    )


@bp.get(f"/<{BATCH}>/undo")
def undo_confirm(batch_id: int) -> str:
    """What undoing would change, before it is done."""
    batch = find_batch(get_session(), batch_id)
    plan = undo.plan_undo(get_session(), batch)
    problem = gettext(UNDO_PROBLEMS[plan.problem]) if plan.problem else ""
    return render_template("imports/undo.html", batch=batch, plan=plan, problem=problem)


@bp.post(f"/<{BATCH}>/undo")
def undo_start(batch_id: int) -> AnyResponse:
    """Let a worker undo the import."""
    try:
        with writing() as session:
            undo.queue_undo(session, find_batch(session, batch_id), user_id=user_id())
    except RefusedError:
        return redirect(url_for("imports.undo_confirm", batch_id=batch_id))
    enqueue(BULK, "jobs.imports.undo_batch", batch_id, job_id=f"undo-{batch_id}",
            settings=parts().settings)  # fmt: skip
    flash(gettext("The import is being undone."))
    return redirect(url_for("imports.show", batch_id=batch_id))
