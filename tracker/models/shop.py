"""A shop: where orders are placed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, one_of
from tracker.models.workspace import Workspace

PLATFORMS = (
    "own", "shopify", "woocommerce", "tmall", "taobao", "jd", "douyin", "xiaohongshu", "wechat",
    "pinduoduo", "kuaishou", "youzan", "amazon", "etsy", "tiktok", "other",
)  # fmt: skip


class Shop(Base):
    """A shop of the seller, on a platform or of its own."""

    __tablename__ = "shop"
    __table_args__ = (UniqueConstraint("workspace_id", "slug"), one_of("platform", *PLATFORMS))

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    slug: Mapped[str]
    """Name in commands and files, lower case."""
    name: Mapped[str]
    platform: Mapped[str]
    currency: Mapped[str]
    """ISO 4217 code of orders whose file names none."""
    time_zone: Mapped[str]
    """IANA name; the shop's days are cut in it, and file times without an offset are in it."""
    site_key: Mapped[str] = mapped_column(unique=True)
    """Public key that the page script sends; tells which shop a hit belongs to."""
    hostnames: Mapped[str] = mapped_column(default="")
    """The shop's own hosts, separated by blanks: hits from elsewhere are refused (empty: any),
    and a referrer among them is internal."""
    has_script: Mapped[bool] = mapped_column(default=False)
    """Whether our script runs in the shop. Without it, an order that has no signal is shown as
    "not measurable here" rather than unattributed."""
    product_prefixes: Mapped[str] = mapped_column(default="", server_default="")
    """Beginnings of paths that are products in this shop, separated by blanks; they add to what
    `tracker.domain.pages` knows."""
    created_at: Mapped[datetime]

    workspace: Mapped[Workspace] = relationship()
