"""What a promotion offers: coupons (优惠券), full reductions (满减), flash sales (秒杀), presales
(预售)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, one_of

RULE_KINDS = ("coupon", "full_reduction", "flash_sale", "presale", "other")


class PromotionRule(Base):
    """One offer of a promotion, with the days on which it holds. It is written down for people to
    compare; no figure is computed from it."""

    __tablename__ = "promotion_rule"
    __table_args__ = (
        Index("ix_promotion_rule_promotion", "promotion_id"),
        one_of("kind", *RULE_KINDS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotion.id", ondelete="CASCADE"))
    kind: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    """The last day, included."""
    threshold_minor: Mapped[int | None] = mapped_column(BigInteger)
    """From what amount on it holds, in the base currency (满 300); NULL: any."""
    off_minor: Mapped[int | None] = mapped_column(BigInteger)
    """What it takes off (减 50), or the price of a flash sale's item; NULL: not an amount."""
    off_ppm: Mapped[int | None]
    """Share that it takes off, in millionths; NULL: not a share."""
    deposit_minor: Mapped[int | None] = mapped_column(BigInteger)
    """Deposit of a presale (定金); NULL: none."""
    note: Mapped[str] = mapped_column(default="")
