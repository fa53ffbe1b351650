"""Policies, the ledger of credits, and which days must be computed again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, Money, one_of

MODELS = ("first", "last", "last_non_direct", "linear", "position_based", "time_decay",
          "markov", "markov_influencer", "shapley", "shapley_influencer")  # fmt: skip
"""The models that a ledger row carries a column for, in the order of their codes 1..10."""

TOUCH_KINDS = {"none": 0, "visit": 1, "touch": 2, "click": 3, "order_mark": 4, "coupon": 5,
               "affiliate": 6, "lock": 7, "decision": 8}  # fmt: skip
"""Where a touchpoint came from; the ledger stores the number. `touch_id` is the raw row's id:
visit.id is derived, so its natural key is kept instead: the id of the visit's first hit."""

EVIDENCE = {"none": 0, "link": 1, "coupon": 2, "affiliate": 4, "paid_click": 8, "tag": 16,
            "referrer": 32, "direct": 64, "lock": 128}  # fmt: skip
"""Bits of a touchpoint's evidence. Facts carry the one that wins by precedence."""

CLICKED = EVIDENCE["link"] | EVIDENCE["paid_click"] | EVIDENCE["tag"] | EVIDENCE["referrer"]
"""Evidence of a click or visit; an order with a code and none of it was not clicked."""


class Policy(Base):
    """An immutable version of everything that decides credits (`tracker.domain.policy.Policy`)."""

    __tablename__ = "policy"
    __table_args__ = (UniqueConstraint("workspace_id", "content_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    content_hash: Mapped[str]
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The policy as canonical JSON."""
    created_at: Mapped[datetime]


class Credit(Base):
    """One ledger row: the share of one order that one touchpoint gets under every model.

    Entry 0 is the sale, booked on the order's day; entry n the n-th refund, booked on its day: the
    difference of the split of the cumulative net. Per order and entry each money column sums to the
    entry's net exactly, and each weight column of entry 0 to 1,000,000.
    """

    __tablename__ = "credit"
    __table_args__ = (Index("ix_credit_influencer", "policy_id", "influencer_id", "booked_on"),)

    policy_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    shop_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    ordered_on: Mapped[date] = mapped_column(primary_key=True)
    """The order's day: (policy, shop, ordered_on) is a partition, computed as a whole."""
    order_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    entry: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    """1..n along the qualified path, oldest first; 0: no touchpoint (unattributed)."""
    booked_on: Mapped[date]
    touch_kind: Mapped[int] = mapped_column(SmallInteger)
    """A value of TOUCH_KINDS."""
    touch_id: Mapped[int] = mapped_column(BigInteger)
    touched_at: Mapped[datetime]
    channel_code: Mapped[int] = mapped_column(SmallInteger)
    """0: unattributed."""
    kind_code: Mapped[int] = mapped_column(SmallInteger)
    campaign_id: Mapped[int]
    influencer_id: Mapped[int]
    evidence: Mapped[int] = mapped_column(SmallInteger)
    """Bits of EVIDENCE."""
    weight_first: Mapped[int]
    """Millionths of the order; on entries above 0: 0."""
    weight_last: Mapped[int]
    weight_last_non_direct: Mapped[int]
    weight_linear: Mapped[int]
    weight_position_based: Mapped[int]
    weight_time_decay: Mapped[int]
    weight_markov: Mapped[int]
    weight_markov_influencer: Mapped[int]
    weight_shapley: Mapped[int]
    weight_shapley_influencer: Mapped[int]
    net_first: Mapped[Money]
    """Minor units of the base currency."""
    net_last: Mapped[Money]
    net_last_non_direct: Mapped[Money]
    net_linear: Mapped[Money]
    net_position_based: Mapped[Money]
    net_time_decay: Mapped[Money]
    net_markov: Mapped[Money]
    net_markov_influencer: Mapped[Money]
    net_shapley: Mapped[Money]
    net_shapley_influencer: Mapped[Money]


class DirtyDay(Base):
    """A day whose derived facts must be computed again. Written by services/dirty.py only.

    Marking raises `version`; a job claims the row with a lease and, when done, deletes it only if
    the version is still the one it claimed: what came in meanwhile stays dirty.
    """

    __tablename__ = "dirty_day"
    __table_args__ = (
        one_of("scope", "traffic", "cost", "credit"),
        Index("ix_dirty_day_lease", "scope", "leased_until"),
    )

    scope: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    shop_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    """scope cost: 0."""
    day: Mapped[date] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, default=1)
    fence: Mapped[int] = mapped_column(BigInteger, default=0)
    """Raised by every claim; a job whose fence is no longer this one has lost its claim and must
    not write."""
    leased_until: Mapped[datetime | None]
    """NULL: not claimed."""
    marked_at: Mapped[datetime]
