"""Making the demo brand, or taking it away, in the background."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, one_of


class DemoRun(Base):
    """Somebody asked for the demo brand, or to have it away. It belongs to no workspace: the demo
    is one of its own, which is not there yet, or no more."""

    __tablename__ = "demo_run"
    __table_args__ = (
        one_of("action", "make", "remove"),
        one_of("status", "queued", "running", "done", "failed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str]
    status: Mapped[str]
    step: Mapped[str] = mapped_column(default="")
    """What is being done, in the words of a machine: "visits", "days" …"""
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    """Days made, of so many; 0: this step has no number."""
    error: Mapped[str] = mapped_column(default="")
    fence: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    """While running: the worker's lease; past it, another one begins again."""
    user_id: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
