"""Reports shared with people outside: a link, what it shows, and who looked at it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, BigKey, one_of

SHARED = ("influencers", "orders", "days")
"""Tables that a share can show (`tracker.reports.shared`)."""


class Share(Base):
    """A table of some influencers' results that whoever has the link may see.

    What it shows is fixed here; a visitor can only narrow it.
    """

    __tablename__ = "share"
    __table_args__ = (
        one_of("table_name", *SHARED),
        Index("ix_share_workspace", "workspace_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the token in the link; the token itself is computed from `nonce`."""
    nonce: Mapped[str]
    """A new one makes the old link worthless."""
    title: Mapped[str]
    table_name: Mapped[str]
    columns: Mapped[list[str]] = mapped_column(JSON)
    """Keys of the columns shown, in the table's order."""
    agency: Mapped[str] = mapped_column(default="")
    """The influencers of this agency, whoever that is when it is looked at; empty: those named."""
    influencer_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    shop_id: Mapped[int] = mapped_column(default=0)
    """0: all shops."""
    model: Mapped[str]
    """Attribution model of the figures; the visitor cannot choose another."""
    starts_on: Mapped[date | None]
    """First day that may be looked at; NULL: no limit."""
    ends_on: Mapped[date | None]
    """Last day, included; NULL: up to today."""
    password_hash: Mapped[str] = mapped_column(default="")
    """Argon2id; empty: the link is enough."""
    expires_at: Mapped[datetime | None]
    """The first instant at which it shows nothing; NULL: until it is ended."""
    ended_at: Mapped[datetime | None]
    """NULL: it works."""
    user_id: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class ShareVisit(Base):
    """Somebody opened a share, downloaded it, or gave a wrong password. Append-only; upkeep drops
    what is older than a year."""

    __tablename__ = "share_visit"
    __table_args__ = (
        one_of("action", "seen", "downloaded", "refused"),
        Index("ix_share_visit_recent", "share_id", "at"),
    )

    id: Mapped[BigKey]
    share_id: Mapped[int] = mapped_column(ForeignKey("share.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    action: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    """Network of the visitor (an IPv4 /24 or IPv6 /48): no address is stored whole."""
    user_agent: Mapped[str] = mapped_column(default="")
    """Cut at 200; of a stranger."""
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """The days that were looked at: {"from", "to"}."""
