"""Marks: each distinct set of raw marks once, with how it is read under the current rules."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base


class Mark(Base):
    """One distinct tuple of raw marks. Raw columns never change; the derived ones are rewritten
    when `rules_version` is older than the workspace's (then the days that used it get dirty)."""

    __tablename__ = "mark"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        Index("ix_mark_rules", "workspace_id", "rules_version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    key: Mapped[str]
    """`tracker.domain.marks.RawMark.key()`: hash of the raw columns."""

    utm_source: Mapped[str] = mapped_column(default="")
    """Raw values as `read_mark` gives them; empty: absent."""
    utm_medium: Mapped[str] = mapped_column(default="")
    utm_campaign: Mapped[str] = mapped_column(default="")
    utm_content: Mapped[str] = mapped_column(default="")
    utm_term: Mapped[str] = mapped_column(default="")
    utm_id: Mapped[str] = mapped_column(default="")
    kol: Mapped[str] = mapped_column(default="")
    ref: Mapped[str] = mapped_column(default="")
    referrer_host: Mapped[str] = mapped_column(default="")
    click_id: Mapped[str] = mapped_column(default="")
    """Name of the click id's parameter, not its value."""
    app: Mapped[str] = mapped_column(default="")
    link_id: Mapped[int] = mapped_column(default=0)
    """The tracked link that carried the visitor, 0: none."""

    source: Mapped[str | None]
    """Derived; NULL: direct or absent."""
    medium: Mapped[str | None]
    campaign: Mapped[str | None]
    content: Mapped[str | None]
    term: Mapped[str | None]
    channel_code: Mapped[int]
    """`Channel.code`."""
    kind_code: Mapped[int]
    """`Kind.code`; 0: internal, which is no touchpoint."""
    campaign_id: Mapped[int] = mapped_column(default=0)
    """0: none."""
    influencer_id: Mapped[int] = mapped_column(default=0)
    """0: none."""
    paid_evidence: Mapped[str | None]
    """Name of the parameter that proves an ad, NULL: none."""
    is_also_paid: Mapped[bool] = mapped_column(default=False)
    """A KOL mark that carries paid evidence too (a boosted post)."""
    is_tagged: Mapped[bool] = mapped_column(default=False)
    """Whether it starts a new visit: a tagged campaign, link, kol parameter or ad click id."""
    precedence_class: Mapped[str] = mapped_column(default="direct")
    """Which entry of the policy's precedence list it belongs to: kol, paid_click, tag, referrer,
    direct (SEMANTICS 3.3)."""
    rules_version: Mapped[int]
