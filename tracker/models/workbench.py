"""What staff keep about influencers: notes with their history, and what was made from a pattern."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base


class InfluencerNote(Base):
    """What somebody wrote about an influencer. Append-only: what was said stays said."""

    __tablename__ = "influencer_note"
    __table_args__ = (Index("ix_influencer_note_recent", "influencer_id", "written_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    influencer_id: Mapped[int] = mapped_column(ForeignKey("influencer.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(default=0)
    """0: the command line or a background job."""
    written_at: Mapped[datetime]
    text: Mapped[str]


class Handout(Base):
    """Links and codes that were made for several influencers at once, as they were made."""

    __tablename__ = "handout"
    __table_args__ = (Index("ix_handout_recent", "workspace_id", "made_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    n_links: Mapped[int]
    n_codes: Mapped[int]
    n_left_out: Mapped[int]
    """Links and codes of the pattern that were not made, because of a clash."""
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """A line an influencer: `tracker.services.handouts.Line` as plain values."""
