"""what is fetched from public pages, when, and what came of it

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    _targets()
    _runs()
    _observed()
    _given()


def _targets() -> None:
    op.create_table(
        "crawl_setting",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "quiet_from BETWEEN 0 AND 1439", name=op.f("ck_crawl_setting_quiet_from_minute")
        ),
        sa.CheckConstraint(
            "quiet_until BETWEEN 0 AND 1439", name=op.f("ck_crawl_setting_quiet_until_minute")
        ),
        _of("crawl_setting", "workspace"),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_crawl_setting")),
    )
    op.create_table(
        "crawl_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("social_account_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("promotion_interval_s", sa.Integer(), nullable=False),
        sa.Column("jitter_percent", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_asked", sa.Boolean(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("last_at", sa.BigInteger(), nullable=True),
        sa.Column("last_ok_at", sa.BigInteger(), nullable=True),
        sa.Column("last_status", sa.String(), nullable=False),
        sa.Column("last_detail", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("missing_since", sa.BigInteger(), nullable=True),
        sa.Column("validators", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("interval_s >= 900", name=op.f("ck_crawl_target_interval_polite")),
        sa.CheckConstraint(
            "kind IN ('account', 'post', 'listing')", name=op.f("ck_crawl_target_kind_known")
        ),
        sa.CheckConstraint(
            "promotion_interval_s >= 900", name=op.f("ck_crawl_target_promotion_interval_polite")
        ),
        _of("crawl_target", "workspace"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crawl_target")),
        _unique("crawl_target", "workspace_id", "kind", "source", "url"),
    )
    op.create_index("ix_crawl_target_account", "crawl_target", ["social_account_id"])
    op.create_index("ix_crawl_target_due", "crawl_target", ["host", "next_at"])
    op.create_index("ix_crawl_target_listing", "crawl_target", ["listing_id"])
    op.create_index("ix_crawl_target_next", "crawl_target", ["next_at"])
    op.create_index("ix_crawl_target_post", "crawl_target", ["post_id"])
    op.create_table(
        "crawl_domain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("next_allowed_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_status", sa.String(), nullable=False),
        sa.Column("last_detail", sa.String(), nullable=False),
        sa.Column("robots_status", sa.String(), nullable=False),
        sa.Column("robots_http", sa.Integer(), nullable=True),
        sa.Column("robots_body", sa.Text(), nullable=False),
        sa.Column("robots_at", sa.BigInteger(), nullable=True),
        sa.Column("crawl_delay_ms", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crawl_domain")),
        _unique("crawl_domain", "host"),
    )


def _runs() -> None:
    op.create_table(
        "crawl_run",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("n_targets", sa.Integer(), nullable=False),
        sa.Column("n_ok", sa.Integer(), nullable=False),
        sa.Column("n_failed", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('running', 'done', 'backed_off', 'failed', 'lost')",
            name=op.f("ck_crawl_run_outcome_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crawl_run")),
    )
    op.create_index("ix_crawl_run_host", "crawl_run", ["host", "started_at"])
    op.create_index("ix_crawl_run_recent", "crawl_run", ["started_at"])
    op.create_table(
        "crawl_fetch",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("run_id", BIG_KEY, nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("n_requests", sa.Integer(), nullable=False),
        sa.Column("n_bytes", sa.Integer(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("read", sa.JSON(), nullable=False),
        _of("crawl_fetch", "run", "crawl_run"),
        _of("crawl_fetch", "target", "crawl_target"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crawl_fetch")),
        _unique("crawl_fetch", "run_id", "target_id"),
    )
    op.create_index("ix_crawl_fetch_old", "crawl_fetch", ["at"])
    op.create_index("ix_crawl_fetch_target", "crawl_fetch", ["target_id", "at"])
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("run_id", BIG_KEY, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('field_lost', 'count_fell', 'count_jumped', 'price_jumped', 'currency_changed')",
            name=op.f("ck_quarantine_reason_known"),
        ),
        sa.CheckConstraint(
            "state IN ('held', 'waiting', 'released', 'accepted', 'discarded')",
            name=op.f("ck_quarantine_state_known"),
        ),
        _of("quarantine", "run", "crawl_run"),
        _of("quarantine", "workspace"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        _unique("quarantine", "run_id", "workspace_id", "source", "reason"),
    )
    op.create_index("ix_quarantine_state", "quarantine", ["workspace_id", "state"])
    op.create_table(
        "quarantine_item",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("quarantine_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("item", sa.JSON(), nullable=False),
        _of("quarantine_item", "quarantine"),
        _of("quarantine_item", "target", "crawl_target"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine_item")),
        _unique("quarantine_item", "quarantine_id", "subject_kind", "subject_id"),
    )
    op.create_index("ix_quarantine_item_quarantine_id", "quarantine_item", ["quarantine_id"])


def _observed() -> None:
    op.create_table(
        "social_post",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("social_account_id", sa.Integer(), nullable=False),
        sa.Column("influencer_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        _of("social_post", "workspace"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_social_post")),
        _unique("social_post", "workspace_id", "platform", "ref"),
    )
    op.create_index("ix_social_post_account", "social_post", ["social_account_id", "published_at"])
    op.create_index("ix_social_post_deal", "social_post", ["deal_id"])
    op.create_index("ix_social_post_influencer", "social_post", ["influencer_id", "published_at"])
    op.create_table(
        "listing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("competitor", sa.String(), nullable=False),
        sa.Column("product_group", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        _of("listing", "workspace"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        _unique("listing", "workspace_id", "url"),
    )
    op.create_index("ix_listing_group", "listing", ["workspace_id", "product_group"])
    op.create_table(
        "listing_snapshot",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("price_high_minor", sa.BigInteger(), nullable=True),
        sa.Column("list_price_minor", sa.BigInteger(), nullable=True),
        sa.Column("availability", sa.String(), nullable=False),
        sa.Column("promotion", sa.String(), nullable=False),
        sa.Column("seller", sa.String(), nullable=False),
        sa.Column("sold_text", sa.String(), nullable=False),
        sa.Column("is_ambiguous", sa.Boolean(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        _of("listing_snapshot", "listing"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_snapshot")),
        _unique("listing_snapshot", "listing_id", "taken_at"),
    )
    op.create_table(
        "variant_point",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("list_price_minor", sa.BigInteger(), nullable=True),
        sa.Column("availability", sa.String(), nullable=False),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        _of("variant_point", "listing"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variant_point")),
        _unique("variant_point", "listing_id", "sku", "taken_at"),
    )
    op.create_table(
        "metric_point",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=True),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("precision", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "precision IN ('exact', 'rounded', 'at_least', 'range')",
            name=op.f("ck_metric_point_precision_known"),
        ),
        sa.CheckConstraint(
            "subject_kind IN ('account', 'post', 'listing')",
            name=op.f("ck_metric_point_subject_kind_known"),
        ),
        _of("metric_point", "workspace"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_point")),
        _unique("metric_point", "subject_kind", "subject_id", "metric", "taken_at"),
    )
    op.create_index("ix_metric_point_workspace", "metric_point", ["workspace_id", "taken_at"])


def _given() -> None:
    op.create_table(
        "connector_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _of("connector_key", "workspace"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connector_key")),
        _unique("connector_key", "workspace_id", "source", "name"),
    )
    op.create_table(
        "taught_selector",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("selectors", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        _of("taught_selector", "workspace"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taught_selector")),
        _unique("taught_selector", "workspace_id", "host"),
    )


def _of(table: str, column: str, other: str = "") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [f"{column}_id"],
        [f"{other or column}.id"],
        name=op.f(f"fk_{table}_{column}_id"),
        ondelete="CASCADE",
    )


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def downgrade() -> None:
    """Take back."""
    for table in (
        "taught_selector",
        "connector_key",
        "metric_point",
        "variant_point",
        "listing_snapshot",
        "listing",
        "social_post",
        "quarantine_item",
        "quarantine",
        "crawl_fetch",
        "crawl_run",
        "crawl_domain",
        "crawl_target",
        "crawl_setting",
    ):
        op.drop_table(table)
