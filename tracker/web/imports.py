"""Imports: upload a file, look at what was recognised, load it, and see what became of each row."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.wrappers import Response
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse
from wtforms import SelectField

from jobs.queues import BULK, enqueue
from tracker.domain.records import Reason
from tracker.i18n import mark
from tracker.imports import run
from tracker.imports.dates import DateOrder
from tracker.imports.errors import FileError
from tracker.imports.preview import preview as preview_of
from tracker.imports.presets import presets
from tracker.imports.reasons import TEXTS
from tracker.imports.request import request_of
from tracker.models import ImportBatch, ImportNote, Shop, Workspace
from tracker.reports.csv_files import BOM, neutral
from tracker.services import audit, batches
from tracker.web.context import get_session, get_shops, get_workspace, parts, writing
from tracker.web.filters import label
from tracker.web.forms import choices
from tracker.web.identity import user_id
from tracker.web.preferences import locale_name
from tracker.web.routes import BATCH
from tracker.web.wording import reason

bp = Blueprint("imports", __name__, url_prefix="/imports")

MOST_BATCHES = 50
MOST_NOTES = 200
"""Rejected rows that the page shows; the file has all of them."""

DATE_ORDERS = {
    DateOrder.DMY: mark("day, month, year"),
    DateOrder.MDY: mark("month, day, year"),
}

ENDED = frozenset({"done", "failed", "cancelled"})


class KindForm(FlaskForm):
    """What the file is, where it cannot be told from the file."""

    shop = SelectField(_l("Shop"), coerce=int)
    preset = SelectField(_l("Kind of file"), default="")
    dates = SelectField(_l("Order of dates"), default="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shops = [(shop.id, shop.name) for shop in get_shops()]
        self.shop.choices = choices(shops or [(0, gettext("None"))])
        kinds = sorted((label(name, "import_kind"), name) for name in presets())
        known = ((name, text) for text, name in kinds)
        self.preset.choices = choices([("", gettext("Recognise it")), *known])
        orders = ((str(order), gettext(text)) for order, text in DATE_ORDERS.items())
        self.dates.choices = choices([("", gettext("Recognise it")), *orders])


class UploadForm(KindForm):
    """A file and, where needed, what it is."""

    file = FileField(_l("File"), validators=[FileRequired(_l("Choose a file."))])


@bp.get("")
def index() -> str:
    """The form to upload, and what was imported before."""
    return _index(UploadForm(formdata=None))


@bp.post("")
def create() -> AnyResponse | tuple[str, int]:
    """Keep the file under a name of ours and lead to its preview; nothing is loaded yet."""
    form = UploadForm()
    if not form.validate():
        return _index(form), 400
    given = form.file.data
    stored = parts().settings.uploads_dir / secrets.token_hex(16)
    given.save(stored)
    with writing() as session:
        batch = batches.register_upload(
            session,
            session.get_one(Workspace, get_workspace().id),
            session.get(Shop, form.shop.data),
            file_name=Path(given.filename or "").name or "?",
            stored_name=stored.name,
            sha256=run.file_hash(stored),
            preset=form.preset.data,
            user_id=user_id(),
        )
    return redirect(url_for("imports.show", batch_id=batch.id))


@bp.get(f"/<{BATCH}>")
def show(batch_id: int) -> str:
    """A batch: its preview before it is started, its progress, its result."""
    batch = _find(get_session(), batch_id)
    if batch.status == "uploaded":
        return _preview(batch)
    return render_template("imports/show.html", batch=batch, **_outcome(batch))


@bp.post(f"/<{BATCH}>/start")
def start(batch_id: int) -> AnyResponse:
    """Take over what the form says about the file; then look again, or let a worker load it."""
    form = KindForm()
    if not form.validate():
        abort(400)
    is_start = request.form.get("action") == "start"
    with writing() as session:
        batch = _find(session, batch_id)
        if batch.status == "uploaded":
            batch.shop_id, batch.preset = form.shop.data, form.preset.data
            batch.date_order = form.dates.data
            session.flush()
        if is_start and batches.queue_batch(session, batch):
            audit.note(session, "import.started", batch.file_name, user_id=user_id())
    if is_start:
        job_id = f"import-{batch_id}"
        enqueue(BULK, "jobs.imports.import_batch", batch_id, job_id=job_id,
                settings=parts().settings)  # fmt: skip
    return redirect(url_for("imports.show", batch_id=batch_id))


@bp.post(f"/<{BATCH}>/delete")
def delete(batch_id: int) -> AnyResponse:
    """Cancel: before it is started nothing is loaded; while it runs, what is loaded stays."""
    with writing() as session:
        batch = _find(session, batch_id)
        was_waiting = batch.status == "uploaded"
        if batches.cancel_batch(session, batch):
            audit.note(session, "import.cancelled", batch.file_name, user_id=user_id())
    if was_waiting and batch.stored_name:
        (parts().settings.uploads_dir / Path(batch.stored_name).name).unlink(missing_ok=True)
    flash(gettext("The import is cancelled."))
    return redirect(url_for("imports.index"))


@bp.get(f"/<{BATCH}>/progress")
def progress(batch_id: int) -> Response:
    """A fragment of the page; the header X-Finished says that it is the last."""
    batch = _find(get_session(), batch_id)
    response = Response(render_template("imports/_progress.html", batch=batch))
    if batch.status in ENDED:
        response.headers["X-Finished"] = "1"
    return response


@bp.get(f"/<{BATCH}>/rejects.csv")
def rejects(batch_id: int) -> Response:
    """Every row that was not loaded, with its line and why."""
    batch, database, locale = _find(get_session(), batch_id), parts().database, locale_name()
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


def _index(form: UploadForm) -> str:
    rows = get_session().scalars(
        select(ImportBatch)
        .where(ImportBatch.workspace_id == get_workspace().id)
        .order_by(ImportBatch.created_at.desc(), ImportBatch.id.desc())
        .limit(MOST_BATCHES)
    )
    largest = parts().settings.upload_max_bytes // (1024 * 1024)
    return render_template("imports/index.html", form=form, batches=list(rows), largest=largest)


def _find(session: Session, batch_id: int) -> ImportBatch:
    batch = session.get(ImportBatch, batch_id)
    if batch is None or batch.workspace_id != get_workspace().id:
        abort(404)
    return batch


def _preview(batch: ImportBatch) -> str:
    configured = parts().settings
    wanted = request_of(batch, configured.customer_key_secret)
    preview, problem = None, ""
    try:
        path = configured.uploads_dir / Path(batch.stored_name).name
        preview = preview_of(parts().database, path, wanted)
    except FileError as error:
        problem = reason(str(error))
    except OSError:
        problem = reason("file_gone")
    data = {"shop": batch.shop_id, "preset": batch.preset, "dates": batch.date_order}
    return render_template(
        "imports/preview.html",
        batch=batch,
        preview=preview,
        problem=problem,
        form=KindForm(formdata=None, data=data),
    )


def _outcome(batch: ImportBatch) -> dict[str, Any]:
    notes = get_session().scalars(
        select(ImportNote)
        .where(ImportNote.batch_id == batch.id)
        .order_by(ImportNote.outcome.desc(), ImportNote.line, ImportNote.id)
        .limit(MOST_NOTES)
    )
    return {"notes": list(notes), "is_ended": batch.status in ENDED}
