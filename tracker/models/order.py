"""Orders and all that comes with them: lines, coupons, delivered marks, visitors, refunds."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, BigKey, Money, one_of


class Customer(Base):
    """A buyer, known only by a keyed hash (SEMANTICS 2.4)."""

    __tablename__ = "customer"
    __table_args__ = (UniqueConstraint("workspace_id", "customer_key"),)

    id: Mapped[BigKey]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    customer_key: Mapped[str]
    """HMAC-SHA256 of platform buyer id, else phone, else e-mail; hexadecimal."""


class Order(Base):
    """An order, in its own currency; unique by (shop, platform order id). A repeat with an older
    version changes nothing, a newer one updates."""

    __tablename__ = "order"
    __table_args__ = (
        UniqueConstraint("shop_id", "ref"),
        Index("ix_order_day", "shop_id", "ordered_on"),
        Index("ix_order_customer", "customer_id", "placed_at"),
        one_of("status", "paid", "unpaid", "cancelled"),
        CheckConstraint("paid_minor >= 0", name="paid_not_negative"),
    )

    id: Mapped[BigKey]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    ref: Mapped[str]
    placed_at: Mapped[datetime]
    ordered_on: Mapped[date]
    """The day of `placed_at` in the shop's zone: the partition of its credits."""
    paid_at: Mapped[datetime | None]
    status: Mapped[str]
    """Only paid orders with a positive amount are conversions."""
    version_at: Mapped[datetime]
    """When the platform last changed it, else when the batch was read."""
    content_hash: Mapped[str]
    """Of everything a file or webhook said: an equal one is "unchanged"."""
    customer_id: Mapped[int] = mapped_column(BigInteger, default=0)
    """0: no buyer id in the file; then new or returning is unknown."""
    currency: Mapped[str]
    fx_e8: Mapped[int] = mapped_column(BigInteger)
    """Rate to the base currency on the order's day, in 1e-8; refunds use the same."""
    gross_minor: Mapped[Money] = mapped_column(default=0)
    """Goods before discounts."""
    discount_platform_minor: Mapped[Money] = mapped_column(default=0)
    discount_shop_minor: Mapped[Money] = mapped_column(default=0)
    freight_minor: Mapped[Money] = mapped_column(default=0)
    tax_minor: Mapped[Money] = mapped_column(default=0)
    paid_minor: Mapped[Money]
    net_base_minor: Mapped[Money]
    """(paid - freight - tax) at `fx_e8`, in the base currency, before refunds; 0 unless paid."""
    token_hash: Mapped[str] = mapped_column(default="")
    """SHA-256 of the shop's unguessable order token; empty: the shop has none."""
    landing_click_event_id: Mapped[str] = mapped_column(default="")
    """`tk=` of the landing address that was delivered with the order; empty: none."""
    batch_id: Mapped[int] = mapped_column(default=0)


class OrderLine(Base):
    """A line of an order."""

    __tablename__ = "order_line"
    __table_args__ = (UniqueConstraint("order_id", "line_ref"),)

    id: Mapped[BigKey]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    line_ref: Mapped[str]
    """The platform's line id, else its number within the order."""
    sku: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    quantity: Mapped[int]
    amount_minor: Mapped[Money]
    """What the buyer pays for the line before freight, in the order's currency."""
    refunded_minor: Mapped[int | None] = mapped_column(BigInteger)
    """Of it, given back so far; NULL: nobody tells by line. It only says which line a refund is
    about: how much and when is said by `refund`."""


