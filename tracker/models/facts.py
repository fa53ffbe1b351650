"""Daily facts: all that pages read. Integer keys, 0 = none; derived, may be dropped and rebuilt.

Money is in the workspace's base currency. Each table has a roll-up by (day, shop, channel, kind).
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Index, Integer, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, Money, one_of

CUSTOMER_KINDS = {"unknown": 0, "new": 1, "returning": 2}


class _Traffic:
    visits: Mapped[int]
    bounces: Mapped[int]
    page_views: Mapped[int]
    duration_seconds: Mapped[int] = mapped_column(BigInteger)
    """Sum over visits, bounces with 0: "at least"."""
    carts: Mapped[int]
    product_visits: Mapped[int] = mapped_column(default=0, server_default="0")
    """Visits that came as far as a product's page, or further (`tracker.domain.pages.Step`)."""
    cart_visits: Mapped[int] = mapped_column(default=0, server_default="0")
    """Visits that came as far as the cart, or further."""
    order_visits: Mapped[int] = mapped_column(default=0, server_default="0")
    """Visits in which an order was placed, as far as the page tells."""
    clicks: Mapped[int]
    """Raw clicks of tracked links, bots left out."""
    valid_clicks: Mapped[int]
    """One per visitor, link and hour."""


class TrafficDay(_Traffic, Base):
    """Traffic of a day, by the mark's channel, campaign and influencer."""

    __tablename__ = "traffic_day"

    shop_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    channel_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    influencer_id: Mapped[int] = mapped_column(Integer, primary_key=True)


class TrafficDayChannel(_Traffic, Base):
    """Roll-up of `traffic_day` by channel."""

    __tablename__ = "traffic_day_channel"

    shop_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    channel_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)


class _Cost:
    spend_minor: Mapped[Money]
    fee_minor: Mapped[Money]
    goods_given_minor: Mapped[Money]
    platform_fee_minor: Mapped[Money]
    commission_minor: Mapped[Money]
    impressions: Mapped[int] = mapped_column(BigInteger)
    clicks: Mapped[int] = mapped_column(BigInteger)
    """Paid clicks as the platform counts them."""


class CostDay(_Cost, Base):
    """Costs of a day: every cost row has exactly one (kind, channel, campaign, influencer)."""

    __tablename__ = "cost_day"
    __table_args__ = (Index("ix_cost_day_influencer", "workspace_id", "influencer_id", "day"),)

    workspace_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    """0: not of one shop."""
    channel_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    influencer_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    media_channel_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    """Spend mapped to an influencer: the ad channel that it left (there it is shown, not summed);
    else 0."""


class CostDayChannel(_Cost, Base):
    """Roll-up of `cost_day` by channel."""

    __tablename__ = "cost_day_channel"

    workspace_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    channel_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)


class _Credit:
    orders_micro: Mapped[int] = mapped_column(BigInteger)
    """Credited orders in millionths."""
    net_revenue_minor: Mapped[Money]
    """After the refunds that are booked on this day."""
    refund_minor: Mapped[Money]
    """Of it, refunds (positive)."""
    refunded_orders_micro: Mapped[int] = mapped_column(BigInteger)
    """Credited orders (millionths) whose first refund is booked on this day."""
    goods_cost_minor: Mapped[Money]
    """Booked with the sale."""
    orders_without_goods_cost_micro: Mapped[int] = mapped_column(BigInteger)
    """Credited orders (millionths) with a line whose goods cost is unknown: then ROI is "before
    goods cost"."""


class CreditDay(_Credit, Base):
    """Credits of a day under one policy and model.

    `ordered_on` is part of the key: a partition replaces exactly its own rows, and refunds can be
    counted on their own day (booked_on) or on the day of their order (下单口径).
    """

    __tablename__ = "credit_day"
    __table_args__ = (
        Index("ix_credit_day_booked", "policy_id", "model_code", "booked_on"),
        Index("ix_credit_day_influencer", "policy_id", "model_code", "influencer_id", "booked_on"),
    )

    policy_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    shop_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    ordered_on: Mapped[date] = mapped_column(primary_key=True)
    model_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    """1 + index in MODELS."""
    booked_on: Mapped[date] = mapped_column(primary_key=True)
    channel_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    """0: unattributed."""
    kind_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    influencer_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    evidence: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    """The winning bit of EVIDENCE: orders by link, by code, by affiliate row."""
    customer_kind: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    """A value of CUSTOMER_KINDS."""


class CreditDayChannel(_Credit, Base):
    """Roll-up of `credit_day` by channel, booked day and customer kind."""

    __tablename__ = "credit_day_channel"

    policy_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    model_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    shop_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    booked_on: Mapped[date] = mapped_column(primary_key=True)
    channel_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    customer_kind: Mapped[int] = mapped_column(SmallInteger, primary_key=True)


class CouponDay(Base):
    """Orders of a day with an influencer's code that were credited to them, and how many of them
    nobody had clicked for: what leaks are looked for in. Under one policy, equal for all models."""

    __tablename__ = "coupon_day"

    policy_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    shop_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    ordered_on: Mapped[date] = mapped_column(primary_key=True)
    coupon_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    influencer_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    orders: Mapped[int]
    clickless: Mapped[int]
    """Of them, those without any evidence of CLICKED."""


class FactVersion(Base):
    """Rises whenever facts of a workspace change, in the same transaction: what was made from the
    facts of one version needs no second look while the version stands."""

    __tablename__ = "fact_version"
    __table_args__ = (one_of("scope", "traffic", "cost", "credit", "promotion"),)

    workspace_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    """Microseconds of the change, or one more than before: a restored backup never meets a version
    that something else was made from."""
