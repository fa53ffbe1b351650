"""Products as order lines name them, and what was sold of them by whom, day by day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, Money

NO_PRODUCT = 0
"""Stands for the product of orders whose file or webhook names none."""


class Product(Base):
    """A product of a shop, as its order lines name it: by SKU, where they have none by title.

    Derived: rows come with the first order that names the product and are never deleted by it.
    """

    __tablename__ = "product"
    __table_args__ = (UniqueConstraint("shop_id", "sku", "title_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    sku: Mapped[str] = mapped_column(default="")
    """Empty: the lines have no SKU; then `title_key` names the product."""
    title_key: Mapped[str] = mapped_column(default="")
    """The lines' title where they have no SKU, else empty."""
    title: Mapped[str] = mapped_column(default="")
    """As the newest order calls it."""
    titled_on: Mapped[date]
    """The day of that order."""


class ProductDay(Base):
    """What was sold of a product on a day and who is credited with it, under one policy and the
    model that the brand settles by (`tracker.domain.policy.DEFAULT_MODEL`).

    The rows of an order add up to its credits in `credit_day`, to the minor unit, for every
    channel, campaign, influencer and booked day: a credited amount is shared among the order's
    lines by what the buyer paid for them. `ordered_on` is part of the key, so that a partition
    replaces exactly its own rows.
    """

    __tablename__ = "product_day"
    __table_args__ = (
        Index("ix_product_day_booked", "policy_id", "booked_on"),
        Index("ix_product_day_product", "policy_id", "product_id", "booked_on"),
        Index("ix_product_day_influencer", "policy_id", "influencer_id", "booked_on"),
    )

    policy_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    shop_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    ordered_on: Mapped[date] = mapped_column(primary_key=True)
    booked_on: Mapped[date] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    """0: the order names no product (NO_PRODUCT)."""
    channel_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    """0: unattributed."""
    kind_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    influencer_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    pieces_micro: Mapped[int] = mapped_column(BigInteger)
    """Pieces sold times the credited share of their order, in millionths of a piece."""
    orders_micro: Mapped[int] = mapped_column(BigInteger)
    """Credited orders with this product, in millionths. An order with two products counts at both:
    these do not add up over products."""
    net_revenue_minor: Mapped[Money]
    """After the refunds that are booked on this day."""
    refund_minor: Mapped[Money]
    """Of it, refunds (positive)."""
