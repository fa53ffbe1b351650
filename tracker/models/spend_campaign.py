"""Which campaign the spend of a platform's plan belongs to, where its files do not say."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base


class SpendCampaign(Base):
    """What somebody has decided about spend without a campaign: files to come follow it too."""

    __tablename__ = "spend_campaign"

    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True
    )
    platform: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    campaign_ref: Mapped[str] = mapped_column(primary_key=True)
    """As in `spend`: the platform's campaign id, else its name; empty: the account as a whole."""
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    decided_at: Mapped[datetime]
