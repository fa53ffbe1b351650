"""Tracked links (追踪链接): /go/<slug> leads to a stored target."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base


class TrackedLink(Base):
    """An address of ours for one influencer or placement."""

    __tablename__ = "tracked_link"
    __table_args__ = (Index("ix_tracked_link_influencer", "influencer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(unique=True)
    target_url: Mapped[str]
    """http or https; never taken from a request."""
    influencer_id: Mapped[int] = mapped_column(default=0)
    """0: none."""
    campaign_id: Mapped[int] = mapped_column(default=0)
    """0: none."""
    utm_source: Mapped[str] = mapped_column(default="")
    utm_medium: Mapped[str] = mapped_column(default="")
    utm_campaign: Mapped[str] = mapped_column(default="")
    utm_content: Mapped[str] = mapped_column(default="")
    utm_term: Mapped[str] = mapped_column(default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
