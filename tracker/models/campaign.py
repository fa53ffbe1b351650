"""Campaigns: named efforts with a budget and dates, joined to traffic by utm_campaign."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base


class Campaign(Base):
    """A campaign (投放活动)."""

    __tablename__ = "campaign"
    __table_args__ = (UniqueConstraint("workspace_id", "utm_campaign"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    utm_campaign: Mapped[str]
    """The normalised value that joins it to marks and spend."""
    name: Mapped[str]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    """The last day, included; NULL: open."""
    budget_minor: Mapped[int | None] = mapped_column(BigInteger)
    """In the workspace's base currency; NULL: none set."""
    lookback_days: Mapped[int | None]
    """Its own attribution window; NULL: the policy's."""
    is_discovered: Mapped[bool] = mapped_column(default=False)
    """True when it came in as a value of utm_campaign and nobody has confirmed it."""
    target_net_minor: Mapped[int | None] = mapped_column(BigInteger)
    """Net revenue that it should bring, in the base currency; NULL: none set."""
    target_orders: Mapped[int | None]
    """Credited orders that it should bring; NULL: none set."""
    target_roi_ppm: Mapped[int | None] = mapped_column(BigInteger)
    """ROI that it should reach, in millionths (0.35 = 350,000); NULL: none set."""
    created_at: Mapped[datetime]


class FormerName(Base):
    """A value of utm_campaign that a campaign had: what carries it is still that campaign's."""

    __tablename__ = "campaign_former_name"

    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True
    )
    value: Mapped[str] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    renamed_at: Mapped[datetime]
