"""Pages of own shops, and how they were walked, day by day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base

OTHER_PAGES = 0
"""Stands for the pages of a day beyond the most seen ones."""

SLICES = {"all": 0, "kind": 1, "channel": 2, "campaign": 3, "influencer": 4}
"""Whose visits a row of `page_day` is about; the table stores the number."""


class Page(Base):
    """A page of a shop's site, by its path as `tracker.domain.pages.page_path` writes it."""

    __tablename__ = "page"
    __table_args__ = (UniqueConstraint("shop_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    path: Mapped[str]


class PageDay(Base):
    """Views of a page in the visits that began on a day, and visits that began or ended on it.

    A visit is in one row for each slice that it is in: all visits, its kind, channel, campaign and
    influencer. So a filter is read from rows of its own, and never adds up the visits of thousands
    of influencers. Of each slice and day the most seen pages are kept, the rest is one row.
    """

    __tablename__ = "page_day"
    __table_args__ = (Index("ix_page_day_day", "shop_id", "day"),)

    shop_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    slice_code: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    """A value of SLICES."""
    slice_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    """Code of the kind or channel, id of the campaign or influencer; all: 0."""
    day: Mapped[date] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    """0: the pages beyond the most seen ones (OTHER_PAGES)."""
    views: Mapped[int]
    entries: Mapped[int]
    """Visits whose first page this was."""
    exits: Mapped[int]
    """Visits whose last page this was."""
    bounces: Mapped[int]
    """Of the entries, visits that saw nothing else and did nothing."""
    entry_page_views: Mapped[int]
    """Page views of the visits that began here."""
    entry_seconds: Mapped[int] = mapped_column(BigInteger)
    """Duration of the visits that began here, "at least"."""
    entry_orders: Mapped[int]
    """Of the entries, visits in which an order was placed."""
