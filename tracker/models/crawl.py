"""Crawling: what is fetched and when, how each domain is treated, and what came of every fetch."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, BigKey, one_of


class CrawlSetting(Base):
    """How a workspace wants its pages to be watched. No row: the schedule is off."""

    __tablename__ = "crawl_setting"
    __table_args__ = (
        CheckConstraint("quiet_from BETWEEN 0 AND 1439", name="quiet_from_minute"),
        CheckConstraint("quiet_until BETWEEN 0 AND 1439", name="quiet_until_minute"),
    )

    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    is_on: Mapped[bool] = mapped_column(default=False)
    """Whether the schedule runs. What a person asks for ("fetch now") is fetched anyway."""
    quiet_from: Mapped[int | None]
    """Minute of the day in the workspace's zone from which nothing is fetched; NULL: no such time.
    """
    quiet_until: Mapped[int | None]
    """The minute at which fetching begins again; may be before `quiet_from` (over midnight)."""
    changed_at: Mapped[datetime]


class CrawlTarget(Base):
    """A page (or an answer of an interface) that is read again and again."""

    __tablename__ = "crawl_target"
    __table_args__ = (
        UniqueConstraint("workspace_id", "kind", "source", "url"),
        one_of("kind", "account", "post", "listing"),
        CheckConstraint("interval_s >= 900", name="interval_polite"),
        CheckConstraint("promotion_interval_s >= 900", name="promotion_interval_polite"),
        Index("ix_crawl_target_due", "host", "next_at"),
        Index("ix_crawl_target_next", "next_at"),
        Index("ix_crawl_target_account", "social_account_id"),
        Index("ix_crawl_target_post", "post_id"),
        Index("ix_crawl_target_listing", "listing_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    kind: Mapped[str]
    source: Mapped[str]
    """Name of the source that reads it (`spiders.sources`): page, bluesky, shopify …"""
    url: Mapped[str]
    """The public address as a person would open it, in its one safe spelling."""
    host: Mapped[str]
    """The host that is really asked (an interface's may differ from `url`'s): one batch at a time.
    """
    ref: Mapped[str] = mapped_column(default="")
    """The platform's own lasting id, once a reading gave it; empty: unknown."""
    social_account_id: Mapped[int] = mapped_column(default=0)
    post_id: Mapped[int] = mapped_column(default=0)
    listing_id: Mapped[int] = mapped_column(default=0)
    """What the numbers belong to: the one of the three that fits `kind`; the others are 0."""
    interval_s: Mapped[int] = mapped_column(default=86_400)
    """Seconds between two fetches. Posts follow their age instead (tracker.domain.crawl_times)."""
    promotion_interval_s: Mapped[int] = mapped_column(default=43_200)
    """The same during a promotion or a dated campaign of the workspace."""
    jitter_percent: Mapped[int] = mapped_column(default=10)
    """A fetch comes up to this share of the interval later, so that not all come at once."""
    is_active: Mapped[bool] = mapped_column(default=True)
    """False: paused by a person."""
    is_asked: Mapped[bool] = mapped_column(default=False)
    """A person asked for it now: quiet hours and the workspace's switch do not hold it back."""
    next_at: Mapped[datetime | None]
    """When it is due; NULL: never again (a post past its last date)."""
    last_at: Mapped[datetime | None]
    """The last fetch, good or bad."""
    last_ok_at: Mapped[datetime | None]
    """The last fetch that gave numbers, or said that nothing had changed."""
    last_status: Mapped[str] = mapped_column(default="")
    """Of `tracker.observed.FetchStatus`; empty: never fetched."""
    last_detail: Mapped[str] = mapped_column(default="")
    failures: Mapped[int] = mapped_column(default=0)
    """Bad fetches in a row."""
    missing_since: Mapped[datetime | None]
    """First of the answers in a row that said the page is not there; NULL: it was there."""
    validators: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """{"version": parser version, "urls": {url: [ETag, Last-Modified]}} of the last good fetch."""
    user_id: Mapped[int] = mapped_column(default=0)
    """Who added it; 0: the program (a post that an account's page showed)."""
    created_at: Mapped[datetime]


