"""What addresses said, by day: bounded, so that looking for odd spellings never reads visits."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base


class TagDay(Base):
    """Visits of a day by what their address said in utm_source, utm_medium, utm_campaign and
    utm_content (as it came, before any alias). The commonest of a day have rows of their own, all
    others one together. Visits whose address said nothing have none. Derived."""

    __tablename__ = "tag_day"

    shop_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    mark_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    """The oldest of the day's marks that said so; 0: all that were too rare for a row."""
    visits: Mapped[int]
    n_values: Mapped[int]
    """How many different tags it stands for: 1, or for mark 0 those without a row."""
