"""RQ jobs that import uploaded files. Which are due stands in the database (`import_batch`)."""

from __future__ import annotations

from datetime import UTC, datetime

from tracker.config import Settings
from tracker.db import Database, connect
from tracker.imports import run
from tracker.services import batches


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
