"""Imports: upload a file, look at what was recognised, load it, and see what became of each row."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template
from sqlalchemy import select

from tracker.models import ImportBatch
from tracker.web.context import get_session, get_workspace
from tracker.web.routes import BATCH

bp = Blueprint("imports", __name__, url_prefix="/imports")


@bp.get("")
def index() -> str:
    """The form to upload, and what was imported before."""
    rows = get_session().scalars(
        select(ImportBatch)
        .where(ImportBatch.workspace_id == get_workspace().id)
        .order_by(ImportBatch.created_at.desc(), ImportBatch.id.desc())
        .limit(100)
    )
    return render_template("imports/index.html", batches=list(rows))


@bp.post("")
def create() -> Response:
    abort(503)


@bp.get(f"/<{BATCH}>")
def show(batch_id: int) -> str:
    abort(404)


@bp.post(f"/<{BATCH}>/start")
def start(batch_id: int) -> Response:
    abort(404)


@bp.post(f"/<{BATCH}>/delete")
def delete(batch_id: int) -> Response:
    abort(404)


@bp.get(f"/<{BATCH}>/progress")
def progress(batch_id: int) -> Response:
    abort(404)


@bp.get(f"/<{BATCH}>/rejects.csv")
def rejects(batch_id: int) -> Response:
    abort(404)
