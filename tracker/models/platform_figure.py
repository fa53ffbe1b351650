"""What platforms report of themselves: shown beside our figures, never added to them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, BigKey, one_of


class PlatformFigure(Base):
    """Figures of one subject over a day or a range, on one basis. A later file replaces the row.

    A range stays a range: it is never booked on one of its days.
    """

    __tablename__ = "platform_figure"
    __table_args__ = (
        UniqueConstraint(
            "workspace_id", "shop_id", "platform", "report", "account", "subject", "subject_ref",
            "layer", "starts_on", "ends_on", "scope", "basis", "kind",
            name="uq_platform_figure_fact",
        ),
        Index("ix_platform_figure_period", "workspace_id", "ends_on", "starts_on"),
        CheckConstraint("ends_on >= starts_on", name="period_in_order"),
        one_of("subject", "account", "campaign", "item", "influencer", "post", "live", "source",
               "term", "page", "segment"),
        one_of("scope", "total", "direct", "indirect", "net", "ordered", "settled", "focus"),
        one_of("kind", "", "natural", "paid", "kol"),
    )  # fmt: skip

    id: Mapped[BigKey]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    shop_id: Mapped[int] = mapped_column(default=0)
    """0: not of one shop."""
    platform: Mapped[str]
    report: Mapped[str]
    """Name of the preset that read it."""
    account: Mapped[str] = mapped_column(default="")
    subject: Mapped[str]
    """What it is about; of `tracker.domain.platform_bases.SUBJECTS`."""
    subject_ref: Mapped[str] = mapped_column(default="")
    """The platform's id, else its name; empty: the whole account."""
    subject_name: Mapped[str] = mapped_column(default="")
    """As shown; empty: `subject_ref`."""
    layer: Mapped[str] = mapped_column(default="")
    """Level of the report, of figures that came with spend (`tracker.domain.spend_layers`)."""
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    """The last day, included."""
    scope: Mapped[str]
    """Which orders are counted; of `platform_bases.SCOPES`."""
    basis: Mapped[str] = mapped_column(default="")
    """How the platform claims them (`platform_bases.basis_of`); empty: the file does not say."""
    kind: Mapped[str] = mapped_column(default="")
    """natural, paid or kol as the platform splits it; empty: it does not."""
    is_detail: Mapped[bool] = mapped_column(default=False)
    """Another level of report counts for this day: kept, and left out of sums."""
    channel_code: Mapped[int] = mapped_column(default=0)
    """Of advertising: `Channel.code`; 0: not about advertising."""
    influencer: Mapped[str] = mapped_column(default="")
    """Who is named: handle on `handle_platform`, else a name. Looked up when a report is read, so
    that an influencer who is made later has these figures too."""
    influencer_name: Mapped[str] = mapped_column(default="")
    handle_platform: Mapped[str] = mapped_column(default="")
    currency: Mapped[str]
    fx_e8: Mapped[int] = mapped_column(BigInteger)
    """Rate to the base currency on `ends_on`, in 1e-8."""
    gmv_minor: Mapped[int | None] = mapped_column(BigInteger)
    refund_minor: Mapped[int | None] = mapped_column(BigInteger)
    spend_minor: Mapped[int | None] = mapped_column(BigInteger)
    """What the platform says was spent for it; not counted as a cost."""
    orders: Mapped[int | None] = mapped_column(BigInteger)
    buyers: Mapped[int | None] = mapped_column(BigInteger)
    visitors: Mapped[int | None] = mapped_column(BigInteger)
    """People of the period. Of several days the sum counts who came on two days twice."""
    visits: Mapped[int | None] = mapped_column(BigInteger)
    views: Mapped[int | None] = mapped_column(BigInteger)
    clicks: Mapped[int | None] = mapped_column(BigInteger)
    impressions: Mapped[int | None] = mapped_column(BigInteger)
    engagements: Mapped[int | None] = mapped_column(BigInteger)
    batch_id: Mapped[int] = mapped_column(default=0)


METRICS = (
    "gmv_minor", "refund_minor", "spend_minor", "orders", "buyers", "visitors", "visits", "views",
    "clicks", "impressions", "engagements",
)  # fmt: skip
"""Columns of figures; NULL: the file does not say."""
