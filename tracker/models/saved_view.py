"""Reports under a name, and which one somebody's day begins with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base


class SavedView(Base):
    """The address of a report under a name: opening it is following a link.

    Period, filters, sorting and columns are in the address, so the report itself is not copied.
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("workspace_id", "user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    """Whose it is: only they change it."""
    name: Mapped[str]
    address: Mapped[str]
    """Path and query of a report of this site, without the path that the site is mounted at."""
    is_shared: Mapped[bool] = mapped_column(default=False)
    """Whether everybody who sees reports of the workspace sees it too."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class StartPage(Base):
    """The view that a user's day in a workspace begins with. No row: the overview."""

    __tablename__ = "start_page"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    view_id: Mapped[int] = mapped_column(
        ForeignKey("saved_view.id", ondelete="CASCADE"), index=True
    )
