"""what pages need not look for again: codes by day, versions of facts

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COUPON = 2
"""The bit of a code in `credit.evidence`, as it is at this revision."""

CLICKED = 1 | 8 | 16 | 32
"""The bits of a link, a paid click, a tag and a referrer."""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "coupon_day",
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in (
                "policy_id",
                "shop_id",
                "ordered_on",
                "coupon_id",
                "influencer_id",
                "orders",
                "clickless",
            )
        ),
        sa.PrimaryKeyConstraint(
            "policy_id",
            "shop_id",
            "ordered_on",
            "coupon_id",
            "influencer_id",
            name=op.f("pk_coupon_day"),
        ),
    )
    op.create_table(
        "fact_version",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "scope IN ('traffic', 'cost', 'credit', 'promotion')",
            name=op.f("ck_fact_version_scope_known"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "scope", name=op.f("pk_fact_version")),
    )
    op.execute(_coupon_days())


def _coupon_days() -> sa.TextClause:
    """Facts of the credits that are there already, so that nothing need be computed again."""
    return sa.text(
        f"""
        INSERT INTO coupon_day (policy_id, shop_id, ordered_on, coupon_id, influencer_id,
                                orders, clickless)
        SELECT credit.policy_id, credit.shop_id, credit.ordered_on, coupon.id,
               credit.influencer_id, count(*),
               sum(CASE WHEN credit.evidence & {CLICKED} = 0 THEN 1 ELSE 0 END)
        FROM credit
        JOIN order_coupon ON order_coupon.order_id = credit.order_id
        JOIN coupon ON coupon.shop_id = credit.shop_id AND coupon.code = order_coupon.code
        WHERE credit.entry = 0 AND credit.evidence & {COUPON} <> 0 AND credit.influencer_id > 0
        GROUP BY credit.policy_id, credit.shop_id, credit.ordered_on, coupon.id,
                 credit.influencer_id
        """
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("fact_version")
    op.drop_table("coupon_day")
