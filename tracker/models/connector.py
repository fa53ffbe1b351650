"""What people give the sources: keys of platforms, and selectors for sites without markup."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base


class ConnectorKey(Base):
    """A key that the user has from a platform. It is sealed, and never shown or logged again."""

    __tablename__ = "connector_key"
    __table_args__ = (UniqueConstraint("workspace_id", "source", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    source: Mapped[str]
    """Name of the source that may use it, and no other."""
    name: Mapped[str] = mapped_column(default="token")
    """Which of the source's keys: token, client_id, client_secret …"""
    sealed: Mapped[str] = mapped_column(Text)
    """Encrypted with a key of this installation."""
    hint: Mapped[str] = mapped_column(default="")
    """Its last characters, to tell two apart."""
    user_id: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class TaughtSelector(Base):
    """Where the price stands on the pages of a site without markup, as staff taught it."""

    __tablename__ = "taught_selector"
    __table_args__ = (UniqueConstraint("workspace_id", "host"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    host: Mapped[str]
    """ASCII, lower case."""
    selectors: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Field -> CSS selector (fields of `spiders.pages.taught`)."""
    user_id: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
