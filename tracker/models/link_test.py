"""Tests of links and creatives against each other (A/B), told apart by utm_content."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base


class LinkTest(Base):
    """A test with a sample that was planned before it began. Its arms are shown by somebody else
    (an ad platform, a bio page): we see who came by which one."""

    __tablename__ = "link_test"
    __table_args__ = (Index("ix_link_test_workspace", "workspace_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    """The last day, included; NULL: it goes on."""
    window_days: Mapped[int]
    """A visitor who orders within so many days of the first visit counts as a buyer."""
    baseline_ppm: Mapped[int]
    """Share of buyers among visitors that was expected, in millionths."""
    uplift_ppm: Mapped[int]
    """The smallest relative difference that is worth seeing, in millionths of the baseline."""
    planned_n: Mapped[int]
    """Visitors of each arm that the plan asks for; never changed afterwards."""
    created_at: Mapped[datetime]
    counted_at: Mapped[datetime | None]
    """NULL: its arms were not counted yet."""

    arms: Mapped[list[LinkTestArm]] = relationship(
        order_by="LinkTestArm.position", cascade="all, delete-orphan", passive_deletes=True
    )


class LinkTestArm(Base):
    """One of the things compared; position 0 is what the others are compared with. The counts are
    derived: a job counts them from visits and orders."""

    __tablename__ = "link_test_arm"
    __table_args__ = (UniqueConstraint("test_id", "content"),)

    test_id: Mapped[int] = mapped_column(
        ForeignKey("link_test.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[str]
    """The normalised utm_content."""
    visitors: Mapped[int] = mapped_column(default=0)
    """Who came by this arm first, on all days of the test."""
    counted: Mapped[int] = mapped_column(default=0)
    """Of them, the first ones up to the planned sample whose window is over."""
    buyers: Mapped[int] = mapped_column(default=0)
    """Of the counted, those who ordered within their window."""
    crossed: Mapped[int] = mapped_column(default=0)
    """Of the visitors, those who later came by another arm as well; they stay with this one."""
