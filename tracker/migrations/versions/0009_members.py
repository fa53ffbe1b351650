"""who may work in which workspace, with a role in each

Revision ID: 0009
Revises: 0008

Until now every user had one role and saw every workspace. Owners become administrators of the
installation; everybody else becomes a member of each workspace there is, with the role they had.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ROLES = "('owner', 'marketer', 'analyst', 'finance', 'agency')"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "membership",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.CheckConstraint(f"role IN {_ROLES}", name=op.f("ck_membership_role_known")),
        *(
            sa.ForeignKeyConstraint(
                [f"{table}_id"],
                [f"{table}.id"],
                name=op.f(f"fk_membership_{table}_id"),
                ondelete="CASCADE",
            )
            for table in ("user", "workspace")
        ),
        sa.PrimaryKeyConstraint("user_id", "workspace_id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_workspace_id", "membership", ["workspace_id"])
    op.add_column(
        "user", sa.Column("is_admin", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.execute("UPDATE \"user\" SET is_admin = (role = 'owner')")
    op.execute(
        "INSERT INTO membership (user_id, workspace_id, role) "
        'SELECT "user".id, workspace.id, "user".role FROM "user" CROSS JOIN workspace '
        "WHERE \"user\".role <> 'owner'"
    )
    with op.batch_alter_table("user") as table:
        table.drop_constraint(op.f("ck_user_role_known"), type_="check")
        table.drop_column("role")
        table.alter_column("is_admin", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    """Take back; a user keeps the weakest of their roles, whoever had none becomes an agency."""
    with op.batch_alter_table("user") as table:
        table.add_column(sa.Column("role", sa.String(), nullable=False, server_default="agency"))
    for role in ("marketer", "finance", "analyst", "agency"):  # the weakest wins: it is set last
        op.execute(
            f"UPDATE \"user\" SET role = '{role}' WHERE id IN "
            f"(SELECT user_id FROM membership WHERE role = '{role}')"
        )
    op.execute("UPDATE \"user\" SET role = 'owner' WHERE is_admin")
    with op.batch_alter_table("user") as table:
        table.alter_column("role", existing_type=sa.String(), server_default=None)
        table.create_check_constraint(op.f("ck_user_role_known"), f"role IN {_ROLES}")
        table.drop_column("is_admin")
    op.drop_index("ix_membership_workspace_id", "membership")
    op.drop_table("membership")
