"""The job that tidies up (a few times a day, see jobs/schedule.py)."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jobs.reports import SENT
from tracker.config import Settings
from tracker.db import Database, connect
from tracker.services.crawl_upkeep import forget_fetches, forget_hosts
from tracker.services.deliveries import forget_deliveries
from tracker.services.messages import forget_messages, needed_files
from tracker.services.schedules import forget_runs
from tracker.services.undo import forget_changes
from tracker.services.upkeep import (
    drop_credits,
    forget_old,
    help_the_planner,
    superfluous_policies,
)
from tracker.services.uploads import needed_uploads

UPLOADING = timedelta(hours=1)
"""A file younger than this may belong to an upload whose batch is not in the database yet."""

SENT_KEPT = timedelta(days=14)
"""How long files that were sent can still be fetched from the site."""


def tidy() -> None:
    """Delete what has no use any more (safe to repeat, and beside a twin)."""
    settings = Settings.from_env()
    database = connect(settings.database)
    try:
        with database.write() as session:
            forget_old(session, datetime.now(UTC))
            forget_changes(session, datetime.now(UTC))
            forget_deliveries(session, datetime.now(UTC))
            forget_messages(session, datetime.now(UTC))
            forget_runs(session, datetime.now(UTC))
        _drop_credits(database)
        _forget_crawls(database)
        _drop_uploads(database, settings.uploads_dir)
        _drop_sent(database, settings.reports_dir / SENT)
        with database.write() as session:
            help_the_planner(session)
    finally:
        database.dispose()


def _drop_credits(database: Database) -> None:
    """Drop the credits of policies that nobody needs, some days at a time."""
    now = datetime.now(UTC)
    with database.read() as session:
        policies = superfluous_policies(session, now)
    for policy_id in policies:
        is_more = True
        while is_more:
            with database.write() as session:
                is_more = drop_credits(session, policy_id, now)


def _forget_crawls(database: Database) -> None:
    """Delete the story of fetches of long ago, some at a time; the numbers stay."""
    now = datetime.now(UTC)
    is_more = True
    while is_more:
        with database.write() as session:
            is_more = forget_fetches(session, now)
    with database.write() as session:
        forget_hosts(session, now)


def _drop_uploads(database: Database, folder: Path) -> None:
    """Delete uploaded files that no import needs any more."""
    now = datetime.now(UTC)
    with database.read() as session:
        needed = needed_uploads(session, now)
    for file in folder.iterdir():
        age = now.timestamp() - file.stat().st_mtime
        if file.is_file() and file.name not in needed and age > UPLOADING.total_seconds():
            file.unlink(missing_ok=True)


def _drop_sent(database: Database, folder: Path) -> None:
    """Delete files that were made for messages only, when those have gone out long ago."""
    now = datetime.now(UTC)
    with database.read() as session:
        needed = needed_files(session)
    home = folder.parent
    for file in sorted(folder.rglob("*"), reverse=True):  # what is inside of a folder first
        age = now.timestamp() - file.stat().st_mtime
        if file.is_dir():
            with suppress(OSError):  # it is not empty
                file.rmdir()
        elif age > SENT_KEPT.total_seconds() and str(file.relative_to(home)) not in needed:
            file.unlink(missing_ok=True)