class OrderCoupon(Base):
    """A code that was used on an order."""

    __tablename__ = "order_coupon"

    order_id: Mapped[int] = mapped_column(
        ForeignKey("order.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(primary_key=True)
    """As `tracker.domain.coupons.normalise` writes it."""
    raw: Mapped[str] = mapped_column(default="")


class OrderMark(Base):
    """A mark that was delivered with an order (landing address, order attribution fields)."""

    __tablename__ = "order_mark"

    order_id: Mapped[int] = mapped_column(
        ForeignKey("order.id", ondelete="CASCADE"), primary_key=True
    )
    mark_id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    """When the marked visit was, else the order's own time."""


class OrderVisitor(Base):
    """A statement that a visitor placed an order (SEMANTICS 3.1). Kept by order id of the platform,
    since a beacon comes before the order does. Whether it counts is decided by
    `tracker.domain.identity`."""

    __tablename__ = "order_visitor"
    __table_args__ = (
        Index("ix_order_visitor_visitor", "visitor_id"),
        one_of("evidence", "signed", "click", "beacon", "file"),
    )

    shop_id: Mapped[int] = mapped_column(
        ForeignKey("shop.id", ondelete="CASCADE"), primary_key=True
    )
    order_ref: Mapped[str] = mapped_column(primary_key=True)
    visitor_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    evidence: Mapped[str] = mapped_column(primary_key=True)
    """signed (delivered by webhook), click (tracked link id in the delivered landing address),
    beacon (order-placed hit), file (an imported file names the person)."""
    at: Mapped[datetime]
    """When it was stated; for a beacon the hit's time."""
    token_hash: Mapped[str] = mapped_column(default="")
    """beacon: hash of the order token that it carried."""
    batch_id: Mapped[int] = mapped_column(default=0)


class Refund(Base):
    """A refund: a row of its own with its own time. It may come before its order."""

    __tablename__ = "refund"
    __table_args__ = (UniqueConstraint("shop_id", "order_ref", "ref"),)

    id: Mapped[BigKey]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    order_ref: Mapped[str]
    ref: Mapped[str]
    """The platform's refund id; "total" where a file only has a sum per order (a later file's
    larger sum updates it)."""
    refunded_at: Mapped[datetime]
    refunded_on: Mapped[date]
    """Its day in the shop's zone: where the ledger entry is booked."""
    amount_minor: Mapped[Money]
    """Given back, in the order's currency; positive. Negative: a refund that was reversed."""
    batch_id: Mapped[int] = mapped_column(default=0)


class AffiliateRow(Base):
    """A platform's own statement that an influencer sold an order (精选联盟, 淘宝联盟, 千帆 …)."""

    __tablename__ = "affiliate_row"
    __table_args__ = (
        UniqueConstraint("shop_id", "platform", "order_ref", "influencer_id"),
        Index("ix_affiliate_row_influencer", "influencer_id"),
        Index("ix_affiliate_row_order", "shop_id", "order_ref"),
        one_of("status", "expected", "settled", "void"),
    )

    id: Mapped[BigKey]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    platform: Mapped[str]
    """The affiliate programme."""
    order_ref: Mapped[str]
    influencer_id: Mapped[int] = mapped_column(ForeignKey("influencer.id"))
    clicked_at: Mapped[datetime | None]
    """NULL: the file has no click time; then the order's own time counts."""
    status: Mapped[str] = mapped_column(default="expected")
    """expected, settled (paid out), or void: refunded or invalid, so that it takes its credit and
    its commission back. The row stays, to be seen."""
    commission_minor: Mapped[int | None] = mapped_column(BigInteger)
    """In `currency`; NULL: the file has none, so the deal's rate is used."""
    currency: Mapped[str]
    fx_e8: Mapped[int] = mapped_column(BigInteger)
    booked_on: Mapped[date]
    """The day on which the commission is booked: the order's."""
    batch_id: Mapped[int] = mapped_column(default=0)


class AffiliateRefund(Base):
    """Commission that an affiliate programme gave back after an order (or a line) was refunded.

    It is booked on its own day against the influencers who have the order's affiliate rows; it may
    come before them.
    """

    __tablename__ = "affiliate_refund"
    __table_args__ = (UniqueConstraint("shop_id", "platform", "order_ref", "ref"),)

    id: Mapped[BigKey]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    platform: Mapped[str]
    order_ref: Mapped[str]
    ref: Mapped[str] = mapped_column(default="")
    """The line of the order it is about; empty: the whole order."""
    commission_minor: Mapped[Money]
    """Given back, in `currency`; positive."""
    currency: Mapped[str]
    fx_e8: Mapped[int] = mapped_column(BigInteger)
    booked_on: Mapped[date]
    batch_id: Mapped[int] = mapped_column(default=0)
