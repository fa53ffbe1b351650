"""Migrated databases, fast: a template is migrated once a session, and every test copies it."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import postgres
from tracker.db import Database, connect
from tracker.migrations import upgrade

_numbers = itertools.count(1)


class Databases:
    """Makes databases of both kinds for one test process.

    Args:
        shared: folder of the session, the same for all its workers.
        own: folder of this process.
    """

    def __init__(self, shared: Path, own: Path) -> None:
        self.shared = shared
        self.own = own
        self._server: postgres.PostgresServer | None = None
        self._kept: dict[str, Database] = {}

    @property
    def server(self) -> postgres.PostgresServer:
        """The session's PostgreSQL server, started at first use."""
        if self._server is None:
            self._server = postgres.PostgresServer(self.shared)
        return self._server

    def kept(self, backend: str) -> Database:
        """This process's database for tests that roll back; it is always empty between tests."""
        if backend not in self._kept:
            url = self._create(backend, f"kept_{os.getpid()}", self.own)
            self._kept[backend] = connect(url)
        return self._kept[backend]

    @contextmanager
    def fresh(self, backend: str, folder: Path) -> Iterator[str]:
        """The address of a new migrated database, removed at the end."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        yield self._create(backend, name, folder)
        if backend == "postgresql":
            self.server.drop(name)

    @contextmanager
    def empty(self, backend: str, folder: Path) -> Iterator[str]:
        """The address of a new database without any table (for tests of migrations)."""
        name = f"empty_{os.getpid()}_{next(_numbers)}"
        if backend == "sqlite":
            yield f"sqlite:///{folder / name}.db"
        else:
            yield self.server.create(name)
            self.server.drop(name)

    def close(self) -> None:
        for database in self._kept.values():
            database.dispose()

    def _create(self, backend: str, name: str, folder: Path) -> str:
        if backend == "sqlite":
            copy = folder / f"{name}.db"
            # Copying a file is safe here only because nothing in this process has it open.
            shutil.copyfile(self._sqlite_template(), copy)
            return f"sqlite:///{copy}"
        self._postgres_template()
        return self.server.create(name, postgres.TEMPLATE)

    def _sqlite_template(self) -> Path:
        template = self.shared / "template.db"
        with postgres.locked(self.shared / "template.lock"):
            if not template.exists():
                draft = self.shared / "draft.db"
                database = connect(f"sqlite:///{draft}")
                upgrade(database)
                with database.engine.connect() as connection:
                    connection.commit()
                    driver = connection.connection.driver_connection
                    driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # all of it in one file
                database.dispose()
                draft.rename(template)
        return template

    def _postgres_template(self) -> None:
        server = self.server
        with postgres.locked(self.shared / "template.lock"):
            if not server.has(postgres.TEMPLATE):
                server.drop("draft")
                database = connect(server.create("draft"))
                upgrade(database)
                database.dispose()
                server.rename("draft", postgres.TEMPLATE)
