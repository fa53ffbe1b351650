"""The workspace's own reading of marks: channel rules and aliases (SEMANTICS 1.2, 1.3)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, one_of


class ChannelRule(Base):
    """A rule that comes before the built-in cascade: when all conditions match, this channel."""

    __tablename__ = "channel_rule"
    __table_args__ = (UniqueConstraint("workspace_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    position: Mapped[int]
    """Rules are tried in this order."""
    name: Mapped[str]
    conditions: Mapped[list[Any]] = mapped_column(JSON)
    """A list of [field, operator, value]: field one of source, medium, campaign, content, term,
    referrer_host; operator one of is, contains, starts, ends; value lower case."""
    channel: Mapped[str]
    """A `tracker.domain.channels.Channel` value."""


class Alias(Base):
    """Another spelling of a source, a medium or a campaign, and what it is to be read as."""

    __tablename__ = "alias"
    __table_args__ = (
        UniqueConstraint("workspace_id", "dimension", "source", "value"),
        one_of("dimension", "source", "medium", "campaign"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    dimension: Mapped[str]
    source: Mapped[str] = mapped_column(default="")
    """Only for a campaign: the source together with which the mapping counts; else empty."""
    value: Mapped[str]
    """What came in, normalised."""
    canonical: Mapped[str]
    """What it is read as."""
