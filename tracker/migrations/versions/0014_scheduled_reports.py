"""where messages go, rules that people make, and reports that are sent by themselves

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

WATCHED = "'price_below_ours', 'promotion_started', 'out_of_stock', 'follower_jump', 'post_deleted'"
MADE = (
    "'roi_below', 'refund_above', 'code_spike', 'spend_without_orders', 'price_drop', "
    "'crawl_stale', 'pacing_behind'"
)
STATE = "id, rule_id, subject_id, state, value, told_value, told_at, seen_at, since, checked_at, figures"
KIND = "ck_alert_rule_kind_known"


def upgrade() -> None:
    """Apply."""
    _keep_states()
    with op.batch_alter_table("alert_rule") as table:
        table.drop_constraint(op.f(KIND), type_="check")
        table.drop_constraint(op.f("uq_alert_rule_workspace_id_kind"), type_="unique")
        table.add_column(sa.Column("slot", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("name", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("dimension", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("only_id", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("window_days", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("floor", sa.BigInteger(), nullable=False, server_default="0"))
        table.add_column(
            sa.Column("destination_ids", sa.JSON(), nullable=False, server_default="[]")
        )
        table.add_column(sa.Column("notified_at", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("alert_rule") as table:
        for name, kind in _ADDED.items():
            table.alter_column(name, existing_type=kind, server_default=None)
        table.create_check_constraint(op.f(KIND), f"kind IN ({WATCHED}, {MADE})")
        table.create_check_constraint(
            op.f("ck_alert_rule_dimension_known"),
            "dimension IN ('', 'total', 'channel', 'campaign', 'influencer')",
        )
        table.create_unique_constraint(
            op.f("uq_alert_rule_workspace_id_kind_slot"), ["workspace_id", "kind", "slot"]
        )
    _restore_states()
    _destinations()
    _messages()
    _reports()


_ADDED: dict[str, Any] = {
    "slot": sa.Integer(),
    "name": sa.String(),
    "dimension": sa.String(),
    "only_id": sa.Integer(),
    "window_days": sa.Integer(),
    "floor": sa.BigInteger(),
    "destination_ids": sa.JSON(),
}


def downgrade() -> None:
    """Take back."""
    for name in ("report_run", "report_schedule", "message", "destination", "mail_server"):
        op.drop_table(name)
    op.execute(f"DELETE FROM alert_rule WHERE kind IN ({MADE})")
    _keep_states()
    with op.batch_alter_table("alert_rule") as table:
        table.drop_constraint(op.f(KIND), type_="check")
        table.drop_constraint(op.f("ck_alert_rule_dimension_known"), type_="check")
        table.drop_constraint(op.f("uq_alert_rule_workspace_id_kind_slot"), type_="unique")
        for name in (*_ADDED, "notified_at"):
            table.drop_column(name)
        table.create_check_constraint(op.f(KIND), f"kind IN ({WATCHED})")
        table.create_unique_constraint(
            op.f("uq_alert_rule_workspace_id_kind"), ["workspace_id", "kind"]
        )
    _restore_states()


def _keep_states() -> None:
    """SQLite changes a table by making another one: dropping the old one would delete the states
    that refer to it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TABLE alert_state_kept AS SELECT {STATE} FROM alert_state")
        op.execute("DELETE FROM alert_state")


def _restore_states() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"INSERT INTO alert_state ({STATE}) SELECT {STATE} FROM alert_state_kept")
        op.execute("DROP TABLE alert_state_kept")


def _of_workspace(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id"],
        ["workspace.id"],
        name=op.f(f"fk_{table}_workspace_id"),
        ondelete="CASCADE",
    )


def _destinations() -> None:
    op.create_table(
        "mail_server",
        sa.Column("workspace_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("security", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "security IN ('tls', 'starttls')", name=op.f("ck_mail_server_security_known")
        ),
        _of_workspace("mail_server"),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_mail_server")),
    )
    op.create_table(
        "destination",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "service IN ('mail', 'wecom', 'dingtalk', 'feishu', 'slack')",
            name=op.f("ck_destination_service_known"),
        ),
        _of_workspace("destination"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destination")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_destination_workspace_id_name")),
    )


def _messages() -> None:
    op.create_table(
        "message",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("destination_id", sa.Integer(), nullable=False),
        sa.Column("destination_name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('alert', 'test', 'report')", name=op.f("ck_message_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'failed')", name=op.f("ck_message_state_known")
        ),
        _of_workspace("message"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_due", "message", ["state", "next_at"])
    op.create_index("ix_message_recent", "message", ["workspace_id", "created_at"])
    op.create_index("ix_message_rule", "message", ["rule_id", "created_at"])


def _reports() -> None:
    op.create_table(
        "report_schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("share_id", sa.Integer(), nullable=False),
        sa.Column("every", sa.String(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("month_day", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("formats", sa.JSON(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("destination_ids", sa.JSON(), nullable=False),
        sa.Column("to_folder", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "content IN ('report', 'table', 'share')",
            name=op.f("ck_report_schedule_content_known"),
        ),
        sa.CheckConstraint(
            "every IN ('day', 'week', 'month')", name=op.f("ck_report_schedule_every_known")
        ),
        sa.CheckConstraint(
            "minute BETWEEN 0 AND 1439", name=op.f("ck_report_schedule_minute_of_day")
        ),
        sa.CheckConstraint(
            "weekday BETWEEN 0 AND 6", name=op.f("ck_report_schedule_weekday_known")
        ),
        sa.CheckConstraint(
            "month_day BETWEEN 1 AND 28", name=op.f("ck_report_schedule_month_day_everywhere")
        ),
        _of_workspace("report_schedule"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_schedule")),
    )
    op.create_index("ix_report_schedule_due", "report_schedule", ["is_active", "next_at"])
    op.create_table(
        "report_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("slot_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'failed')", name=op.f("ck_report_run_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["report_schedule.id"],
            name=op.f("fk_report_run_schedule_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_run")),
        sa.UniqueConstraint(
            "schedule_id", "slot_at", name=op.f("uq_report_run_schedule_id_slot_at")
        ),
    )
    op.create_index("ix_report_run_state", "report_run", ["state", "leased_until"])
