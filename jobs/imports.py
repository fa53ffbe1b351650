"""RQ jobs that import uploaded files and undo imports. What is due stands in `import_batch`."""

from __future__ import annotations

from datetime import UTC, datetime

from tracker.config import Settings
from tracker.db import Database, connect
from tracker.imports import run
from tracker.services import batches, undo


def import_batch(batch_id: int) -> dict[str, int]:
    """Import one uploaded file (safe to repeat, and beside a twin: the batch is claimed).

    Returns:
        {"batch", "rows", "rejected"}; zeros when it was another worker's or could not be read.
    """
    settings = Settings.from_env()
    database = connect(settings.database)
    try:
        return _import(database, settings, batch_id)
    finally:
        database.dispose()


def import_due_files() -> dict[str, int]:
    """Import every file that is queued, or whose worker died.

    Returns:
        {"batches": how many were taken}.
    """
    settings = Settings.from_env()
    database = connect(settings.database)
    try:
        with database.read() as session:
            due = batches.due_batches(session, datetime.now(UTC))
        for batch_id in due:
            _import(database, settings, batch_id)
        return {"batches": len(due)}
    finally:
        database.dispose()


def undo_batch(batch_id: int) -> dict[str, int]:
    """Undo one import (safe to repeat, and beside a twin: it is claimed; what a killed job left is
    gone on with).

    Returns:
        {"batch", "kept": rows left as they are because others wrote them since}.
    """
    settings = Settings.from_env()
    database = connect(settings.database)
    try:
        return {"batch": batch_id, "kept": run_undo(database, batch_id)}
    finally:
        database.dispose()


def undo_due_imports() -> dict[str, int]:
    """Undo every import that waits for it, or whose worker died over it.

    Returns:
        {"batches": how many were taken}.
    """
    settings = Settings.from_env()
    database = connect(settings.database)
    try:
        with database.read() as session:
            due = undo.due_undos(session, datetime.now(UTC))
        for batch_id in due:
            run_undo(database, batch_id)
        return {"batches": len(due)}
    finally:
        database.dispose()


def run_undo(database: Database, batch_id: int) -> int:
    """Undo a batch that was queued for it, step by step, each committed; 0 when it is another's.

    Returns:
        how many rows were left as they are.
    """
    with database.write() as session:
        fence = undo.claim_undo(session, batch_id, datetime.now(UTC))
    kept = 0
    step: int | None = 0
    while fence is not None and step is not None:
        with database.write() as session:
            step = undo.undo_step(session, batch_id, fence)
        kept += step or 0
    return kept


def _import(database: Database, settings: Settings, batch_id: int) -> dict[str, int]:
    run.collect_less_often()
    try:
        result = run.import_batch(
            database, batch_id, settings.uploads_dir, settings.customer_key_secret
        )
    except batches.LostBatchError:
        result = None  # its user cancelled it, or another worker goes on with it
    return {
        "batch": batch_id,
        "rows": result.rows if result else 0,
        "rejected": result.counts["rejected"] if result else 0,
    }
