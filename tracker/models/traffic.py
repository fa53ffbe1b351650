"""What the collector saw: visitors, hits, and the visits derived from them; imported touches."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, BigKey, Money, one_of

HIT_KINDS = ("page_view", "cart", "coupon", "order_placed", "click")


class Visitor(Base):
    """A browser (or a file's person) of one shop: a dense integer for a first-party id."""

    __tablename__ = "visitor"
    __table_args__ = (
        UniqueConstraint("shop_id", "key"),
        Index(
            "ix_visitor_pending",
            "pending_since",
            sqlite_where=text("pending_since IS NOT NULL"),
            postgresql_where=text("pending_since IS NOT NULL"),
        ),
    )

    id: Mapped[BigKey]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    key: Mapped[str]
    """The script's first-party id; "c:<event id>" for one visit without consent; "f:<id>" for a
    person of an imported file."""
    pending_since: Mapped[datetime | None]
    """When hits came whose visits are not built yet (set by the loader); NULL: none."""
    created_at: Mapped[datetime]


class Hit(Base):
    """One collected event. Append-only; its natural key makes loading it twice harmless."""

    __tablename__ = "hit"
    __table_args__ = (
        UniqueConstraint("shop_id", "event_id"),
        Index("ix_hit_visitor", "visitor_id", "at"),
        Index("ix_hit_clicks", "shop_id", "at", sqlite_where=text("kind = 'click'"),
              postgresql_where=text("kind = 'click'")),
        Index("ix_hit_link", "link_id", "at", sqlite_where=text("kind = 'click'"),
              postgresql_where=text("kind = 'click'")),
        Index("ix_hit_clicked", "click_event_id", sqlite_where=text("click_event_id <> ''"),
              postgresql_where=text("click_event_id <> ''")),
        one_of("kind", *HIT_KINDS),
    )  # fmt: skip

    id: Mapped[BigKey]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    event_id: Mapped[str]
    """Made by the sender (a UUID), so that a repeated beacon is one hit."""
    visitor_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    """The server's clock when the event was answered."""
    kind: Mapped[str]
    """page_view, cart, coupon, order_placed; click: of a tracked link, on our side."""
    mark_id: Mapped[int]
    path: Mapped[str] = mapped_column(default="")
    """Path of the page without query, cut at 300."""
    link_id: Mapped[int] = mapped_column(default=0)
    """kind click: the tracked link; else 0."""
    click_event_id: Mapped[str] = mapped_column(default="")
    """Event id of the click of ours that led here (`tk=` of the landing address); empty: none."""
    order_ref: Mapped[str] = mapped_column(default="")
    """kind order_placed: the platform's order id."""
    order_token: Mapped[str] = mapped_column(default="")
    """kind order_placed: the shop's unguessable order token, hashed (SHA-256)."""
    coupon_code: Mapped[str] = mapped_column(default="")
    """kind coupon: the normalised code."""
    bot: Mapped[str] = mapped_column(default="")
    """Why it is held for a bot; empty: it is not. Flagged hits are kept and left out of reports."""


class Visit(Base):
    """Hits of one visitor until 30 min of silence (SEMANTICS 1.4). Derived: it may be dropped and
    built again from hits, row for row."""

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("visitor_id", "first_event_id"),
        Index("ix_visit_day", "shop_id", "started_at"),
        Index("ix_visit_path", "visitor_id", "started_at"),
    )

    id: Mapped[BigKey]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    visitor_id: Mapped[int] = mapped_column(BigInteger)
    first_event_id: Mapped[str]
    started_at: Mapped[datetime]
    last_at: Mapped[datetime]
    mark_id: Mapped[int]
    """The mark it counts under, by the override rule of SEMANTICS 1.4."""
    click_event_id: Mapped[str] = mapped_column(default="")
    """The click of ours that opened it; empty: none."""
    n_page_views: Mapped[int]
    n_events: Mapped[int]
    """Cart, coupon and order events."""
    step: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    """How far it came: a value of `tracker.domain.pages.Step`."""
    entry_path: Mapped[str] = mapped_column(default="")
    exit_path: Mapped[str] = mapped_column(default="")
    is_bot: Mapped[bool] = mapped_column(default=False)


class Touch(Base):
    """A contact that a file states: it is a touchpoint of its own and never part of a visit."""

    __tablename__ = "touch"
    __table_args__ = (
        UniqueConstraint("shop_id", "key"),
        Index("ix_touch_path", "visitor_id", "at"),
    )

    id: Mapped[BigKey]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    key: Mapped[str]
    """The row's own id, or a hash of its content and its rank among equal rows of the file."""
    visitor_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    mark_id: Mapped[int]
    interaction: Mapped[str] = mapped_column(default="visit")
    """visit, click or impression, as the file says."""
    cost_minor: Mapped[Money] = mapped_column(default=0)
    """What the contact cost, in the base currency; goes to cost_day as spend."""
    batch_id: Mapped[int] = mapped_column(default=0)
