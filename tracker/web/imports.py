"""Imports: upload files, look at what was recognised, load them, and see what became of them."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.wrappers import Response
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileRequired, MultipleFileField
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, SelectField

from jobs.queues import BULK, enqueue
from tracker.domain.records import Reason
from tracker.i18n import mark
from tracker.imports import run
from tracker.imports.dates import DateOrder
from tracker.imports.encoding import ENCODINGS
from tracker.imports.errors import FileError
from tracker.imports.presets import presets
from tracker.imports.preview import Preview
from tracker.imports.preview import preview as preview_of
from tracker.imports.request import request_of
from tracker.models import ImportBatch, ImportNote, Shop, User, Workspace
from tracker.services import audit, batches
from tracker.services.mappings import list_mappings
from tracker.web.context import get_session, get_shops, get_workspace, parts, writing
from tracker.web.filters import label
from tracker.web.forms import choices
from tracker.web.identity import user_id
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

ENCODING_NAMES = {
    "utf-8": "UTF-8", "gb18030": "GBK / GB18030", "cp950": "Big5", "utf-16": "UTF-16",
    "cp1252": "Windows-1252", "shift_jis": "Shift JIS",
}  # fmt: skip

CURRENCIES = ("CNY", "USD", "EUR", "GBP", "HKD", "TWD", "JPY", "SGD", "AUD", "CAD", "INR", "THB",
              "VND", "MYR", "PHP", "IDR", "KRW", "MXN", "BRL")  # fmt: skip
"""Offered for files that name none; a mapping can name any."""

ENDED = frozenset({"done", "failed", "cancelled"})

MAPPABLE = frozenset({"not_recognised", "columns_missing", "mapping_changed"})
"""Errors of a file for which the step of mapping columns helps."""


class KindForm(FlaskForm):
    """What the file is, where it cannot be told from the file."""

    shop = SelectField(_l("Shop"), coerce=int)
    preset = SelectField(_l("Kind of file"), default="")
    dates = SelectField(_l("Order of dates"), default="")
    encoding = SelectField(_l("Encoding"), default="")
    currency = SelectField(_l("Currency where the file names none"), default="")
    is_spread = BooleanField(_l("Spread sums of several days over their days"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shops = [(shop.id, shop.name) for shop in get_shops()]
        self.shop.choices = choices(shops or [(0, gettext("None"))])
        own = [(row.name, row.name) for row in list_mappings(get_session(), get_workspace().id)]
        kinds = sorted((label(name, "import_kind"), name) for name in presets())
        known = ((name, text) for text, name in kinds)
        self.preset.choices = choices([("", gettext("Recognise it")), *own, *known])
        orders = ((str(order), gettext(text)) for order, text in DATE_ORDERS.items())
        self.dates.choices = choices([("", gettext("Recognise it")), *orders])
        named = [(name, ENCODING_NAMES[name]) for name in ENCODINGS]
        self.encoding.choices = choices([("", gettext("Recognise it")), *named])
        base = get_workspace().base_currency
        codes = dict.fromkeys([base, *(shop.currency for shop in get_shops()), *CURRENCIES])
        self.currency.choices = choices(
            [("", gettext("That of the shop")), *((code, code) for code in codes)]
        )


class UploadForm(KindForm):
    """Files and, where needed, what they are."""

    file = MultipleFileField(_l("Files"), validators=[FileRequired(_l("Choose a file."))])


@bp.get("")
def index() -> str:
    """The form to upload, and what was imported before."""
    return _index(UploadForm(formdata=None))


@bp.post("")
def create() -> AnyResponse | tuple[str, int]:
    """Keep the files under names of ours and lead to the preview; nothing is loaded yet."""
    form = UploadForm()
    if not form.validate():
        return _index(form), 400
    made = [_keep(given, form) for given in form.file.data]
    if len(made) == 1:
        return redirect(url_for("imports.show", batch_id=made[0]))
    flash(
        ngettext(
            "%(num)s file is here. Look at it and import it.",
            "%(num)s files are here. Look at each of them and import it.",
            len(made),
        )
    )
    return redirect(url_for("imports.index"))


def _keep(given: FileStorage, form: UploadForm) -> int:
    stored = parts().settings.uploads_dir / secrets.token_hex(16)
    given.save(stored)
    with writing() as session:
        return batches.register_upload(
            session,
            session.get_one(Workspace, get_workspace().id),
            session.get(Shop, form.shop.data),
            file_name=Path(given.filename or "").name or "?",
            stored_name=stored.name,
            sha256=run.file_hash(stored),
            preset=form.preset.data,
            user_id=user_id(),
        ).id


@bp.get(f"/<{BATCH}>")
def show(batch_id: int) -> str:
    """A batch: its preview before it is started, its progress, its result."""
    batch = find_batch(get_session(), batch_id)
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
        batch = find_batch(session, batch_id)
        if batch.status == "uploaded":
            batch.shop_id, batch.preset = form.shop.data, form.preset.data
            batch.date_order, batch.encoding = form.dates.data, form.encoding.data
            batch.currency_told, batch.is_spread = form.currency.data, form.is_spread.data
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
        batch = find_batch(session, batch_id)
        was_waiting = batch.status == "uploaded"
        if batches.cancel_batch(session, batch):
            audit.note(session, "import.cancelled", batch.file_name, user_id=user_id())
    if was_waiting and batch.stored_name:
        stored_file(batch).unlink(missing_ok=True)
    flash(gettext("The import is cancelled."))
    return redirect(url_for("imports.index"))


@bp.get(f"/<{BATCH}>/progress")
def progress(batch_id: int) -> Response:
    """A fragment of the page; the header X-Finished says that it is the last."""
    batch = find_batch(get_session(), batch_id)
    response = Response(render_template("imports/_progress.html", batch=batch))
    if batch.status in ENDED and batch.undo_state not in batches.UNDOING:
        response.headers["X-Finished"] = "1"
    return response


def _index(form: UploadForm) -> str:
    rows = list(
        get_session().scalars(
            select(ImportBatch)
            .where(ImportBatch.workspace_id == get_workspace().id)
            .order_by(ImportBatch.created_at.desc(), ImportBatch.id.desc())
            .limit(MOST_BATCHES)
        )
    )
    largest = parts().settings.upload_max_bytes // (1024 * 1024)
    return render_template(
        "imports/index.html", form=form, batches=rows, largest=largest, people=_people(rows)
    )


def _people(rows: list[ImportBatch]) -> dict[int, str]:
    """Names of those who imported or undid something."""
    ids = {row.user_id for row in rows} | {row.undone_by for row in rows}
    found = get_session().execute(
        select(User.id, User.name, User.email).where(User.id.in_(ids - {0}))
    )
    names = {row_id: name or email.split("@")[0] for row_id, name, email in found}
    return {0: gettext("command line")} | names


def find_batch(session: Session, batch_id: int) -> ImportBatch:
    """A batch of the current workspace; any other is a 404."""
    batch = session.get(ImportBatch, batch_id)
    if batch is None or batch.workspace_id != get_workspace().id:
        abort(404)
    return batch


def stored_file(batch: ImportBatch) -> Path:
    """Our copy of an uploaded file."""
    return parts().settings.uploads_dir / Path(batch.stored_name).name


def _preview(batch: ImportBatch) -> str:
    preview, problem, code = None, "", ""
    wanted = request_of(batch, parts().settings.customer_key_secret)
    try:
        preview = preview_of(parts().database, stored_file(batch), wanted)
    except FileError as error:
        problem, code = reason(str(error)), error.code
    except OSError:
        problem = reason("file_gone")
    data = {
        "shop": batch.shop_id, "preset": batch.preset, "dates": batch.date_order,
        "encoding": batch.encoding, "currency": batch.currency_told, "is_spread": batch.is_spread,
    }  # fmt: skip
    unknown = [
        (name, reason(text), text.partition(":")[0] in MAPPABLE)
        for name, text in (preview.unknown if preview else [])
    ]
    return render_template(
        "imports/preview.html",
        batch=batch,
        preview=preview,
        problem=problem,
        code=code,
        is_mappable=code in MAPPABLE,
        unknown=unknown,
        may_spread=batch.is_spread or _is_over_days(preview),
        same=batches.find_same(get_session(), batch.workspace_id, batch.sha256, but=batch.id),
        people=_people([batch]),
        form=KindForm(formdata=None, data=data),
        currencies={one.name: _currency_words(one.currency_source) for one in preview.tables}
        if preview else {},
    )  # fmt: skip


def _is_over_days(preview: Preview | None) -> bool:
    """Whether there are sums over several days in it."""
    notes = preview.result.notes if preview else []
    return any(note.reason is Reason.PERIOD_NOT_A_DAY for note in notes)


def _currency_words(source: str) -> str:
    words = {
        "column": gettext("as each row says"),
        "header": gettext("as the header says"),
        "preset": gettext("as this platform always has it"),
    }
    return str(words.get(source, gettext("the file names none")))


def _outcome(batch: ImportBatch) -> dict[str, Any]:
    notes = get_session().scalars(
        select(ImportNote)
        .where(ImportNote.batch_id == batch.id)
        .order_by(ImportNote.outcome.desc(), ImportNote.line, ImportNote.id)
        .limit(MOST_NOTES)
    )
    folder = parts().settings.uploads_dir
    has_rejects = bool(batch.rejects_name) and (folder / Path(batch.rejects_name).name).exists()
    return {
        "notes": list(notes),
        "is_ended": batch.status in ENDED and batch.undo_state not in batches.UNDOING,
        "has_rejects": has_rejects,
        "people": _people([batch]),
    }
