"""What ran and what came of it: import batches, background runs, the audit log."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, BigKey, one_of


class ImportBatch(Base):
    """One file that was (or is being) imported."""

    __tablename__ = "import_batch"
    __table_args__ = (
        one_of("status", "uploaded", "queued", "running", "done", "failed", "cancelled"),
        Index("ix_import_batch_recent", "workspace_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    shop_id: Mapped[int] = mapped_column(default=0)
    user_id: Mapped[int] = mapped_column(default=0)
    """0: the command line."""
    file_name: Mapped[str]
    """As the user called it; shown, never opened."""
    stored_name: Mapped[str] = mapped_column(default="")
    """Name of our copy under the uploads folder; empty: read in place."""
    sha256: Mapped[str] = mapped_column(default="")
    preset: Mapped[str] = mapped_column(default="")
    """Name of the preset that reads it; empty: not recognised."""
    date_order: Mapped[str] = mapped_column(default="")
    """dmy or mdy, as the user says of dates with the year last; empty: found out from the file."""
    is_spread: Mapped[bool] = mapped_column(default=False)
    """Whether the user wants spend over several days spread over them; else it is refused."""
    mapping_id: Mapped[int] = mapped_column(default=0)
    """The workspace's own mapping that reads it; 0: a preset does. `preset` is then its name."""
    encoding: Mapped[str] = mapped_column(default="")
    """Of its text, as the user says; empty: found out from the file."""
    currency_told: Mapped[str] = mapped_column(default="")
    """Of amounts without one, as the user says; empty: the file's, the preset's or the shop's."""
    status: Mapped[str]
    rows_read: Mapped[int] = mapped_column(default=0)
    """Rows done so far: progress while running. rows = loaded + updated + unchanged + ignored +
    rejected at the end."""
    size_rows: Mapped[int | None]
    """Rows of the file as counted or estimated before; NULL: unknown."""
    loaded: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    ignored: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    period_from: Mapped[date | None]
    period_until: Mapped[date | None]
    """Last day, included."""
    currency: Mapped[str] = mapped_column(default="")
    totals: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Canonical column -> amount as decimal text."""
    notices: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """What else came of it: pairs of a code of `tracker.domain.records.NOTICES` and a text."""
    error: Mapped[str] = mapped_column(default="")
    """Why it failed, for the user; empty: it did not."""
    effect: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What it did to the sums of each kind of record, see `tracker.services.changes.Effect`."""
    resume: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Where an import that was killed goes on; NULL: at the beginning."""
    rejects_name: Mapped[str] = mapped_column(default="")
    """Name of the file of rejected rows under the uploads folder; empty: there is none (any more).
    """
    undo_state: Mapped[str] = mapped_column(default="")
    """kept: what it changed is known, so it can be undone; queued, running: it is being undone;
    undone; expired: that is not known any more; empty: it never was."""
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    """While running: the worker's lease; past it, a sweep queues the batch again."""
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ImportNote(Base):
    """A row of a file that was rejected or left out, and why."""

    __tablename__ = "import_note"
    __table_args__ = (
        one_of("outcome", "rejected", "ignored"),
        Index("ix_import_note_batch", "batch_id", "line"),
    )

    id: Mapped[BigKey]
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"))
    outcome: Mapped[str]
    line: Mapped[int]
    """First physical line of the row, 1-based."""
    reason: Mapped[str]
    """Code of `tracker.imports.reasons`."""
    detail: Mapped[str] = mapped_column(default="")
    """The offending value, cut at 200; never a personal column."""


class Run(Base):
    """One execution of background work with a start, an end and an outcome."""

    __tablename__ = "run"
    __table_args__ = (
        one_of("kind", "attribution", "visits", "traffic", "cost", "import", "crawl", "upkeep"),
        one_of("outcome", "running", "done", "failed"),
        Index("ix_run_recent", "kind", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[str] = mapped_column(default="")


class Claim(Base):
    """A named piece of due work that is claimed once however many schedulers and workers run."""

    __tablename__ = "claim"

    name: Mapped[str] = mapped_column(primary_key=True)
    """For example "tick:visits"."""
    fence: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class AuditEntry(Base):
    """Who changed what, when. Append-only."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_recent", "at"),)

    id: Mapped[BigKey]
    at: Mapped[datetime]
    user_id: Mapped[int] = mapped_column(default=0)
    """0: the command line or a background job."""
    action: Mapped[str]
    """Verb and subject, for example "coupon.leaked"."""
    subject: Mapped[str] = mapped_column(default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
