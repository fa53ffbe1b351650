"""What deserves a word: rules of a workspace, and the state of each thing under each rule."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, BigKey, one_of

WATCHED_KINDS = (
    "price_below_ours",
    "promotion_started",
    "out_of_stock",
    "follower_jump",
    "post_deleted",
)
"""Kinds about what is observed: each workspace has one rule of each, made when first needed."""

MADE_KINDS = (
    "roi_below",
    "refund_above",
    "code_spike",
    "spend_without_orders",
    "price_drop",
    "crawl_stale",
    "pacing_behind",
)
"""Kinds of rules that people make, as many as they like."""

DIMENSIONS = ("", "total", "channel", "campaign", "influencer")
"""What a rule about figures looks at, one by one; empty: its kind says so by itself."""


class AlertRule(Base):
    """What deserves a word in a workspace: made by a person, or with its usual measures when first
    needed (slot 0)."""

    __tablename__ = "alert_rule"
    __table_args__ = (
        UniqueConstraint("workspace_id", "kind", "slot"),
        one_of("kind", *WATCHED_KINDS, *MADE_KINDS),
        one_of("dimension", *DIMENSIONS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    kind: Mapped[str]
    slot: Mapped[int] = mapped_column(default=0)
    """0: made by itself; from 1 on: by people."""
    name: Mapped[str] = mapped_column(default="")
    """As its maker calls it; empty: by its kind."""
    dimension: Mapped[str] = mapped_column(default="")
    only_id: Mapped[int] = mapped_column(default=0)
    """The one channel (its code), campaign or influencer that it is about; 0: each of them."""
    window_days: Mapped[int] = mapped_column(default=0)
    """Whole days that figures are summed over, up to yesterday; of a page that is stale: its age.
    """
    floor: Mapped[int] = mapped_column(BigInteger, default=0)
    """Least that must be there before anything is said: cost in minor units of the base currency,
    or orders, as the kind says."""
    is_active: Mapped[bool] = mapped_column(default=True)
    threshold_ppm: Mapped[int] = mapped_column(default=0)
    """From where on it is triggered, in millionths, as the kind says: so much below our price, an
    ROI below, a refund rate above, so many times the usual orders."""
    step_ppm: Mapped[int] = mapped_column(default=0)
    """A change by this share of what was told last is told again; 0: never."""
    rearm_s: Mapped[int | None]
    """Seconds after which it is told again while it lasts; NULL: once."""
    muted_until: Mapped[datetime | None]
    """Nothing is sent before; states go on. NULL: not muted."""
    destination_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Where messages of it go (`Destination`); none: it stands on pages only."""
    notified_at: Mapped[datetime | None]
    """What was told up to this instant is in a message, or was left out of one (muted); NULL: none
    was made yet."""
    changed_at: Mapped[datetime]


class AlertState(Base):
    """What is known of one subject under one rule (`tracker.domain.alerts`)."""

    __tablename__ = "alert_state"
    __table_args__ = (
        UniqueConstraint("rule_id", "subject_id"),
        one_of("state", "unknown", "ok", "triggered"),
        Index("ix_alert_state_told", "rule_id", "told_at"),
    )

    id: Mapped[BigKey]
    rule_id: Mapped[int] = mapped_column(ForeignKey("alert_rule.id", ondelete="CASCADE"))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    """Of what the rule is about: listing, social_account, social_post, channel code, campaign,
    influencer, coupon, crawl_target; 0: everything together."""
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
