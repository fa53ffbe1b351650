"""fitted models: four more columns of the ledger, and what they learned

Orders that are in the ledger already are credited by the new models as by `linear`, which is what a
fitted model is without a fit. So every row is right at once, of old policies too; fits are made by
the job that follows and mark the days that they change.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LINEAR = 4
MODELS = {7: "markov", 8: "markov_influencer", 9: "shapley", 10: "shapley_influencer"}
FACTS = ("credit_day", "credit_day_channel")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "fit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("week_start", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("window_from", sa.Integer(), nullable=False),
        sa.Column("window_until", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("n_converting", sa.Integer(), nullable=False),
        sa.Column("n_null", sa.Integer(), nullable=False),
        sa.Column("gap", sa.Double(), nullable=False),
        sa.Column("factors", sa.JSON(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "model IN ('markov', 'markov_influencer', 'shapley', 'shapley_influencer')",
            name=op.f("ck_fit_model_known"),
        ),
        sa.CheckConstraint(
            "outcome IN ('fitted', 'not_enough')", name=op.f("ck_fit_outcome_known")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy.id"], name=op.f("fk_fit_policy_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fit")),
        sa.UniqueConstraint(
            "policy_id",
            "week_start",
            "model",
            "version",
            name=op.f("uq_fit_policy_id_week_start_model_version"),
        ),
    )
    _widen_ledger()
    connection = op.get_bind()
    for name in FACTS:
        table = sa.Table(name, sa.MetaData(), autoload_with=connection)
        for code in MODELS:
            columns = [c if c.name != "model_code" else sa.literal(code) for c in table.c]
            rows = sa.select(*columns).where(table.c.model_code == LINEAR)
            connection.execute(table.insert().from_select([c.name for c in table.c], rows))


def _widen_ledger() -> None:
    new = [
        (measure, name, kind)
        for measure, kind in (("weight", sa.Integer()), ("net", sa.BigInteger()))
        for name in MODELS.values()
    ]
    with op.batch_alter_table("credit", schema=None) as batch_op:
        for measure, name, kind in new:
            batch_op.add_column(sa.Column(f"{measure}_{name}", kind, nullable=True))
    values = ", ".join(f"{measure}_{name} = {measure}_linear" for measure, name, _ in new)
    op.execute(f"UPDATE credit SET {values}")
    with op.batch_alter_table("credit", schema=None) as batch_op:
        for measure, name, kind in new:
            batch_op.alter_column(f"{measure}_{name}", existing_type=kind, nullable=False)


def downgrade() -> None:
    """Take back."""
    connection = op.get_bind()
    for name in FACTS:
        table = sa.Table(name, sa.MetaData(), autoload_with=connection)
        connection.execute(table.delete().where(table.c.model_code.in_(MODELS)))
    with op.batch_alter_table("credit", schema=None) as batch_op:
        for measure in ("net", "weight"):
            for name in MODELS.values():
                batch_op.drop_column(f"{measure}_{name}")
    op.drop_table("fit")
