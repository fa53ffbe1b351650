"""A workspace: one seller (brand) with all that belongs to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base


class Workspace(Base):
    """One seller. Everything else belongs to a workspace, directly or through a shop."""

    __tablename__ = "workspace"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    base_currency: Mapped[str]
    """ISO 4217 code; all facts are in it."""
    time_zone: Mapped[str]
    """IANA name; the days of costs are cut in it, the days of a shop in the shop's own."""
    locale: Mapped[str] = mapped_column(default="zh_CN")
    policy_id: Mapped[int] = mapped_column(default=0)
    """The policy whose credits the reports show; 0 only until the first one is made."""
    rules_version: Mapped[int] = mapped_column(default=1)
    """Raised by an edit of an alias, a rule, a link or an influencer's names: marks that carry an
    older one are read again."""
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
