"""Migrations of the schema (Alembic), and how an installation brings its database up to date."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from tracker.db import Database, writing

LOCK_ID = 862_001
"""Key of PostgreSQL's advisory lock: of two processes that migrate at once, one waits."""


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration; with a connection, its commands run on it."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema up to a revision, in one transaction that only one process enters."""
    with writing(database.engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": LOCK_ID})
        command.upgrade(alembic_config(connection), revision)


def current_revision(database: Database) -> str | None:
    """The revision that the database is at; None: it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """The revision that this program needs."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert head is not None  # this package carries at least one
    return head


def knows_revision(revision: str) -> bool:
    """Whether this program carries that revision."""
    script = ScriptDirectory.from_config(alembic_config())
    return revision in {known.revision for known in script.walk_revisions()}
