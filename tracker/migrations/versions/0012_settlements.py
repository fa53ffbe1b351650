"""commission rows and the statements that pay them

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _workspace_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id"],
        ["workspace.id"],
        name=op.f(f"fk_{table}_workspace_id"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "settlement_setting",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("holding_days", sa.Integer(), nullable=False),
        sa.Column("pays_imported", sa.Boolean(), nullable=False),
        _workspace_key("settlement_setting"),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_settlement_setting")),
    )
    op.create_table(
        "commission_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("influencer_id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("is_flat", sa.Boolean(), nullable=False),
        sa.Column("tiers", sa.JSON(), nullable=False),
        sa.Column("new_only", sa.Boolean(), nullable=False),
        sa.Column("cap_order_minor", sa.BigInteger(), nullable=True),
        sa.Column("cap_month_minor", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.Integer(), nullable=False),
        sa.Column("ends_on", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _workspace_key("commission_rule"),
        sa.ForeignKeyConstraint(
            ["influencer_id"],
            ["influencer.id"],
            name=op.f("fk_commission_rule_influencer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commission_rule")),
        sa.UniqueConstraint(
            "influencer_id",
            "deal_id",
            "starts_on",
            name=op.f("uq_commission_rule_influencer_id_deal_id_starts_on"),
        ),
    )
    op.create_index("ix_commission_rule_workspace", "commission_rule", ["workspace_id"])
    op.create_table(
        "commission_decision",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("order_ref", sa.String(), nullable=False),
        sa.Column("influencer_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "status IN ('approved', 'hold', 'duplicate', 'fraud', 'cancelled')",
            name=op.f("ck_commission_decision_status_known"),
        ),
        _workspace_key("commission_decision"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commission_decision")),
        sa.UniqueConstraint(
            "shop_id",
            "order_ref",
            "influencer_id",
            name=op.f("uq_commission_decision_shop_id_order_ref_influencer_id"),
        ),
    )
    op.create_index("ix_commission_decision_workspace", "commission_decision", ["workspace_id"])
    _create_rows()
    op.create_table(
        "statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("influencer_id", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("payee", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Integer(), nullable=True),
        sa.Column("ends_on", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("n_rows", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("history", sa.JSON(), nullable=False),
        sa.Column("paid_on", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'approved', 'paid', 'undone')",
            name=op.f("ck_statement_status_known"),
        ),
        _workspace_key("statement"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint(
            "workspace_id", "number", name=op.f("uq_statement_workspace_id_number")
        ),
    )


def _create_rows() -> None:
    op.create_table(
        "commission_row",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("order_ref", sa.String(), nullable=False),
        sa.Column("influencer_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("ordered_on", sa.Integer(), nullable=False),
        sa.Column("booked_on", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("order_net_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'approved', 'paid', 'hold', 'refunded', 'duplicate', 'fraud', "
            "'cancelled')",
            name=op.f("ck_commission_row_status_known"),
        ),
        sa.CheckConstraint(
            "source IN ('computed', 'imported')", name=op.f("ck_commission_row_source_known")
        ),
        _workspace_key("commission_row"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commission_row")),
        sa.UniqueConstraint(
            "shop_id", "order_ref", "influencer_id", "source", "part", "step",
            name="uq_commission_row_part",
        ),
    )  # fmt: skip
    for name, columns in (
        ("booked", ["workspace_id", "booked_on"]),
        (
            "open",
            ["workspace_id", "statement_id", "influencer_id", "status", "source", "amount_minor"],
        ),
        ("status", ["workspace_id", "status", "booked_on"]),
        ("statement", ["statement_id", "policy_id"]),
        ("influencer", ["workspace_id", "influencer_id", "ordered_on"]),
    ):
        op.create_index(f"ix_commission_row_{name}", "commission_row", columns)


def downgrade() -> None:
    """Take back."""
    for table in (
        "statement",
        "commission_row",
        "commission_decision",
        "commission_rule",
        "settlement_setting",
    ):
        op.drop_table(table)
