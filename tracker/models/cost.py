"""Costs as they come in: media spend, goods costs, exchange rates."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, BigKey, Money


class Spend(Base):
    """Media spend (消耗) of one account, campaign and day. A later file replaces the row."""

    __tablename__ = "spend"
    __table_args__ = (
        UniqueConstraint(
            "workspace_id", "platform", "account", "campaign_ref", "spent_on", "layer",
            name="uq_spend_fact",
        ),
        Index("ix_spend_day", "workspace_id", "spent_on"),
    )  # fmt: skip

    id: Mapped[BigKey]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    shop_id: Mapped[int] = mapped_column(default=0)
    """0: not of one shop."""
    platform: Mapped[str]
    account: Mapped[str] = mapped_column(default="")
    campaign_ref: Mapped[str] = mapped_column(default="")
    """The platform's campaign id, else its name."""
    spent_on: Mapped[date]
    layer: Mapped[str] = mapped_column(default="")
    """Level of the report (`tracker.domain.spend_layers`): plans, items, the account."""
    is_detail: Mapped[bool] = mapped_column(default=False)
    """Another level of report about the same money counts: this one is kept and not summed."""
    channel_code: Mapped[int]
    """`Channel.code` of the media."""
    campaign_id: Mapped[int] = mapped_column(default=0)
    influencer_id: Mapped[int] = mapped_column(default=0)
    """Not 0: a boost of that influencer's posts, so of kind KOL."""
    currency: Mapped[str]
    fx_e8: Mapped[int] = mapped_column(BigInteger)
    amount_minor: Mapped[Money]
    impressions: Mapped[int | None] = mapped_column(BigInteger)
    clicks: Mapped[int | None] = mapped_column(BigInteger)
    platform_gmv_minor: Mapped[int | None] = mapped_column(BigInteger)
    """What the platform says it sold, shown beside our credit and never added."""
    platform_orders: Mapped[int | None] = mapped_column(BigInteger)
    batch_id: Mapped[int] = mapped_column(default=0)


class GoodsCost(Base):
    """What one unit of a SKU costs the seller from a day on."""

    __tablename__ = "goods_cost"

    shop_id: Mapped[int] = mapped_column(
        ForeignKey("shop.id", ondelete="CASCADE"), primary_key=True
    )
    sku: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    unit_cost_minor: Mapped[Money]
    """In the base currency."""


class FxRate(Base):
    """A day's exchange rate. The rate of a day is the newest one up to that day, at most 7 days old
    (weekends and holidays have none); older or missing is an error, never 1."""

    __tablename__ = "fx_rate"

    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True
    )
    from_currency: Mapped[str] = mapped_column(primary_key=True)
    to_currency: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    rate_e8: Mapped[int] = mapped_column(BigInteger)
    """Units of `to` for one unit of `from`, in 1e-8."""


class Promotion(Base):
    """A festival or sale (双11, 618, 春节): a range of days, drawn on charts, and a filter."""

    __tablename__ = "promotion"
    __table_args__ = (UniqueConstraint("workspace_id", "festival", "starts_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    festival: Mapped[str]
    """Which festival it is, the same every year: double11, 618, spring_festival, or free text."""
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    """The last day, included."""
    budget_minor: Mapped[int | None] = mapped_column(BigInteger)
    """In the workspace's base currency; NULL: none set."""
    created_at: Mapped[datetime]
