"""affiliate rows are found by their order

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_affiliate_row_order", "affiliate_row", ["shop_id", "order_ref"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_affiliate_row_order", table_name="affiliate_row")
