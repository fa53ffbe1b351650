"""The schema from empty, back, and compared with the models."""

from __future__ import annotations

import threading

from alembic import command
from sqlalchemy import inspect

from tracker.db import Database, connect, writing
from tracker.migrations import alembic_config, current_revision, newest_revision, upgrade
from tracker.models import Base


def test_upgrade_from_empty_makes_what_the_models_say(empty_database_url: str):
    database = connect(empty_database_url)
    assert current_revision(database) is None
    upgrade(database)
    assert current_revision(database) == newest_revision()
    with writing(database.engine).begin() as connection:
        command.check(alembic_config(connection))  # raises on any difference
    database.dispose()


def test_downgrade_takes_everything_back(empty_database_url: str):
    database = connect(empty_database_url)
    upgrade(database)
    with writing(database.engine).begin() as connection:
        command.downgrade(alembic_config(connection), "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    upgrade(database)
    assert set(Base.metadata.tables) <= set(inspect(database.engine).get_table_names())
    database.dispose()


def test_two_processes_that_upgrade_at_once_do_it_once(empty_database_url: str):
    errors: list[BaseException] = []

    def migrate() -> None:
        database = connect(empty_database_url)
        try:
            upgrade(database)
        except BaseException as error:  # the thread's failure is the test's
            errors.append(error)
        finally:
            database.dispose()

    threads = [threading.Thread(target=migrate) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_an_upgraded_database_stays_as_it_is(database: Database):
    before = inspect(database.engine).get_table_names()
    upgrade(database)
    assert inspect(database.engine).get_table_names() == before
