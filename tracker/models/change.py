"""What imports overwrote, so that they can be undone; and how a workspace reads its own files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, BigKey


class ImportChange(Base):
    """What one chunk of a batch changed beside rows that it only added.

    Rows that a batch added to a table with a `batch_id` are found by it and are not listed here, so
    that a first import of a million orders leaves next to nothing.
    """

    __tablename__ = "import_change"
    __table_args__ = (Index("ix_import_change_batch", "batch_id", "id"),)

    id: Mapped[BigKey]
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"))
    stage: Mapped[int] = mapped_column(default=1)
    """Of undoing: 1 nothing yet; 2 only rows that the chunk added are left to remove."""
    n_entries: Mapped[int]
    tables: Mapped[list[str]] = mapped_column(JSON)
    """Names of the tables that the entries speak of."""
    taken: Mapped[dict[str, int]] = mapped_column(JSON)
    """Batch id (as text) -> how many rows that it had written last were changed or deleted here."""
    entries: Mapped[bytes] = mapped_column(LargeBinary)
    """Deflated JSON, oldest first, see `tracker.services.changes`."""


class SavedMapping(Base):
    """Which columns of a workspace's own kind of file mean what."""

    __tablename__ = "saved_mapping"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    name: Mapped[str]
    reader: Mapped[str]
    """A name of `tracker.imports.readers.READERS`."""
    header: Mapped[list[str]] = mapped_column(JSON)
    """The header of the file that it was made for: files with just these columns are read so."""
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
    """Canonical column -> header."""
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Constants (currency, platform, channel) and switches, as the options of a preset."""
    user_id: Mapped[int] = mapped_column(default=0)
    """Who made it; 0: the command line."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
