"""what a campaign should reach, allowed address values, and tests of links

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXTS = ("target_url", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")

TARGETS: dict[str, type[sa.types.TypeEngine[int]]] = {
    "target_net_minor": sa.BigInteger,
    "target_orders": sa.Integer,
    "target_roi_ppm": sa.BigInteger,
}


def upgrade() -> None:
    """Apply."""
    for name, kind in TARGETS.items():
        op.add_column("campaign", sa.Column(name, kind(), nullable=True))
    op.add_column("promotion", sa.Column("budget_minor", sa.BigInteger(), nullable=True))
    _names()
    _addresses()
    _promotions()
    _tests()
    _tags()


def _of_workspace(table: str) -> sa.ForeignKeyConstraint:
    return _belongs(table, "workspace_id", "workspace")


def _belongs(table: str, column: str, owner: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete="CASCADE")


def _names() -> None:
    op.create_table(
        "campaign_former_name",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("renamed_at", sa.BigInteger(), nullable=False),
        _of_workspace("campaign_former_name"),
        _belongs("campaign_former_name", "campaign_id", "campaign"),
        sa.PrimaryKeyConstraint("workspace_id", "value", name=op.f("pk_campaign_former_name")),
    )
    op.create_table(
        "spend_campaign",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("campaign_ref", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        _of_workspace("spend_campaign"),
        _belongs("spend_campaign", "campaign_id", "campaign"),
        sa.PrimaryKeyConstraint(
            "workspace_id", "platform", "account", "campaign_ref", name=op.f("pk_spend_campaign")
        ),
    )


def _addresses() -> None:
    op.create_table(
        "allowed_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "field IN ('source', 'medium', 'campaign', 'content', 'term')",
            name=op.f("ck_allowed_value_field_known"),
        ),
        _of_workspace("allowed_value"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allowed_value")),
        sa.UniqueConstraint(
            "workspace_id", "field", "value", name=op.f("uq_allowed_value_workspace_id_field_value")
        ),
    )
    op.create_table(
        "address_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in TEXTS),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _of_workspace("address_template"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_template")),
        sa.UniqueConstraint(
            "workspace_id", "name", name=op.f("uq_address_template_workspace_id_name")
        ),
    )


def _promotions() -> None:
    op.create_table(
        "promotion_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Integer(), nullable=False),
        sa.Column("ends_on", sa.Integer(), nullable=False),
        sa.Column("threshold_minor", sa.BigInteger(), nullable=True),
        sa.Column("off_minor", sa.BigInteger(), nullable=True),
        sa.Column("off_ppm", sa.Integer(), nullable=True),
        sa.Column("deposit_minor", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('coupon', 'full_reduction', 'flash_sale', 'presale', 'other')",
            name=op.f("ck_promotion_rule_kind_known"),
        ),
        _belongs("promotion_rule", "promotion_id", "promotion"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_rule")),
    )
    op.create_index("ix_promotion_rule_promotion", "promotion_rule", ["promotion_id"])


def _tests() -> None:
    op.create_table(
        "link_test",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Integer(), nullable=False),
        sa.Column("ends_on", sa.Integer(), nullable=True),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("baseline_ppm", sa.Integer(), nullable=False),
        sa.Column("uplift_ppm", sa.Integer(), nullable=False),
        sa.Column("planned_n", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=True),
        _of_workspace("link_test"),
        _belongs("link_test", "campaign_id", "campaign"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_test")),
    )
    op.create_index("ix_link_test_workspace", "link_test", ["workspace_id"])
    op.create_table(
        "link_test_arm",
        sa.Column("test_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("visitors", "counted", "buyers", "crossed")
        ),
        _belongs("link_test_arm", "test_id", "link_test"),
        sa.PrimaryKeyConstraint("test_id", "position", name=op.f("pk_link_test_arm")),
        sa.UniqueConstraint("test_id", "content", name=op.f("uq_link_test_arm_test_id_content")),
    )


def _tags() -> None:
    op.create_table(
        "tag_day",
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("shop_id", "day", "mark_id", "visits", "n_values")
        ),
        sa.PrimaryKeyConstraint("shop_id", "day", "mark_id", name=op.f("pk_tag_day")),
    )
    # Days that are computed already are computed again, a few at a time, by the job that does so
    # whenever traffic comes: then they have their tags too.
    op.execute(
        """
        INSERT INTO dirty_day (scope, workspace_id, shop_id, day, version, fence, leased_until,
                               marked_at)
        SELECT DISTINCT 'traffic', shop.workspace_id, traffic_day.shop_id, traffic_day.day, 1, 0,
               CAST(NULL AS BIGINT), 0
        FROM traffic_day JOIN shop ON shop.id = traffic_day.shop_id
        WHERE NOT EXISTS (
            SELECT 1 FROM dirty_day AS marked
            WHERE marked.scope = 'traffic' AND marked.workspace_id = shop.workspace_id
              AND marked.shop_id = traffic_day.shop_id AND marked.day = traffic_day.day
        )
        """
    )


def downgrade() -> None:
    """Take back."""
    for table in (
        "tag_day",
        "link_test_arm",
        "link_test",
        "promotion_rule",
        "address_template",
        "allowed_value",
        "spend_campaign",
        "campaign_former_name",
    ):
        op.drop_table(table)
    op.drop_column("promotion", "budget_minor")
    for name in reversed(TARGETS):
        op.drop_column("campaign", name)
