"""What people have said about orders and buyers: decisions, customer locks, agencies' purchases.

These are raw facts: the engine honours them, and a rebuild finds them again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, BigKey, one_of

QUESTIONS = ("owner", "visitor", "self_purchase")
"""What may be asked about an order: whose it is, who bought, whether a purchase of one's own
counts."""


class OrderDecision(Base):
    """A person's answer to a question about one order. Kept by order id of the platform."""

    __tablename__ = "order_decision"
    __table_args__ = (
        UniqueConstraint("shop_id", "order_ref", "question"),
        one_of("question", *QUESTIONS),
    )

    id: Mapped[BigKey]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    order_ref: Mapped[str]
    question: Mapped[str]
    keeps_rule: Mapped[bool]
    """True: what the rule did stands (a self-purchase stays held). False: what follows counts; a
    self-purchase is released."""
    influencer_id: Mapped[int] = mapped_column(default=0)
    """owner: whose order it is, 0: no influencer's; else 0."""
    visitor_id: Mapped[int] = mapped_column(BigInteger, default=0)
    """visitor: who bought; else 0."""
    note: Mapped[str] = mapped_column(default="")
    user_id: Mapped[int] = mapped_column(default=0)
    """0: the command line."""
    decided_at: Mapped[datetime]


class CustomerLock(Base):
    """For a time, a customer's orders are an influencer's (锁客). Periods of one customer do not
    overlap."""

    __tablename__ = "customer_lock"
    __table_args__ = (
        UniqueConstraint("customer_id", "valid_from"),
        CheckConstraint("valid_until > valid_from", name="valid_period"),
        Index("ix_customer_lock_influencer", "influencer_id"),
    )

    id: Mapped[BigKey]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"))
    influencer_id: Mapped[int] = mapped_column(ForeignKey("influencer.id", ondelete="CASCADE"))
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    """The first instant at which it no longer counts; NULL: it never ends."""
    note: Mapped[str] = mapped_column(default="")
    user_id: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class AgencyBuyer(Base):
    """A buyer who is an agency (MCN): orders with signals of its influencers are held."""

    __tablename__ = "agency_buyer"
    __table_args__ = (UniqueConstraint("workspace_id", "agency", "customer_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    agency: Mapped[str]
    """As `influencer.agency` has it."""
    customer_key: Mapped[str]