class CrawlDomain(Base):
    """A host that is asked: by one batch at a time, not before `next_allowed_at`.

    It belongs to no workspace: politeness is this installation's.
    """

    __tablename__ = "crawl_domain"

    id: Mapped[int] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(unique=True)
    next_allowed_at: Mapped[datetime | None]
    """Nothing is asked before; NULL: now."""
    failures: Mapped[int] = mapped_column(default=0)
    """Refusals (429, 403, challenges …) in a row: the step of the back-off."""
    last_status: Mapped[str] = mapped_column(default="")
    """The refusal that `next_allowed_at` comes from; empty: none."""
    last_detail: Mapped[str] = mapped_column(default="")
    robots_status: Mapped[str] = mapped_column(default="")
    """rules, allow_all (4xx), disallow_all (5xx, unreachable); empty: never asked."""
    robots_http: Mapped[int | None]
    """HTTP status of robots.txt; NULL: there was no answer."""
    robots_body: Mapped[str] = mapped_column(Text, default="")
    """At most 500 KiB; empty unless `robots_status` is rules."""
    robots_at: Mapped[datetime | None]
    """When robots.txt was fetched; after a day (an hour after a failure) it is asked again."""
    crawl_delay_ms: Mapped[int] = mapped_column(default=0)
    """What robots.txt asks for between two requests; 0: nothing."""
    fence: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    """While a batch of it is fetched; past it, another worker may take over."""


class CrawlRun(Base):
    """One batch of targets of one host."""

    __tablename__ = "crawl_run"
    __table_args__ = (
        one_of("outcome", "running", "done", "backed_off", "failed", "lost"),
        Index("ix_crawl_run_recent", "started_at"),
        Index("ix_crawl_run_host", "host", "started_at"),
    )

    id: Mapped[BigKey]
    host: Mapped[str]
    fence: Mapped[int]
    """The claim on the host under which it writes."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str]
    """running; done; backed_off (the host refused, the rest waits); failed (the crawling process
    died); lost (its worker died, or another one took over)."""
    n_targets: Mapped[int] = mapped_column(default=0)
    n_ok: Mapped[int] = mapped_column(default=0)
    """Fetches that gave numbers or said "unchanged"."""
    n_failed: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(default="")


class CrawlFetch(Base):
    """What came of fetching one target once. Append-only; old ones are dropped by upkeep."""

    __tablename__ = "crawl_fetch"
    __table_args__ = (
        UniqueConstraint("run_id", "target_id"),
        Index("ix_crawl_fetch_target", "target_id", "at"),
        Index("ix_crawl_fetch_old", "at"),
    )

    id: Mapped[BigKey]
    run_id: Mapped[int] = mapped_column(ForeignKey("crawl_run.id", ondelete="CASCADE"))
    target_id: Mapped[int] = mapped_column(ForeignKey("crawl_target.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    status: Mapped[str]
    """Of `tracker.observed.FetchStatus`."""
    http_status: Mapped[int | None]
    """Of the last answer; NULL: there was none."""
    url: Mapped[str]
    """The address that was reached last."""
    detail: Mapped[str] = mapped_column(default="")
    """Why, in few words: text of a machine, at most 300 characters."""
    n_requests: Mapped[int] = mapped_column(default=1)
    n_bytes: Mapped[int] = mapped_column(default=0)
    took_ms: Mapped[int] = mapped_column(default=0)
    read: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Evidence: field -> text as it was read, of the target's own item; {} when nothing was."""


class Quarantine(Base):
    """Readings of one run that are kept aside because they look like a broken reader.

    Held ones wait for the end of their run: if only few of its readings lost a field, they are
    released by themselves; else, and for the other reasons, a person decides.
    """

    __tablename__ = "quarantine"
    __table_args__ = (
        UniqueConstraint("run_id", "workspace_id", "source", "reason"),
        one_of(
            "reason",
            "field_lost",
            "count_fell",
            "count_jumped",
            "price_jumped",
            "currency_changed",
        ),
        one_of("state", "held", "waiting", "released", "accepted", "discarded"),
        Index("ix_quarantine_state", "workspace_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    run_id: Mapped[int] = mapped_column(ForeignKey("crawl_run.id", ondelete="CASCADE"))
    source: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    """held: undecided until its run ends; waiting: for a person; released: by the program."""
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    user_id: Mapped[int] = mapped_column(default=0)


class QuarantineItem(Base):
    """One reading that is kept aside."""

    __tablename__ = "quarantine_item"
    __table_args__ = (UniqueConstraint("quarantine_id", "subject_kind", "subject_id"),)

    id: Mapped[BigKey]
    quarantine_id: Mapped[int] = mapped_column(
        ForeignKey("quarantine.id", ondelete="CASCADE"), index=True
    )
    target_id: Mapped[int] = mapped_column(ForeignKey("crawl_target.id", ondelete="CASCADE"))
    subject_kind: Mapped[str]
    """account, post or listing"""
    subject_id: Mapped[int] = mapped_column(BigInteger)
    taken_at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(default="")
    """What looked wrong, for example "followers 12000 -> 12"."""
    item: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The reading itself (`tracker.observed`)."""
