"""What shops deliver by webhook: the secrets that prove it, the log, and ids by another name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, BigKey, one_of

OUTCOMES = (
    "loaded", "updated", "unchanged", "older", "ignored", "waiting", "rejected", "refused",
)  # fmt: skip
"""What came of a delivery:

loaded, updated, unchanged: its order or refunds, as of any record. older: a newer version is known.
ignored: nothing of it is wanted. waiting: it will be tried again. rejected: signed, but it cannot
be used. refused: not proven to come from the shop; nothing of it was kept but that it came.
"""


class WebhookSecret(Base):
    """A secret that a shop signs its webhooks with. While it is being replaced there are two."""

    __tablename__ = "webhook_secret"

    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"), index=True)
    sealed: Mapped[str]
    """The secret, encrypted under the installation's secret key (services/sealing.py)."""
    hint: Mapped[str]
    """Its last characters, to tell two apart."""
    created_at: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    """The first instant at which it proves nothing any more; NULL: the current one."""


class Delivery(Base):
    """One webhook that arrived, and what came of it. Upkeep forgets old ones."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_recent", "shop_id", "received_at"),
        Index("ix_delivery_outcome", "outcome", "received_at"),
        one_of("source", "shopify", "woocommerce"),
        one_of("outcome", *OUTCOMES),
    )

    id: Mapped[BigKey]
    key: Mapped[str] = mapped_column(unique=True)
    """Ours, made when it arrived: loaded again after a kill, it is the same delivery."""
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    received_at: Mapped[datetime]
    source: Mapped[str]
    topic: Mapped[str]
    """As the sender names it: orders/updated, order.created …"""
    sender_key: Mapped[str] = mapped_column(default="")
    """The sender's delivery id, to find it in the sender's own log. It proves no duplicate:
    WooCommerce gives two events of one second the same."""
    order_ref: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    """Why it was not simply loaded; a code that the site translates."""
    detail: Mapped[str] = mapped_column(default="")
    payload: Mapped[str] = mapped_column(default="")
    """waiting: what was read of it, as JSON, without anything personal; else empty."""
    loaded_at: Mapped[datetime]
    """When the outcome was written."""


class OrderAlias(Base):
    """A platform's second id of an order: refunds of Shopify name the order by it alone."""

    __tablename__ = "order_alias"

    shop_id: Mapped[int] = mapped_column(
        ForeignKey("shop.id", ondelete="CASCADE"), primary_key=True
    )
    alias: Mapped[str] = mapped_column(primary_key=True)
    order_ref: Mapped[str]
