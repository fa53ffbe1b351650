"""What was observed on public pages: posts, listings, and their numbers over time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, BigKey, one_of


class SocialPost(Base):
    """A public post of an account."""

    __tablename__ = "social_post"
    __table_args__ = (
        UniqueConstraint("workspace_id", "platform", "ref"),
        Index("ix_social_post_account", "social_account_id", "published_at"),
        Index("ix_social_post_influencer", "influencer_id", "published_at"),
        Index("ix_social_post_deal", "deal_id"),
    )

    id: Mapped[BigKey]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    social_account_id: Mapped[int] = mapped_column(default=0)
    """0: unknown."""
    influencer_id: Mapped[int] = mapped_column(default=0)
    """0: unknown."""
    platform: Mapped[str]
    """As in social_account."""
    ref: Mapped[str]
    """The platform's own id of the post; its address where the platform shows none."""
    url: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    """Title or the first words, at most 300 characters: a stranger's text."""
    published_at: Mapped[datetime | None]
    """NULL: the page does not say."""
    deal_id: Mapped[int] = mapped_column(default=0)
    """The deal it was made for, as a person says; 0: none."""
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    """When a complete, good reading no longer had it; NULL: it is there."""


class Listing(Base):
    """A product's page in a shop, ours or a competitor's."""

    __tablename__ = "listing"
    __table_args__ = (
        UniqueConstraint("workspace_id", "url"),
        Index("ix_listing_group", "workspace_id", "product_group"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    shop_id: Mapped[int] = mapped_column(default=0)
    """Our own shop that it is in; 0: a competitor's."""
    is_own: Mapped[bool] = mapped_column(default=False)
    competitor: Mapped[str] = mapped_column(default="")
    """Name of the competitor, as a person gave it; empty for our own."""
    product_group: Mapped[str] = mapped_column(default="")
    """Name under which ours and theirs are compared; empty: not compared."""
    url: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    """As a person named it, else as last read."""
    sku: Mapped[str] = mapped_column(default="")
    """Our own SKU that it stands for or is compared with; empty: none."""
    currency: Mapped[str] = mapped_column(default="")
    """Currency that a person fixed for pages which do not say; empty: as read."""
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    """When the shop said that the page is no longer there; NULL: it is."""


class ListingSnapshot(Base):
    """What a listing's page said at one instant: on every change, and once a day. Append-only."""

    __tablename__ = "listing_snapshot"
    __table_args__ = (UniqueConstraint("listing_id", "taken_at"),)

    id: Mapped[BigKey]
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"))
    taken_at: Mapped[datetime]
    title: Mapped[str] = mapped_column(default="")
    currency: Mapped[str] = mapped_column(default="")
    """ISO 4217; empty: unknown, and then all amounts are NULL."""
    price_minor: Mapped[int | None] = mapped_column(BigInteger)
    """What one can buy for now, the lowest of several; NULL: the page does not say."""
    price_high_minor: Mapped[int | None] = mapped_column(BigInteger)
    """The highest when variants differ; NULL: one price."""
    list_price_minor: Mapped[int | None] = mapped_column(BigInteger)
    """The price before a reduction; NULL: none is shown."""
    availability: Mapped[str] = mapped_column(default="")
    """in_stock, limited, out_of_stock, pre_order …; empty: the page does not say."""
    promotion: Mapped[str] = mapped_column(default="")
    """The promotion's text, at most 300 characters: a stranger's text."""
    seller: Mapped[str] = mapped_column(default="")
    sold_text: Mapped[str] = mapped_column(default="")
    """Sales as the page words them ("已拼10万+件"); the number is the metric `sold`."""
    is_ambiguous: Mapped[bool] = mapped_column(default=False)
    """The page's sources contradict each other about the price, which is NULL then."""
    sources: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Field -> where it was read: shopify, json_ld, microdata, meta, taught …"""
    parser_version: Mapped[int]
    run_id: Mapped[int] = mapped_column(BigInteger, default=0)
    """0: not by a crawl (a saved page, a file)."""


class VariantPoint(Base):
    """One variant of a listing at one instant: written when it changes. Append-only."""

    __tablename__ = "variant_point"
    __table_args__ = (UniqueConstraint("listing_id", "sku", "taken_at"),)

    id: Mapped[BigKey]
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"))
    sku: Mapped[str]
    """The shop's SKU, else the variant's title."""
    taken_at: Mapped[datetime]
    title: Mapped[str] = mapped_column(default="")
    price_minor: Mapped[int | None] = mapped_column(BigInteger)
    list_price_minor: Mapped[int | None] = mapped_column(BigInteger)
    availability: Mapped[str] = mapped_column(default="")
    is_removed: Mapped[bool] = mapped_column(default=False)
    """The page no longer has it."""


class MetricPoint(Base):
    """One number of one account, post or listing at one instant: when it changes, and once a day.

    Append-only. No row means that nothing was read, never 0.
    """

    __tablename__ = "metric_point"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "metric", "taken_at"),
        one_of("subject_kind", "account", "post", "listing"),
        one_of("precision", "exact", "rounded", "at_least", "range"),
        Index("ix_metric_point_workspace", "workspace_id", "taken_at"),
    )

    id: Mapped[BigKey]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    subject_kind: Mapped[str]
    subject_id: Mapped[int] = mapped_column(BigInteger)
    """Of social_account, social_post or listing."""
    metric: Mapped[str]
    """followers, following, posts, views, likes, comments, shares, saves; of listings
    review_count, sold, rating (in thousandths of a star on a scale of 5), and rank:<keyword>
    (the place on a page of results, from 1)."""
    taken_at: Mapped[datetime]
    value: Mapped[int] = mapped_column(BigInteger)
    low: Mapped[int] = mapped_column(BigInteger)
    """The true number is this or more."""
    high: Mapped[int | None] = mapped_column(BigInteger)
    """The true number is less than this; NULL: no upper bound ("10万+")."""
    raw: Mapped[str] = mapped_column(default="")
    """As the page writes it, at most 100 characters."""
    precision: Mapped[str]
    source: Mapped[str] = mapped_column(default="")
    """Where it was read: a source's name, a file, a saved page."""
    parser_version: Mapped[int]
    run_id: Mapped[int] = mapped_column(BigInteger, default=0)
    """0: not by a crawl."""
