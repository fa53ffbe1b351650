"""Which uploaded files are still needed. They hold what the database never keeps: names, phones."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from tracker.models import ImportBatch

UNFINISHED_KEPT = timedelta(days=7)
"""How long the file of an import that failed, or was never started, waits for another try."""


REJECTS_KEPT = timedelta(days=30)
"""How long the rows that an import rejected wait to be mended."""


def needed_uploads(session: Session, now: datetime) -> set[str]:
    """Names under the uploads folder that an import will read, or may be asked to read again.

    A file that was read to its end is not among them: its rows, and notes on those that were
    refused, are in the database. The rejected rows themselves are a file of their own.
    """
    working = ImportBatch.status.in_(["queued", "running"])
    waiting = and_(
        ImportBatch.status.in_(["uploaded", "failed"]),
        ImportBatch.created_at > now - UNFINISHED_KEPT,
    )
    names = select(ImportBatch.stored_name).where(
        ImportBatch.stored_name != "", or_(working, waiting)
    )
    rejects = select(ImportBatch.rejects_name).where(
        ImportBatch.rejects_name != "", ImportBatch.finished_at > now - REJECTS_KEPT
    )
    return set(session.scalars(names)) | set(session.scalars(rejects))
