"""Backups are made and put back, on both databases, and damaged ones are refused."""

import os
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from tests import factories
from tests.factories import NOON, OrderFactory, ShopFactory
from tests.support import postgres
from tracker.backups.archive import make_backup, restore_backup
from tracker.backups.manifest import BackupError
from tracker.config import Settings
from tracker.db import connect
from tracker.migrations import current_revision, newest_revision
from tracker.models import Order
from tracker.supervisor.records import AlreadyRunningError, only_parent
from tracker.supervisor.up import prepare


@pytest.fixture(autouse=True)
def _postgres_tools(monkeypatch):
    """PostgreSQL's client tools of the server's own version."""
    monkeypatch.setenv("PATH", str(postgres.tools()), prepend=os.pathsep)


@pytest.fixture
def filled(settings, database):
    """An installation with three orders, a secret, an upload and an event that waits."""
    with database.write() as session, factories.using(session):
        OrderFactory.create_batch(3, shop=ShopFactory(name="李娜的店"))
    secret = settings.customer_key_secret
    (settings.uploads_dir / "orders.csv").write_text("a,b\n")
    (settings.journal_dir / "1-2-a.seg").write_bytes(b"event\n")
    assert secret
    return settings


@pytest.fixture
def empty(empty_database_url, tmp_path):
    return Settings(home=tmp_path / "other", database_url=empty_database_url)


@pytest.fixture
def backup(filled, tmp_path):
    return make_backup(filled, tmp_path / "backups", NOON)


def n_orders(settings):
    database = connect(settings.database)
    with database.read() as session:
        count = session.scalar(select(func.count()).select_from(Order))
    database.dispose()
    return count


def test_everything_comes_back(filled, backup, empty):
    restore_backup(empty, backup)
    assert n_orders(empty) == 3
    assert empty.customer_key_secret == filled.customer_key_secret
    assert (empty.uploads_dir / "orders.csv").read_text() == "a,b\n"
    assert (empty.journal_dir / "1-2-a.seg").read_bytes() == b"event\n"


def test_a_restored_installation_is_at_this_programs_revision(backup, empty):
    restore_backup(empty, backup)
    database = connect(empty.database)
    assert current_revision(database) == newest_revision()
    database.dispose()


def test_a_backup_is_a_snapshot_of_its_moment(filled, backup, database, empty):
    with database.write() as session:
        session.execute(text('DELETE FROM "order"'))
    restore_backup(empty, backup)
    assert (n_orders(filled), n_orders(empty)) == (0, 3)


def test_a_backup_is_readable_by_its_owner_only_and_complete_when_it_has_its_name(backup):
    assert backup.name == "tracker-20261111T040000Z"
    assert backup.stat().st_mode & 0o077 == 0
    assert [path.name for path in backup.parent.iterdir()] == [backup.name]


def test_two_backups_stand_side_by_side(filled, backup):
    second = make_backup(filled, backup.parent, NOON + timedelta(seconds=1))
    assert second != backup
    with pytest.raises(BackupError, match="exists already"):
        make_backup(filled, backup.parent, NOON)


def test_a_full_installation_is_not_overwritten(filled, backup):
    with pytest.raises(BackupError, match="not empty"):
        restore_backup(filled, backup)
    assert n_orders(filled) == 3


def test_a_running_installation_is_not_restored_into(backup, empty):
    with only_parent(empty.run_dir), pytest.raises(AlreadyRunningError):
        restore_backup(empty, backup)


@pytest.mark.parametrize("name", ["manifest.json", "customer_key_secret"])
def test_a_backup_with_a_missing_file_is_refused(backup, empty, name):
    (backup / name).unlink()
    with pytest.raises(BackupError, match=name):
        restore_backup(empty, backup)


def test_a_backup_with_a_changed_byte_is_refused(backup, empty):
    file = next(path for path in backup.iterdir() if path.name.startswith("database"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(BackupError, match="not what was backed up"):
        restore_backup(empty, backup)


def test_a_backup_of_a_later_program_is_refused(backup, empty):
    path = backup / "manifest.json"
    path.write_text(path.read_text().replace(newest_revision(), "9999"))
    with pytest.raises(BackupError, match="9999"):
        restore_backup(empty, backup)


def test_a_manifest_cannot_name_files_outside_the_backup(backup, empty):
    path = backup / "manifest.json"
    path.write_text(path.read_text().replace('"customer_key_secret"', '"../secret"'))
    with pytest.raises(BackupError, match="outside"):
        restore_backup(empty, backup)


def test_an_empty_database_is_nothing_to_back_up(empty, tmp_path):
    with pytest.raises(BackupError, match="nothing to back up"):
        make_backup(empty, tmp_path / "backups")


def test_the_tools_of_postgresql_are_asked_for_by_name_when_they_are_missing(
    filled, tmp_path, monkeypatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    if filled.database.startswith("sqlite"):
        assert make_backup(filled, tmp_path / "backups").exists()
        return
    with pytest.raises(BackupError, match="pg_dump is not on PATH"):
        make_backup(filled, tmp_path / "backups")


def test_a_sqlite_backup_has_the_newest_rows_that_are_still_in_the_log(tmp_path):
    home = Settings(home=tmp_path / "home")
    prepare(home)
    reader = sqlite3.connect(Path(home.database.removeprefix("sqlite:///")))
    reader.execute("BEGIN").execute("SELECT * FROM claim").fetchall()  # no checkpoint beside it
    writer = sqlite3.connect(Path(home.database.removeprefix("sqlite:///")))
    writer.execute("INSERT INTO claim (name, fence) VALUES ('x', 7)")
    writer.commit()
    made = make_backup(home, tmp_path / "backups")
    copy = sqlite3.connect(made / "database.sqlite")
    assert copy.execute("SELECT fence FROM claim").fetchall() == [(7,)]
    for connection in (reader, writer, copy):
        connection.close()
