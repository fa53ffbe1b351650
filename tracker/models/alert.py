"""What deserves a word: rules of a workspace, and the state of each thing under each rule."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, BigKey, one_of


class AlertRule(Base):
    """One kind of alert in a workspace; made with its usual measures when first needed."""

    __tablename__ = "alert_rule"
    __table_args__ = (
        UniqueConstraint("workspace_id", "kind"),
        one_of(
            "kind",
            "price_below_ours",
            "promotion_started",
            "out_of_stock",
            "follower_jump",
            "post_deleted",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    kind: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)
    threshold_ppm: Mapped[int] = mapped_column(default=0)
    """From where on it is triggered, in millionths: so much below our price."""
    step_ppm: Mapped[int] = mapped_column(default=0)
    """A change by this share of what was told last is told again; 0: never."""
    rearm_s: Mapped[int | None]
    """Seconds after which it is told again while it lasts; NULL: once."""
    muted_until: Mapped[datetime | None]
    """Nothing is sent before; states go on. NULL: not muted."""
    changed_at: Mapped[datetime]


class AlertState(Base):
    """What is known of one listing, account or post under one rule (`tracker.domain.alerts`)."""

    __tablename__ = "alert_state"
    __table_args__ = (
        UniqueConstraint("rule_id", "subject_id"),
        one_of("state", "unknown", "ok", "triggered"),
        Index("ix_alert_state_told", "rule_id", "told_at"),
    )

    id: Mapped[BigKey]
    rule_id: Mapped[int] = mapped_column(ForeignKey("alert_rule.id", ondelete="CASCADE"))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    """Of the table that the rule's kind is about: listing, social_account or social_post."""
    state: Mapped[str]
    value: Mapped[int | None] = mapped_column(BigInteger)
    """As last read, in the unit of the kind: millionths of our price, followers, 1 for true."""
    told_value: Mapped[int | None] = mapped_column(BigInteger)
    """As last told: what the next change is measured against."""
    told_at: Mapped[datetime | None]
    """When it was last worth telling; NULL: never."""
    seen_at: Mapped[datetime | None]
    """When somebody last said that they have seen it; NULL: nobody."""
    since: Mapped[datetime]
    """When the present state began."""
    checked_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Evidence for a sentence, as numbers and short texts, of the reading that was told last."""
