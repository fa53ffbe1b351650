"""Influencers (达人, KOL), their accounts and what was agreed with them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, Money


class Influencer(Base):
    """A person who brings buyers."""

    __tablename__ = "influencer"
    __table_args__ = (UniqueConstraint("workspace_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    slug: Mapped[str]
    """Natural key in files and in `kol=`: normalised like a UTM value."""
    name: Mapped[str]
    agency: Mapped[str] = mapped_column(default="")
    """The agency (MCN) that stands for them; empty: none."""
    notes: Mapped[str] = mapped_column(default="")
    customer_key: Mapped[str | None]
    """Hash of their own buyer id: orders under it are held as self-purchases. NULL: unknown."""
    is_discovered: Mapped[bool] = mapped_column(default=False)
    """True when a platform's file named them and nobody has confirmed it."""
    created_at: Mapped[datetime]

    accounts: Mapped[list[SocialAccount]] = relationship(
        back_populates="influencer", cascade="all, delete-orphan"
    )


class SocialAccount(Base):
    """An influencer's account on one platform."""

    __tablename__ = "social_account"
    __table_args__ = (UniqueConstraint("workspace_id", "platform", "handle"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    influencer_id: Mapped[int] = mapped_column(
        ForeignKey("influencer.id", ondelete="CASCADE"), index=True
    )
    platform: Mapped[str]
    """Canonical source name: xiaohongshu, douyin, weibo, bilibili, wechat, instagram …"""
    handle: Mapped[str]
    """Name or id on the platform, NFKC and case-folded."""
    url: Mapped[str] = mapped_column(default="")
    followers: Mapped[int | None] = mapped_column(BigInteger)
    """As last reported; NULL: unknown."""

    influencer: Mapped[Influencer] = relationship(back_populates="accounts")


class Deal(Base):
    """What was agreed with an influencer for one post or campaign, and what it costs."""

    __tablename__ = "deal"
    __table_args__ = (
        UniqueConstraint("workspace_id", "ref"),
        CheckConstraint("spread_days >= 1", name="spread_days_positive"),
        Index("ix_deal_influencer", "influencer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    influencer_id: Mapped[int] = mapped_column(ForeignKey("influencer.id"))
    campaign_id: Mapped[int] = mapped_column(default=0)
    """0: none."""
    ref: Mapped[str]
    """Natural key in files."""
    title: Mapped[str] = mapped_column(default="")
    currency: Mapped[str]
    fx_e8: Mapped[int] = mapped_column(BigInteger)
    """Rate to the base currency on `posted_on`, in 1e-8."""
    fee_minor: Mapped[Money] = mapped_column(default=0)
    goods_given_minor: Mapped[Money] = mapped_column(default=0)
    """Samples and gifts, at cost."""
    platform_fee_minor: Mapped[Money] = mapped_column(default=0)
    commission_ppm: Mapped[int] = mapped_column(default=0)
    """Commission on net revenue in millionths (150000 = 15 %)."""
    posted_on: Mapped[date]
    """The post's day: the fee is booked on it, or spread over `spread_days` from it."""
    ends_on: Mapped[date | None]
    """Last day whose orders earn commission; NULL: open."""
    spread_days: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
