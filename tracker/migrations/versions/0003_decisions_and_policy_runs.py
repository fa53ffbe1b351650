"""what people decide about orders and buyers; policies computed beside the current one

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    _decisions()
    _policies()


def _decisions() -> None:
    op.create_table(
        "order_decision",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("order_ref", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("keeps_rule", sa.Boolean(), nullable=False),
        sa.Column("influencer_id", sa.Integer(), nullable=False),
        sa.Column("visitor_id", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "question IN ('owner', 'visitor', 'self_purchase')",
            name=op.f("ck_order_decision_question_known"),
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_order_decision_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_decision")),
        sa.UniqueConstraint(
            "shop_id",
            "order_ref",
            "question",
            name=op.f("uq_order_decision_shop_id_order_ref_question"),
        ),
    )
    op.create_table(
        "customer_lock",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", BIG_KEY, nullable=False),
        sa.Column("influencer_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_customer_lock_valid_period")),
        *(
            sa.ForeignKeyConstraint(
                [f"{table}_id"],
                [f"{table}.id"],
                name=op.f(f"fk_customer_lock_{table}_id"),
                ondelete="CASCADE",
            )
            for table in ("customer", "influencer", "workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_lock")),
        sa.UniqueConstraint(
            "customer_id", "valid_from", name=op.f("uq_customer_lock_customer_id_valid_from")
        ),
    )
    op.create_index("ix_customer_lock_influencer", "customer_lock", ["influencer_id"])
    op.create_table(
        "agency_buyer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("customer_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_agency_buyer_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_buyer")),
        sa.UniqueConstraint(
            "workspace_id",
            "agency",
            "customer_key",
            name=op.f("uq_agency_buyer_workspace_id_agency_customer_key"),
        ),
    )


def _policies() -> None:
    op.create_table(
        "policy_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("base_policy_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("first_day", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=False),
        sa.Column("days_done", sa.Integer(), nullable=False),
        sa.Column("days_total", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('preview', 'apply')", name=op.f("ck_policy_run_purpose_known")
        ),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'done', 'failed', 'cancelled')",
            name=op.f("ck_policy_run_status_known"),
        ),
        *_of_workspace_and_policy("policy_run"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_run")),
    )
    op.create_index("ix_policy_run_recent", "policy_run", ["workspace_id", "created_at"])
    op.create_table(
        "policy_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("applied_at", sa.BigInteger(), nullable=False),
        *_of_workspace_and_policy("policy_use"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_use")),
    )
    op.create_index("ix_policy_use_recent", "policy_use", ["workspace_id", "applied_at"])
    op.execute(
        "INSERT INTO policy_use (workspace_id, policy_id, user_id, applied_at) "
        "SELECT workspace.id, policy.id, 0, policy.created_at "
        "FROM workspace JOIN policy ON policy.id = workspace.policy_id"
    )


def _of_workspace_and_policy(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [f"{other}_id"],
            [f"{other}.id"],
            name=op.f(f"fk_{table}_{other}_id"),
            ondelete="CASCADE",
        )
        for other in ("policy", "workspace")
    ]


def downgrade() -> None:
    """Take back."""
    for table in ("policy_use", "policy_run", "agency_buyer", "customer_lock", "order_decision"):
        op.drop_table(table)
