"""Alembic's entry: runs on the connection it is given, else on the installation's database."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from tracker.config import Settings
from tracker.db import connect, writing
from tracker.models import Base
from tracker.models.base import Day, UtcDateTime


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Migrations know plain SQLAlchemy types only."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(item, Day):
        return "sa.Integer()"
    return False


def compare_type(
    _context: Any, _inspected: Any, _column: Any, inspected_type: Any, model_type: Any
) -> bool | None:
    """Our types are integers in the database."""
    if isinstance(model_type, UtcDateTime | Day):
        return not isinstance(inspected_type, sa.Integer)
    return None


def run(connection: sa.Connection) -> None:
    """Migrate over this connection; SQLite changes tables by copying them (batch mode)."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        compare_type=compare_type,
        render_as_batch=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with writing(connect(Settings.from_env().database).engine).begin() as own:
        run(own)
