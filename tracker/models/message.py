"""Messages to people outside of the site: where they may go, and the box that they wait in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, BigKey, one_of


class MailServer(Base):
    """The server that a workspace's mail is handed to. Its password is sealed, never shown."""

    __tablename__ = "mail_server"
    __table_args__ = (one_of("security", "tls", "starttls"),)

    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    host: Mapped[str]
    """ASCII, lower case; its address is judged at every connection."""
    port: Mapped[int]
    security: Mapped[str]
    """tls: from the first byte (465); starttls: from the first commands on (587)."""
    sender: Mapped[str]
    """Mail address that messages come from."""
    user_name: Mapped[str] = mapped_column(default="")
    """Empty: nobody signs in."""
    sealed: Mapped[str] = mapped_column(Text, default="")
    """The password, encrypted with a key of this installation; empty: none."""
    user_id: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]


class Destination(Base):
    """Where messages may go: mail addresses, or a robot of a chat. What opens it is sealed."""

    __tablename__ = "destination"
    __table_args__ = (
        UniqueConstraint("workspace_id", "name"),
        one_of("service", "mail", "wecom", "dingtalk", "feishu", "slack"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    name: Mapped[str]
    service: Mapped[str]
    sealed: Mapped[str] = mapped_column(Text)
    """`tracker.domain.destinations.Address.values` as JSON, encrypted."""
    hint: Mapped[str]
    """What may be shown of it."""
    locale: Mapped[str]
    """Language of its readers: zh_CN or en."""
    user_id: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    """When a message last arrived; NULL: none did."""
    failures: Mapped[int] = mapped_column(default=0)
    """Attempts in a row that failed."""


class Message(Base):
    """One message to one destination: it waits, is tried again for hours, and stays as history."""

    __tablename__ = "message"
    __table_args__ = (
        one_of("kind", "alert", "test", "report"),
        one_of("state", "waiting", "sent", "failed"),
        Index("ix_message_due", "state", "next_at"),
        Index("ix_message_recent", "workspace_id", "created_at"),
        Index("ix_message_rule", "rule_id", "created_at"),
    )

    id: Mapped[BigKey]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    destination_id: Mapped[int]
    """It may be gone meanwhile: the message then fails, and stays as history."""
    destination_name: Mapped[str]
    kind: Mapped[str]
    rule_id: Mapped[int] = mapped_column(default=0)
    """Of an alert; else 0."""
    run_id: Mapped[int] = mapped_column(default=0)
    """Of a report that was made by itself (`ReportRun`); else 0."""
    title: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    files: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Paths under the folder of made reports."""
    state: Mapped[str] = mapped_column(default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    """Not tried before."""
    leased_until: Mapped[datetime | None]
    """Somebody is sending it until then; past it, it is tried again."""
    fence: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    """Code of the last failure; empty: none."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was sent, or given up."""


class ReportSchedule(Base):
    """A report, a table or a share that is made by itself, for destinations or into a folder."""

    __tablename__ = "report_schedule"
    __table_args__ = (
        one_of("content", "report", "table", "share"),
        one_of("every", "day", "week", "month"),
        CheckConstraint("minute BETWEEN 0 AND 1439", name="minute_of_day"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"),
        CheckConstraint("month_day BETWEEN 1 AND 28", name="month_day_everywhere"),
        Index("ix_report_schedule_due", "is_active", "next_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    title: Mapped[str]
    content: Mapped[str]
    """report: the whole report; table: one table under a state; share: what an agency may see."""
    table_name: Mapped[str] = mapped_column(default="")
    """Of a table: its name in `tracker.reports.tables.TABLES`."""
    args: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """Of a table or report: filters as in a page's address; the period is the schedule's unless
    they name one."""
    share_id: Mapped[int] = mapped_column(default=0)
    """Of a share: which one; it limits what is made each time."""
    every: Mapped[str]
    weekday: Mapped[int] = mapped_column(default=0)
    """0: Monday. Of weeks only."""
    month_day: Mapped[int] = mapped_column(default=1)
    minute: Mapped[int] = mapped_column(default=540)
    """Of the day, on the clocks of the workspace's zone."""
    formats: Mapped[list[str]] = mapped_column(JSON)
    """Some of csv, xlsx, pdf."""
    locale: Mapped[str]
    """Language of files in the folder; each destination gets its own."""
    destination_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    to_folder: Mapped[bool] = mapped_column(default=False)
    """Whether the files stay in the folder of exports."""
    is_active: Mapped[bool] = mapped_column(default=True)
    next_at: Mapped[datetime]
    """The slot that is due next."""
    user_id: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class ReportRun(Base):
    """One slot of a schedule: run once, whoever and however many look."""

    __tablename__ = "report_run"
    __table_args__ = (
        UniqueConstraint("schedule_id", "slot_at"),
        one_of("state", "waiting", "done", "failed"),
        Index("ix_report_run_state", "state", "leased_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("report_schedule.id", ondelete="CASCADE"))
    slot_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")
    """Why it failed, as a code; empty: it did not."""
    files: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Paths under the folder of made reports; dropped after a while unless kept in the folder."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
