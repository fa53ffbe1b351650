"""Snapshots of the two kinds of database, and putting them back."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, Engine, inspect, make_url

from tracker.backups.manifest import BackupError
from tracker.config import Settings
from tracker.db import connect

SQLITE_FILE = "database.sqlite"
POSTGRES_FILE = "database.pgdump"


def kind_of(settings: Settings) -> str:
    """Sqlite or postgresql."""
    return make_url(settings.database).get_backend_name()


def dump(settings: Settings, folder: Path) -> None:
    """Write a consistent snapshot of the database, while others write to it.

    Raises:
        BackupError: the database or its tool refuses.
    """
    if kind_of(settings) == "sqlite":
        _copy_sqlite(_sqlite_path(settings), folder / SQLITE_FILE)
    else:
        _run_tool(
            "pg_dump",
            settings,
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--file={folder / POSTGRES_FILE}",
        )


def load(settings: Settings, folder: Path) -> None:
    """Put a snapshot back, into a database that has no tables.

    Raises:
        BackupError: the snapshot is damaged, the database is not empty, or its tool refuses.
    """
    if has_tables(settings):
        raise BackupError("the database is not empty; restore into an empty one")
    if kind_of(settings) == "sqlite":
        _check_sqlite(folder / SQLITE_FILE)
        _copy_sqlite(folder / SQLITE_FILE, _sqlite_path(settings))
    else:
        _run_tool(
            "pg_restore",
            settings,
            "--no-owner",
            "--no-privileges",
            "--exit-on-error",
            "--single-transaction",
            str(folder / POSTGRES_FILE),
        )


def has_tables(settings: Settings) -> bool:
    """Whether the database has any table."""
    if kind_of(settings) == "sqlite" and not _sqlite_path(settings).exists():
        return False
    database = connect(settings.database)
    try:
        return bool(_tables(database.engine))
    finally:
        database.dispose()


def _tables(engine: Engine) -> list[str]:
    return inspect(engine).get_table_names()


def _sqlite_path(settings: Settings) -> Path:
    name = make_url(settings.database).database
    if not name:
        raise BackupError("a database in memory cannot be backed up")
    return Path(name)


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy by SQLite's own backup: copying the file would miss what is in its write-ahead log."""
    if not source.exists():
        raise BackupError(f"there is no database {source}")
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reader,
            closing(sqlite3.connect(target)) as writer,
        ):
            reader.backup(writer)
            writer.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    except sqlite3.Error as error:
        raise BackupError(f"SQLite could not copy {source}: {error}") from error


def _check_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            answer = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        except sqlite3.Error as error:
            answer = str(error)
    if answer != "ok":
        raise BackupError(f"the database in the backup is damaged: {answer}")


def _run_tool(name: str, settings: Settings, *arguments: str) -> None:
    """Run one of PostgreSQL's own tools on the database."""
    tool = shutil.which(name)
    if tool is None:
        raise BackupError(
            f"{name} is not on PATH; install PostgreSQL's client tools "
            "(on Debian and Ubuntu: apt install postgresql-client)"
        )
    url = make_url(settings.database)
    done = subprocess.run(
        [tool, *_connection_options(url), *arguments],
        env=settings.environment() | _secret_options(url),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{name} failed: {' '.join(done.stderr.split())}")


def _connection_options(url: URL) -> list[str]:
    host = url.query.get("host") or url.host
    options = {"--host": host, "--port": url.port, "--username": url.username,
               "--dbname": url.database}  # fmt: skip
    return [f"{name}={value}" for name, value in options.items() if value]


def _secret_options(url: URL) -> dict[str, str]:
    """What must not stand on a command line, where everybody on the machine can read it."""
    options = {"PGPASSWORD": str(url.password) if url.password else ""}
    options |= {
        f"PG{name.upper()}": str(url.query[name])
        for name in ("sslmode", "sslrootcert", "sslcert", "sslkey")
        if name in url.query
    }
    return {name: value for name, value in options.items() if value}
