"""What every test may ask for.

Databases (every test that uses one of these runs twice, on SQLite and on PostgreSQL):

- `session`: a session on a migrated, empty database; everything is rolled back at the end, commits
  included. Use it for services and reports: it costs a millisecond.
- `database`: a `tracker.db.Database` of its own (a copied file, a database made from a template),
  for tests with several connections, processes, or code that opens its own sessions.
  `database_url`, `engine`, `sessions` (factory: `with sessions.begin() as session`) and
  `committed_session` are views of it. A test uses `session` or `database`, never both.
- `empty_database_url`: a database without tables. `backend`: "sqlite" or "postgresql".

Everything else:

- `valkey`: a real server, one a test process, emptied before each test; `valkey_server`: one that
  belongs to the test alone, which may kill and restart it.
- `settings`: `Settings` of an installation in `tmp_path` with `database` and `valkey`; the same is
  in the environment, so child processes and jobs see it too.
- `processes`: starts processes of this Python that end with the test.
- `browser`: the system's Chromium, one a test process (mark the test `browser`).
- `queries`: the list of statements sent since the test began (clear it as you like).
- `workspace`, `shop`: the smallest world that most tests need; more in tests/factories.py.

No test reaches the network, and a warning is an error.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.support import network, postgres
from tests.support.browser import chromium

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session, sessionmaker

    from tests.support.databases import Databases
    from tests.support.processes import Processes
    from tests.support.valkey import Valkey
    from tracker.config import Settings
    from tracker.db import Database
    from tracker.models import Shop, Workspace

SHARED = "TRACKER_TEST_SHARED"
"""Variable that tells the workers of a session its common folder."""

# Two busy cores make any deadline a lottery; function-scoped fixtures are rolled back by hand.
hypothesis_settings.register_profile(
    "suite",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.register_profile(
    "thorough", parent=hypothesis_settings.get_profile("suite"), max_examples=2_000
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


def pytest_configure(config: pytest.Config) -> None:
    """Make the session's common folder, in the process that owns the session."""
    for name in [name for name in os.environ if name.startswith("TRACKER_") and name != SHARED]:
        del os.environ[name]  # the developer's own installation is not ours to touch
    if not hasattr(config, "workerinput"):
        postgres.sweep()
        os.environ[SHARED] = str(postgres.session_folder())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the session's PostgreSQL server and remove the common folder."""
    if not hasattr(config, "workerinput") and SHARED in os.environ:
        postgres.stop(Path(os.environ.pop(SHARED)))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A real browser, one a test process."""
    with chromium() as made:
        yield made


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        network.guard(patch.setattr)
        yield


# --- databases ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    from tests.support.databases import Databases

    made = Databases(Path(os.environ[SHARED]), tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(backend: str, databases: Databases, tmp_path: Path) -> Iterator[str]:
    with databases.fresh(backend, tmp_path) as url:
        yield url


@pytest.fixture
def empty_database_url(backend: str, databases: Databases, tmp_path: Path) -> Iterator[str]:
    with databases.empty(backend, tmp_path) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    from tracker.db import connect

    made = connect(database_url)
    yield made
    made.dispose()


@pytest.fixture
def engine(database: Database) -> Engine:
    return database.engine


@pytest.fixture
def sessions(database: Database) -> sessionmaker[Session]:
    return database.writer


@pytest.fixture
def committed_session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    from tests import factories

    with sessions() as session, factories.using(session):
        yield session


@pytest.fixture
def session(
    request: pytest.FixtureRequest, backend: str, databases: Databases
) -> Iterator[Session]:
    from sqlalchemy.orm import Session

    from tests import factories
    from tracker.db import writing

    if "database" in request.fixturenames:
        raise pytest.UsageError("`session` and `database` are two databases: use one of them")
    with writing(databases.kept(backend).engine).connect() as connection:
        transaction = connection.begin()
        with (
            Session(
                connection, join_transaction_mode="create_savepoint", expire_on_commit=False
            ) as session,
            factories.using(session),
        ):
            yield session
        transaction.rollback()


@pytest.fixture
def workspace(session: Session) -> Workspace:
    from tests.factories import WorkspaceFactory

    return WorkspaceFactory()


@pytest.fixture
def shop(workspace: Workspace) -> Shop:
    from tests.factories import ShopFactory

    return ShopFactory(workspace=workspace)


@pytest.fixture
def queries() -> Iterator[list[str]]:
    from tests.support.queries import recorded

    with recorded() as statements:
        yield statements


# --- Valkey and whole installations ---------------------------------------------------------------


@pytest.fixture(scope="session")
def _kept_valkey() -> Iterator[Valkey]:
    from tests.support.valkey import Valkey

    server = Valkey()
    server.start()
    yield server
    server.close()


@pytest.fixture
def valkey(_kept_valkey: Valkey) -> Valkey:
    _kept_valkey.client.flushall()
    return _kept_valkey


@pytest.fixture
def valkey_server() -> Iterator[Valkey]:
    from tests.support.valkey import Valkey

    server = Valkey()
    server.start()
    yield server
    server.close()


@pytest.fixture
def settings(
    tmp_path: Path, database_url: str, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    from tracker.config import Settings

    values: dict[str, Any] = {
        "HOME": tmp_path / "home",
        "DATABASE_URL": database_url,
        "REDIS_URL": valkey.url,
    }
    for name, value in values.items():
        monkeypatch.setenv(f"TRACKER_{name}", str(value))
    return Settings.from_env()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    from tests.support.processes import Processes

    made = Processes(tmp_path)
    yield made
    made.close()
