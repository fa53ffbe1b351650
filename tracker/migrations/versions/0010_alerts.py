"""what deserves a word: rules, and the state of each thing under each rule

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "alert_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("threshold_ppm", sa.Integer(), nullable=False),
        sa.Column("step_ppm", sa.Integer(), nullable=False),
        sa.Column("rearm_s", sa.Integer(), nullable=True),
        sa.Column("muted_until", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('price_below_ours', 'promotion_started', 'out_of_stock', 'follower_jump', "
            "'post_deleted')",
            name=op.f("ck_alert_rule_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_alert_rule_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_rule")),
        sa.UniqueConstraint("workspace_id", "kind", name=op.f("uq_alert_rule_workspace_id_kind")),
    )
    op.create_table(
        "alert_state",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("told_value", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state IN ('unknown', 'ok', 'triggered')", name=op.f("ck_alert_state_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["alert_rule.id"],
            name=op.f("fk_alert_state_rule_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_state")),
        sa.UniqueConstraint(
            "rule_id", "subject_id", name=op.f("uq_alert_state_rule_id_subject_id")
        ),
    )
    op.create_index("ix_alert_state_told", "alert_state", ["rule_id", "told_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("alert_state")
    op.drop_table("alert_rule")
