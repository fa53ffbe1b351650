"""saved mappings of files, and what a batch wrote

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

BATCH_COLUMNS = (
    # name, type, what batches of before have (NULL where that is "")
    ("mapping_id", sa.Integer(), "0"),
    ("encoding", sa.String(), "''"),
    ("currency_told", sa.String(), "''"),
    ("rejects_name", sa.String(), "''"),
    ("undo_state", sa.String(), "''"),
    ("undone_by", sa.Integer(), "0"),
    ("effect", sa.JSON(), "'{}'"),
    ("undone_at", sa.BigInteger(), ""),
    ("resume", sa.JSON(), ""),
)


def upgrade() -> None:
    """Apply. Batches of before keep no log, so they cannot be undone."""
    for name, kind, default in BATCH_COLUMNS:
        column = sa.Column(
            name, kind, nullable=not default, server_default=sa.text(default) if default else None
        )
        op.add_column("import_batch", column)
    column = sa.Column("batch_id", sa.Integer(), nullable=False, server_default=sa.text("0"))
    op.add_column("order_visitor", column)
    op.create_table(
        "import_change",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("n_entries", sa.Integer(), nullable=False),
        sa.Column("tables", sa.JSON(), nullable=False),
        sa.Column("taken", sa.JSON(), nullable=False),
        sa.Column("entries", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["import_batch.id"],
            name=op.f("fk_import_change_batch_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_change")),
    )
    op.create_index("ix_import_change_batch", "import_change", ["batch_id", "id"])
    op.create_table(
        "saved_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk_saved_mapping_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_mapping")),
        sa.UniqueConstraint(
            "workspace_id", "name", name=op.f("uq_saved_mapping_workspace_id_name")
        ),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("saved_mapping")
    op.drop_table("import_change")
    op.drop_column("order_visitor", "batch_id")
    for name, _, _ in reversed(BATCH_COLUMNS):
        op.drop_column("import_batch", name)
