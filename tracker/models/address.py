"""What addresses may say: values that a team has agreed on, and addresses kept to be used again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, one_of

FIELDS = ("source", "medium", "campaign", "content", "term")
"""Of an address: utm_source and so on."""


class AllowedValue(Base):
    """A value that a field of an address may have. A field without any takes every value."""

    __tablename__ = "allowed_value"
    __table_args__ = (
        UniqueConstraint("workspace_id", "field", "value"),
        one_of("field", *FIELDS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    field: Mapped[str]
    value: Mapped[str]
    """Normalised."""
    created_at: Mapped[datetime]


class AddressTemplate(Base):
    """An address to begin with: where it leads and what it says. Empty: nothing said."""

    __tablename__ = "address_template"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    name: Mapped[str]
    target_url: Mapped[str] = mapped_column(default="")
    utm_source: Mapped[str] = mapped_column(default="")
    utm_medium: Mapped[str] = mapped_column(default="")
    utm_campaign: Mapped[str] = mapped_column(default="")
    utm_content: Mapped[str] = mapped_column(default="")
    utm_term: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
