"""Computing another policy beside the current one, and which policy counted when."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, one_of


class PolicyRun(Base):
    """The credits of a policy that is not the current one, computed for some order days.

    preview: a recent period, to be looked at. apply: all days; then the workspace's pointer moves,
    so that reports never show a policy half computed.
    """

    __tablename__ = "policy_run"
    __table_args__ = (
        one_of("purpose", "preview", "apply"),
        one_of("status", "queued", "running", "done", "failed", "cancelled"),
        Index("ix_policy_run_recent", "workspace_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id", ondelete="CASCADE"))
    base_policy_id: Mapped[int]
    """The policy that counted when it was asked for: the "before" of the comparison."""
    purpose: Mapped[str]
    status: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    """Order days, both included."""
    days_done: Mapped[int] = mapped_column(default=0)
    days_total: Mapped[int | None]
    """Partitions (shop and order day) to compute; NULL: not counted yet."""
    error: Mapped[str] = mapped_column(default="")
    fence: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    """While running: the worker's lease; past it, the tick queues it again."""
    user_id: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class PolicyUse(Base):
    """From this instant on the workspace's reports showed this policy. Append-only."""

    __tablename__ = "policy_use"
    __table_args__ = (Index("ix_policy_use_recent", "workspace_id", "applied_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(default=0)
    """0: made with the workspace, or by the command line."""
    applied_at: Mapped[datetime]
