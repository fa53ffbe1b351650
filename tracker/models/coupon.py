"""Coupon codes (优惠券, 口令) and who owned them when (SEMANTICS 3.4)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base


class Coupon(Base):
    """A discount code of one shop."""

    __tablename__ = "coupon"
    __table_args__ = (UniqueConstraint("shop_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    code: Mapped[str]
    """As `tracker.domain.coupons.normalise` writes it, not as the buyer typed it."""
    label: Mapped[str] = mapped_column(default="")
    """As it was handed out."""
    is_shop_wide: Mapped[bool] = mapped_column(default=False)
    """On the exclusion list: everybody has it, so it never qualifies."""
    leaked_at: Mapped[datetime | None]
    """Orders from this instant on fall back to their next signal; NULL: not leaked."""

    ownerships: Mapped[list[CouponOwnership]] = relationship(
        back_populates="coupon", cascade="all, delete-orphan"
    )


class CouponOwnership(Base):
    """Who owned a code from when until when. Periods of one code do not overlap."""

    __tablename__ = "coupon_ownership"
    __table_args__ = (
        UniqueConstraint("coupon_id", "valid_from"),
        CheckConstraint("valid_until > valid_from", name="valid_period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    coupon_id: Mapped[int] = mapped_column(ForeignKey("coupon.id", ondelete="CASCADE"))
    influencer_id: Mapped[int] = mapped_column(ForeignKey("influencer.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(default=0)
    """0: none."""
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    """The first instant at which it no longer counts; NULL: it never ends."""

    coupon: Mapped[Coupon] = relationship(back_populates="ownerships")
