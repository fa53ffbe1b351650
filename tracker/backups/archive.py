"""Making a backup and putting one back."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from tracker.backups import engines, manifest
from tracker.backups.manifest import BackupError, Manifest
from tracker.config import Settings
from tracker.db import Database, connect
from tracker.migrations import current_revision, knows_revision, upgrade
from tracker.supervisor.records import only_parent

SECRETS = ("secret_key", "customer_key_secret")
"""Without the second one every returning customer would look new after a restore."""

FOLDERS = ("journal", "deliveries", "uploads")
"""Folders of the home that go into a backup: events that are not in the database yet, and the
files that people uploaded.
"""


def make_backup(settings: Settings, folder: Path, now: datetime | None = None) -> Path:
    """Back an installation up, while it runs, into a new folder inside `folder`.

    The folder gets its name when it is complete: one whose name begins with a dot is torn.

    Returns:
        the backup's folder. It holds secrets: only its owner may read it.

    Raises:
        BackupError: the database is empty or refuses, or the folder cannot be written.
    """
    now = now or datetime.now(UTC)
    revision = _revision(settings)
    if revision is None:
        raise BackupError("there is nothing to back up: the database is empty")
    name = f"tracker-{now:%Y%m%dT%H%M%SZ}"
    draft, final = folder / f".{name}", folder / name
    if final.exists():
        raise BackupError(f"{final} exists already")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(draft, ignore_errors=True)  # of a backup that was broken off in this second
    draft.mkdir(mode=0o700)
    # The journal comes before the database: an event is then in one of them, or in both, where
    # loading it again does no harm. The other way round it could be in neither.
    for part in FOLDERS:
        _copy_folder(settings.home_dir / part, draft / part)
    for secret in SECRETS:
        if (settings.home_dir / secret).exists():
            shutil.copy2(settings.home_dir / secret, draft / secret)
    engines.dump(settings, draft)
    manifest.write(draft, manifest.describe(draft, engines.kind_of(settings), revision, now))
    draft.rename(final)
    return final


def restore_backup(settings: Settings, folder: Path) -> Manifest:
    """Put a backup back into an installation that is empty and does not run.

    The schema is brought up to this program afterwards.

    Raises:
        BackupError: the backup is damaged, of another kind of database or of a later program, or
            the installation is not empty.
        AlreadyRunningError: the installation runs.
    """
    found = manifest.read_verified(folder)
    kind = engines.kind_of(settings)
    if found.database != kind:
        raise BackupError(f"this is a backup of {found.database}; the installation uses {kind}")
    if not knows_revision(found.revision):
        raise BackupError(
            f"the backup is at revision {found.revision}, which this program does not know; "
            "install the program that made it, or a later one"
        )
    os.umask(0o077)
    with only_parent(settings.run_dir):
        engines.load(settings, folder)
        for part in FOLDERS:
            _copy_folder(folder / part, settings.home_dir / part)
        for secret in SECRETS:
            if (folder / secret).exists():
                shutil.copy2(folder / secret, settings.home_dir / secret)
        _upgrade(settings)
    return found


def _revision(settings: Settings) -> str | None:
    database: Database = connect(settings.database)
    try:
        return current_revision(database)
    finally:
        database.dispose()


def _upgrade(settings: Settings) -> None:
    database = connect(settings.database)
    try:
        upgrade(database)
    finally:
        database.dispose()


def _copy_folder(source: Path, target: Path) -> None:
    """Copy the files of a folder; one that vanishes meanwhile (loaded, say) is passed over."""
    if not source.is_dir():
        return
    target.mkdir(mode=0o700, exist_ok=True)
    for path in sorted(source.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            try:
                shutil.copy2(path, target / path.name)
            except FileNotFoundError:
                continue
