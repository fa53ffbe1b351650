"""what was sold and walked, day by day

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

FUNNEL = ("product_visits", "cart_visits", "order_visits")
TRAFFIC = ("traffic_day", "traffic_day_channel")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("title_key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("titled_on", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_product_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint(
            "shop_id", "sku", "title_key", name=op.f("uq_product_shop_id_sku_title_key")
        ),
    )
    _create_product_day()
    op.create_table(
        "page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_page_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        sa.UniqueConstraint("shop_id", "path", name=op.f("uq_page_shop_id_path")),
    )
    _create_page_day()
    for table in TRAFFIC:
        for name in FUNNEL:
            op.add_column(table, sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("visit", sa.Column("step", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column(
        "shop", sa.Column("product_prefixes", sa.String(), nullable=False, server_default="")
    )
    op.add_column("order_line", sa.Column("refunded_minor", sa.BigInteger(), nullable=True))
    _derive_anew()


def _create_product_day() -> None:
    keys = (
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("ordered_on", sa.Integer(), nullable=False),
        sa.Column("booked_on", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("channel_code", sa.SmallInteger(), nullable=False),
        sa.Column("kind_code", sa.SmallInteger(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("influencer_id", sa.Integer(), nullable=False),
    )
    sums = ("pieces_micro", "orders_micro", "net_revenue_minor", "refund_minor")
    op.create_table(
        "product_day",
        *keys,
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in sums),
        sa.PrimaryKeyConstraint(*(key.name for key in keys), name=op.f("pk_product_day")),
    )
    op.create_index("ix_product_day_booked", "product_day", ["policy_id", "booked_on"])
    op.create_index(
        "ix_product_day_product", "product_day", ["policy_id", "product_id", "booked_on"]
    )
    op.create_index(
        "ix_product_day_influencer", "product_day", ["policy_id", "influencer_id", "booked_on"]
    )


def _create_page_day() -> None:
    keys = (
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("slice_code", sa.SmallInteger(), nullable=False),
        sa.Column("slice_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
    )
    counts = ("views", "entries", "exits", "bounces", "entry_page_views")
    op.create_table(
        "page_day",
        *keys,
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.Column("entry_seconds", sa.BigInteger(), nullable=False),
        sa.Column("entry_orders", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*(key.name for key in keys), name=op.f("pk_page_day")),
    )
    op.create_index("ix_page_day_day", "page_day", ["shop_id", "day"])


def _derive_anew() -> None:
    """Let the jobs make the new facts of what is there: visits, traffic of days, credits."""
    now = str(time.time_ns() // 1_000)
    op.execute(
        f"UPDATE visitor SET pending_since = {now}"
        " WHERE pending_since IS NULL AND id IN (SELECT visitor_id FROM visit)"
    )
    _mark("traffic", "traffic_day", "day", now)
    _mark("credit", "credit_day", "ordered_on", now)


def _mark(scope: str, facts: str, day: str, now: str) -> None:
    op.execute(
        "INSERT INTO dirty_day"
        " (scope, workspace_id, shop_id, day, version, fence, leased_until, marked_at)"
        f" SELECT DISTINCT '{scope}', shop.workspace_id, f.shop_id, f.{day}, 1, {now},"
        f" CAST(NULL AS BIGINT), {now}"
        f" FROM {facts} f JOIN shop ON shop.id = f.shop_id"
        " WHERE NOT EXISTS (SELECT 1 FROM dirty_day d WHERE d.scope ="
        f" '{scope}' AND d.workspace_id = shop.workspace_id AND d.shop_id = f.shop_id"
        f" AND d.day = f.{day})"
    )


def downgrade() -> None:
    """Take back."""
    op.drop_column("order_line", "refunded_minor")
    op.drop_column("shop", "product_prefixes")
    op.drop_column("visit", "step")
    for table in TRAFFIC:
        for name in FUNNEL:
            op.drop_column(table, name)
    for table in ("page_day", "page", "product_day", "product"):
        op.drop_table(table)
