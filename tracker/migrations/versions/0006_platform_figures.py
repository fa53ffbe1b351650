"""what platforms report of themselves

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SPEND_KEY = ["workspace_id", "platform", "account", "campaign_ref", "spent_on"]
OLD_SPEND_KEY = "uq_spend_" + "_".join(SPEND_KEY)
FIGURE_KEY = [
    "workspace_id", "shop_id", "platform", "report", "account", "subject", "subject_ref", "layer",
    "starts_on", "ends_on", "scope", "basis", "kind",
]  # fmt: skip
METRICS = [
    "gmv_minor", "refund_minor", "spend_minor", "orders", "buyers", "visitors", "visits", "views",
    "clicks", "impressions", "engagements",
]  # fmt: skip
SUBJECTS = (
    "'account', 'campaign', 'item', 'influencer', 'post', 'live', 'source', 'term', 'page', "
    "'segment'"
)
SCOPES = "'total', 'direct', 'indirect', 'net', 'ordered', 'settled', 'focus'"


def upgrade() -> None:
    """Apply."""
    _figures()
    with op.batch_alter_table("spend", schema=None) as batch_op:
        batch_op.add_column(sa.Column("layer", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("is_detail", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.drop_constraint(op.f(OLD_SPEND_KEY), type_="unique")
        batch_op.create_unique_constraint("uq_spend_fact", [*SPEND_KEY, "layer"])
    with op.batch_alter_table("affiliate_row", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("status", sa.String(), nullable=False, server_default="expected")
        )
        batch_op.create_check_constraint(
            op.f("ck_affiliate_row_status_known"), "status IN ('expected', 'settled', 'void')"
        )
    # These have children: SQLite can add and drop their columns, and must not make them anew.
    no = sa.false()
    op.add_column(
        "influencer", sa.Column("is_discovered", sa.Boolean(), nullable=False, server_default=no)
    )
    op.add_column(
        "import_batch", sa.Column("is_spread", sa.Boolean(), nullable=False, server_default=no)
    )
    op.add_column(
        "import_batch", sa.Column("notices", sa.JSON(), nullable=False, server_default="[]")
    )


def _figures() -> None:
    op.create_table(
        "platform_figure",
        sa.Column("id", _big(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("platform", "report", "account", "subject", "subject_ref",
                         "subject_name", "layer")
        ),
        sa.Column("starts_on", sa.Integer(), nullable=False),
        sa.Column("ends_on", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("scope", "basis", "kind")),
        sa.Column("is_detail", sa.Boolean(), nullable=False),
        sa.Column("channel_code", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("influencer", "influencer_name", "handle_platform", "currency")
        ),
        sa.Column("fx_e8", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in METRICS),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            f"subject IN ({SUBJECTS})", name=op.f("ck_platform_figure_subject_known")
        ),
        sa.CheckConstraint(f"scope IN ({SCOPES})", name=op.f("ck_platform_figure_scope_known")),
        sa.CheckConstraint(
            "kind IN ('', 'natural', 'paid', 'kol')", name=op.f("ck_platform_figure_kind_known")
        ),
        sa.CheckConstraint(
            "ends_on >= starts_on", name=op.f("ck_platform_figure_period_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_platform_figure_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_figure")),
        sa.UniqueConstraint(*FIGURE_KEY, name="uq_platform_figure_fact"),
    )  # fmt: skip
    op.create_index(
        "ix_platform_figure_period", "platform_figure", ["workspace_id", "ends_on", "starts_on"]
    )
    op.create_table(
        "affiliate_refund",
        sa.Column("id", _big(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("order_ref", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("commission_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("fx_e8", sa.BigInteger(), nullable=False),
        sa.Column("booked_on", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_affiliate_refund_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_affiliate_refund")),
        sa.UniqueConstraint(
            "shop_id", "platform", "order_ref", "ref",
            name=op.f("uq_affiliate_refund_shop_id_platform_order_ref_ref"),
        ),
    )  # fmt: skip


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def downgrade() -> None:
    """Take back. Of a day that several levels of report tell of, what counted is kept."""
    op.execute("DELETE FROM spend WHERE is_detail")
    op.execute("DELETE FROM affiliate_row WHERE status = 'void'")
    with op.batch_alter_table("spend", schema=None) as batch_op:
        batch_op.drop_constraint("uq_spend_fact", type_="unique")
        batch_op.create_unique_constraint(op.f(OLD_SPEND_KEY), SPEND_KEY)
        batch_op.drop_column("layer")
        batch_op.drop_column("is_detail")
    with op.batch_alter_table("affiliate_row", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_affiliate_row_status_known"), type_="check")
        batch_op.drop_column("status")
    op.drop_column("influencer", "is_discovered")
    op.drop_column("import_batch", "is_spread")
    op.drop_column("import_batch", "notices")
    op.drop_table("affiliate_refund")
    op.drop_table("platform_figure")
