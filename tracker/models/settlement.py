"""Commissions of influencers and the statements that pay them (SEMANTICS 5)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, BigKey, Money, one_of


class SettlementSetting(Base):
    """How a workspace settles; without a row the defaults hold."""

    __tablename__ = "settlement_setting"

    workspace_id: Mapped[int] = mapped_column(
        ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True
    )
    model: Mapped[str] = mapped_column(default="last_non_direct")
    """The model that commissions follow, whatever model a report shows."""
    holding_days: Mapped[int] = mapped_column(default=30)
    """Days from the order until its commission can be paid."""
    pays_imported: Mapped[bool] = mapped_column(default=False)
    """Commissions of affiliate files are paid by us. False: the platform has paid them."""


class CommissionRule(Base):
    """Terms beyond a plain rate: tiers, flat amounts, caps, new customers only.

    In minor units of the base currency.
    """

    __tablename__ = "commission_rule"
    __table_args__ = (
        UniqueConstraint("influencer_id", "deal_id", "starts_on"),
        Index("ix_commission_rule_workspace", "workspace_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    influencer_id: Mapped[int] = mapped_column(ForeignKey("influencer.id", ondelete="CASCADE"))
    deal_id: Mapped[int] = mapped_column(default=0)
    """The deal whose rate it takes the place of; 0: all orders that no deal covers."""
    is_flat: Mapped[bool] = mapped_column(default=False)
    tiers: Mapped[list[list[int]]] = mapped_column(JSON)
    """[from net revenue of the month, rate in millionths or amount an order], the first from 0."""
    new_only: Mapped[bool] = mapped_column(default=False)
    cap_order_minor: Mapped[int | None] = mapped_column(BigInteger)
    """NULL: no limit."""
    cap_month_minor: Mapped[int | None] = mapped_column(BigInteger)
    starts_on: Mapped[date]
    """First day whose orders earn under it (of a deal: the deal's own days count)."""
    ends_on: Mapped[date | None]
    """Last day; NULL: open."""
    created_at: Mapped[datetime]


class CommissionDecision(Base):
    """What somebody said about the commission of one order; taken back by deleting the row."""

    __tablename__ = "commission_decision"
    __table_args__ = (
        UniqueConstraint("shop_id", "order_ref", "influencer_id"),
        Index("ix_commission_decision_workspace", "workspace_id"),
        one_of("status", "approved", "hold", "duplicate", "fraud", "cancelled"),
    )

    id: Mapped[BigKey]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    shop_id: Mapped[int]
    order_ref: Mapped[str]
    influencer_id: Mapped[int]
    status: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    user_id: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[datetime]


class CommissionRow(Base):
    """A part of what an influencer earns by one order: its sale, or what a refund took back.

    A row without a statement is brought up to date whenever its order, credit or terms change; one
    in a statement is never edited, and what changed later becomes another row of the same part
    with the next `step`.
    """

    __tablename__ = "commission_row"
    __table_args__ = (
        UniqueConstraint("shop_id", "order_ref", "influencer_id", "source", "part", "step",
                         name="uq_commission_row_part"),
        Index("ix_commission_row_booked", "workspace_id", "booked_on"),
        Index("ix_commission_row_open", "workspace_id", "statement_id", "influencer_id", "status",
              "source", "amount_minor"),
        Index("ix_commission_row_status", "workspace_id", "status", "booked_on"),
        Index("ix_commission_row_statement", "statement_id", "policy_id"),
        Index("ix_commission_row_influencer", "workspace_id", "influencer_id", "ordered_on"),
        one_of("status", "pending", "approved", "paid", "hold", "refunded", "duplicate", "fraud",
               "cancelled"),
        one_of("source", "computed", "imported"),
    )  # fmt: skip

    id: Mapped[BigKey]
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    shop_id: Mapped[int]
    order_ref: Mapped[str]
    influencer_id: Mapped[int]
    source: Mapped[str]
    """computed: from credits and terms; imported: as an affiliate platform states it."""
    part: Mapped[str]
    """computed: number of the ledger entry, 0 is the sale; imported: the platform, and of what was
    given back its number as well."""
    step: Mapped[int] = mapped_column(SmallInteger)
    """0 is the first row of the part; above 0: corrections of what statements hold."""
    order_id: Mapped[int] = mapped_column(BigInteger, default=0)
    """0: the order is not there (an affiliate row came first)."""
    ordered_on: Mapped[date]
    booked_on: Mapped[date]
    campaign_id: Mapped[int] = mapped_column(default=0)
    deal_id: Mapped[int] = mapped_column(default=0)
    rule_id: Mapped[int] = mapped_column(default=0)
    policy_id: Mapped[int] = mapped_column(default=0)
    """The policy and model whose credits it follows; imported: 0 and empty."""
    model: Mapped[str] = mapped_column(default="")
    net_minor: Mapped[Money] = mapped_column(default=0)
    """Credited net revenue of this part."""
    order_net_minor: Mapped[Money] = mapped_column(default=0)
    """Of the sale: net revenue of the whole order, of which `net_minor` is the share."""
    amount_minor: Mapped[Money]
    """Base currency; negative: taken back."""
    status: Mapped[str]
    statement_id: Mapped[int] = mapped_column(default=0)
    """0: none holds it."""


class Statement(Base):
    """A settlement of one influencer or one agency: approved rows, frozen."""

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        one_of("status", "draft", "approved", "paid", "undone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id", ondelete="CASCADE"))
    number: Mapped[int]
    """1, 2, … within the workspace; the number of one that was taken back is not given again."""
    influencer_id: Mapped[int] = mapped_column(default=0)
    """0: of an agency."""
    agency: Mapped[str] = mapped_column(default="")
    payee: Mapped[str]
    """Name of the influencer or agency when it was made."""
    starts_on: Mapped[date | None]
    """First booking day; NULL: everything that was open."""
    ends_on: Mapped[date]
    status: Mapped[str]
    currency: Mapped[str]
    total_minor: Mapped[Money]
    """Sum of its rows."""
    n_rows: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    history: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Who did what when: [{"action", "user_id", "at"}], oldest first."""
    paid_on: Mapped[date | None]
    reference: Mapped[str] = mapped_column(default="")
    """Of the payment."""
    created_at: Mapped[datetime]
