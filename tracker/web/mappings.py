"""Mapping the columns of a file that nobody knows, and the mappings that a workspace has saved."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tracker.domain.channels import Channel
from tracker.domain.money import is_currency
from tracker.imports import mappings
from tracker.imports.errors import FileError
from tracker.imports.mappings import CONSTANTS, KINDS, SWITCHES, Difference, Mapping
from tracker.imports.presets import fold_header
from tracker.imports.preview import Preview
from tracker.imports.preview import preview as preview_of
from tracker.imports.request import mapping_of, own_mappings, request_of
from tracker.imports.sketch import Sketch, sketch
from tracker.imports.sniff import recognise
from tracker.imports.tables import Table, tables_of
from tracker.models import ImportBatch, SavedMapping, Workspace
from tracker.services import mappings as saved
from tracker.services.errors import RefusedError
from tracker.web.context import get_session, get_workspace, parts, writing
from tracker.web.identity import user_id
from tracker.web.import_words import column
from tracker.web.imports import find_batch, stored_file
from tracker.web.routes import BATCH, ROW
from tracker.web.wording import reason, refusal

bp = Blueprint("mappings", __name__, url_prefix="/imports")

MAX_TEXT = 200
DATES = ("", "dmy", "mdy")


@dataclass
class Form:
    """What the step shows and what was entered."""

    header: tuple[str, ...]
    kind: str
    columns: dict[int, str]
    """Position -> canonical column."""
    options: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    errors: list[str] = field(default_factory=list)

    def mapping(self, mapping_id: int = 0) -> Mapping:
        """As imports use it."""
        named = {name: self.header[place] for place, name in self.columns.items()}
        return Mapping(self.name, self.kind, self.header, named, self.options, mapping_id)

    def check(self) -> None:
        """Note what is missing or said twice."""
        chosen = list(self.columns.values())
        for name in sorted({one for one in chosen if chosen.count(one) > 1}):
            self.errors.append(gettext("%(column)s is chosen twice.", column=column(name)))
        for group in self.mapping().problems():
            words = " / ".join(column(name) for name in group.split("|"))
            self.errors.append(gettext("A column is missing: %(column)s.", column=words))
        currency = self.options.get("currency", "")
        if currency and not is_currency(currency):
            self.errors.append(
                gettext("This currency is not known. Use its ISO code, such as CNY.")
            )


def _read(header: tuple[str, ...], values: MultiDict[str, str]) -> Form:
    """A form that was sent. Raises 400 for a kind or column that there is not."""
    kind = values.get("kind", "")
    if kind not in KINDS:
        abort(400)
    known = mappings.columns_for(kind)
    columns = {}
    for place in range(len(header)):
        name = values.get(f"col-{place}", "")
        if name and name not in known:
            abort(400)
        if name:
            columns[place] = name
    options: dict[str, Any] = {
        name: values.get(name, "").strip()[:MAX_TEXT]
        for name in CONSTANTS
        if values.get(name, "").strip()
    }
    if "currency" in options:
        options["currency"] = options["currency"].upper()
    if values.get("dates") in DATES[1:]:
        options["dates"] = values["dates"]
    if values.get("adds_up") and kind in SWITCHES:
        options[SWITCHES[kind]] = True
    return Form(header, kind, columns, options, values.get("name", "").strip()[: saved.MAX_NAME])


@bp.get("/mappings")
def index() -> str:
    """The saved mappings."""
    rows = saved.list_mappings(get_session(), get_workspace().id)
    return render_template("mappings/index.html", rows=rows)


@bp.get(f"/<{BATCH}>/mapping")
def new(batch_id: int) -> str:
    """The step for one table of a file: suggestions, from what it looks like and what was saved."""
    batch = find_batch(get_session(), batch_id)
    drawn, problem = _draw(batch)
    if drawn is None:
        return _page(batch, None, None, problem=problem)
    own = own_mappings(get_session(), get_workspace().id)
    before = next((one for one in own if one.name == batch.preset), None)
    before = before or mappings.nearest(drawn.header, own)
    kind = request.args.get("kind") or (before.reader if before else "")
    if kind not in KINDS:
        kind = mappings.likely_kind(drawn.header)
    form = Form(drawn.header, kind, mappings.suggest(kind, drawn.header, before))
    form.name = before.name if before else Path(batch.file_name).stem[: saved.MAX_NAME]
    if before is not None and before.reader == kind:
        form.options = {name: before.options[name] for name in before.options}
    return _page(batch, drawn, form, before=before)


@bp.post(f"/<{BATCH}>/mapping")
def create(batch_id: int) -> Response | tuple[str, int]:
    """Try the mapping on the file; or save it, so that the file is read by it."""
    batch = find_batch(get_session(), batch_id)
    drawn, problem = _draw(batch)
    if drawn is None:
        return _page(batch, None, None, problem=problem), 400
    form = _read(drawn.header, request.form)
    own = own_mappings(get_session(), get_workspace().id)
    before = mappings.nearest(drawn.header, own)
    form.check()
    preview = None
    if not form.errors:
        preview, problem = _try(batch, form)
    if request.form.get("action") != "save" or form.errors or preview is None:
        page = _page(batch, drawn, form, before=before, preview=preview, problem=problem)
        return page, 400 if form.errors or preview is None else 200
    replaced = next((one.id for one in own if one.name == form.name), 0)
    try:
        with writing() as session:
            _save(session, form, replaced)
            again = find_batch(session, batch_id)
            if again.status == "uploaded":
                again.preset = ""  # its header tells it from now on
    except RefusedError as error:
        form.errors.append(refusal(error))
        return _page(batch, drawn, form, before=before, preview=preview), 400
    flash(gettext("Saved. Files with these columns are recognised from now on."))
    return redirect(url_for("imports.show", batch_id=batch_id))


@bp.get(f"/mappings/<{ROW}>")
def edit(row_id: int) -> str:
    """Change a saved mapping."""
    row = _find(get_session(), row_id)
    mapping = mapping_of(row)
    places = {fold_header(text): place for place, text in enumerate(mapping.header)}
    chosen = {places[fold_header(text)]: name for name, text in mapping.columns.items()}
    form = Form(mapping.header, mapping.reader, chosen, dict(mapping.options), mapping.name)
    return _edit_page(row, form)


@bp.post(f"/mappings/<{ROW}>")
def update(row_id: int) -> Response | tuple[str, int]:
    """Save what was changed; files imported before stay as they are."""
    row = _find(get_session(), row_id)
    form = _read(tuple(row.header), request.form)
    form.check()
    if not form.errors:
        try:
            with writing() as session:
                _save(session, form, row_id)
            flash(gettext("Saved."))
            return redirect(url_for("mappings.index"))
        except RefusedError as error:
            form.errors.append(refusal(error))
    return _edit_page(row, form), 400


@bp.post(f"/mappings/<{ROW}>/delete")
def delete(row_id: int) -> Response:
    """Forget a mapping."""
    with writing() as session:
        saved.delete_mapping(session, _find(session, row_id), user_id=user_id())
    flash(gettext("The mapping is deleted."))
    return redirect(url_for("mappings.index"))


def _find(session: Session, row_id: int) -> SavedMapping:
    row = saved.find_mapping(session, get_workspace().id, row_id)
    if row is None:
        abort(404)
    return row


def _save(session: Session, form: Form, mapping_id: int) -> None:
    mapping = form.mapping()
    saved.save_mapping(
        session, session.get_one(Workspace, get_workspace().id), name=mapping.name,
        reader=mapping.reader, header=mapping.header, columns=mapping.columns,
        options=mapping.options, user_id=user_id(), mapping_id=mapping_id,
    )  # fmt: skip


def _draw(batch: ImportBatch) -> tuple[Sketch | None, str]:
    """The table that is to be mapped, or why there is none."""
    if batch.status != "uploaded":
        abort(404)
    try:
        table = _table(batch, request.values.get("table", ""))
        line = request.values.get("line", "")
        return sketch(table, int(line) if line.isdecimal() and len(line) < 9 else 0), ""
    except FileError as error:
        return None, reason(str(error))
    except OSError:
        return None, reason("file_gone")


def _table(batch: ImportBatch, name: str) -> Table:
    found = [one for one in tables_of(stored_file(batch), batch.encoding) if isinstance(one, Table)]
    table = next((one for one in found if one.name == name), found[0] if found else None)
    if table is None or table.log is not None:
        raise FileError("not_a_table")
    return table


def _try(batch: ImportBatch, form: Form) -> tuple[Preview | None, str]:
    """What the file would be by this mapping; nothing is written."""
    wanted = replace(request_of(batch, parts().settings.customer_key_secret), preset="")
    mapping = replace(form.mapping(), name=form.name or "?")
    try:
        path = stored_file(batch)
        known = recognise(path, mapping.name, [mapping.preset()], encoding=batch.encoding)
        return preview_of(parts().database, path, wanted, known), ""
    except FileError as error:
        return None, reason(str(error))
    except OSError:
        return None, reason("file_gone")


def _page(
    batch: ImportBatch,
    drawn: Sketch | None,
    form: Form | None,
    *,
    before: Mapping | None = None,
    preview: Preview | None = None,
    problem: str = "",
) -> str:
    changed: Difference | None = None
    if before is not None and drawn is not None:
        changed = mappings.difference(before.header, drawn.header)
    return render_template(
        "mappings/new.html", batch=batch, drawn=drawn, form=form, before=before, changed=changed,
        preview=preview, problem=problem, table=request.values.get("table", ""), **_offers(form),
    )  # fmt: skip


def _edit_page(row: SavedMapping, form: Form) -> str:
    return render_template("mappings/edit.html", row=row, form=form, **_offers(form))


def _offers(form: Form | None) -> dict[str, Any]:
    """What the selects offer."""
    kind = form.kind if form else KINDS[0]
    columns = mappings.columns_for(kind)
    return {
        "kinds": KINDS,
        "canonical": columns,
        "needed": {name for group in _needed(kind) for name in group},
        "constants": [name for name in CONSTANTS if name in columns],
        "channels": [str(channel) for channel in Channel],
        "can_add_up": kind in SWITCHES,
        "adds_up": bool(form and form.options.get(SWITCHES.get(kind, ""))),
    }


def _needed(kind: str) -> list[tuple[str, ...]]:
    empty = Mapping("", kind, (), {})
    return [tuple(group.split("|")) for group in empty.problems()]
