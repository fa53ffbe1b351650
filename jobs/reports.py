"""RQ job that makes what schedules ask for: files into the folder, messages into the box."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.queues import BULK, enqueue
from tracker.config import Settings
from tracker.db import Database, connect
from tracker.domain.destinations import TAKES_FILES
from tracker.models import Destination, ReportSchedule, Workspace
from tracker.reports.scheduled import Content, MadeFile, NotMadeError, plain_name, read_content
from tracker.services.messages import put_message
from tracker.services.schedules import (
    ClaimedRun,
    claim_runs,
    fail_run,
    finish_run,
    open_due_runs,
)

log = logging.getLogger(__name__)

KEPT, SENT = "exports", "sent"
"""Folders under that of reports: files that stay, and files that only a message needs."""

MAX_RUNS = 50
"""Then the job ends; the next tick goes on."""


class _LostError(Exception):
    """Somebody else holds the run by now: what was made is not written down."""


def make_due_reports() -> dict[str, int]:
    """Make what is due (safe to repeat, and beside a twin).

    Returns:
        {"made": runs, "failed": runs that could not be made this time}.
    """
    settings = Settings.from_env()
    database = connect(settings.database)
    try:
        done = make_due(database, settings, datetime.now(UTC))
    finally:
        database.dispose()
    if done["made"]:
        enqueue(BULK, "jobs.sending.send_messages", job_id="messages")
    return done


def make_due(database: Database, settings: Settings, now: datetime) -> dict[str, int]:
    """The same at an instant."""
    with database.write() as session:
        open_due_runs(session, now)
    done = {"made": 0, "failed": 0}
    for _n in range(MAX_RUNS):
        with database.write() as session:
            claims = claim_runs(session, now, limit=1)
        if not claims:
            break
        for claim in claims:
            done["made" if _make(database, settings, claim, now) else "failed"] += 1
    return done


def _make(database: Database, settings: Settings, claim: ClaimedRun, now: datetime) -> bool:
    """Make one run; whether it is made and written down."""
    try:
        _make_and_note(database, settings, claim, now)
        return True
    except _LostError:
        log.info("run %s was taken over", claim.id)
    except NotMadeError as error:
        _fail(database, claim, error.code, now)
    except Exception:  # the schedule shall say so and try again; a time-out goes on
        log.exception("run %s could not be made", claim.id)
        _fail(database, claim, "failed", now)
        raise
    return False


def _fail(database: Database, claim: ClaimedRun, code: str, now: datetime) -> None:
    with database.write() as session:
        fail_run(session, claim, code, now)


def _make_and_note(
    database: Database, settings: Settings, claim: ClaimedRun, now: datetime
) -> None:
    with database.read() as session:
        schedule = session.get_one(ReportSchedule, claim.schedule_id)
        workspace = session.get_one(Workspace, schedule.workspace_id)
        destinations = _destinations(session, schedule)
        content = read_content(session, workspace, schedule, claim.slot_at)
    folder = _folder(schedule, workspace, claim)
    files: dict[str, list[str]] = {}
    locales = {one.locale for one in destinations if one.service in TAKES_FILES}
    for locale in sorted(locales | ({schedule.locale} if schedule.to_folder else set())):
        made = content.files(schedule.formats, locale)
        files[locale] = _write(settings.reports_dir, f"{folder}/{locale}", made)
    with database.write() as session:
        all_files = [path for paths in files.values() for path in paths]
        if not finish_run(session, claim, now, files=all_files):
            raise _LostError
        for destination in destinations:
            attached = files[destination.locale] if destination.service in TAKES_FILES else []
            put_message(
                session, destination, kind="report", run_id=claim.id, title=content.subject(),
                body=_body(content, schedule, destination, settings), now=now, files=attached,
            )  # fmt: skip


def _body(
    content: Content, schedule: ReportSchedule, destination: Destination, settings: Settings
) -> str:
    """The text; a chat, which takes no file, gets the address of the page that has them. People of
    a share get none: their link is theirs already, and our pages are not for them."""
    text = content.text(destination.locale)
    if schedule.content == "share" or destination.service in TAKES_FILES:
        return text
    return f"{text}\n{settings.site_url}/scheduled/{schedule.id}"


def _destinations(session: Session, schedule: ReportSchedule) -> list[Destination]:
    return list(
        session.scalars(
            select(Destination)
            .where(
                Destination.workspace_id == schedule.workspace_id,
                Destination.id.in_(schedule.destination_ids),
            )
            .order_by(Destination.id)
        )
    )


def _folder(schedule: ReportSchedule, workspace: Workspace, claim: ClaimedRun) -> str:
    slot = claim.slot_at.astimezone(ZoneInfo(workspace.time_zone))
    top = KEPT if schedule.to_folder else SENT
    name = f"{schedule.id}-{plain_name(schedule.title)}"
    return f"{top}/{workspace.slug}/{name}/{slot:%Y-%m-%d_%H%M}"


def _write(home: Path, folder: str, files: Iterable[MadeFile]) -> list[str]:
    """Write files whole or not at all; their paths under the folder of reports."""
    target = home / folder
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = []
    for file in files:
        draft = target / f".{secrets.token_hex(8)}"
        draft.write_bytes(file.content)
        os.replace(draft, target / file.name)
        paths.append(f"{folder}/{file.name}")
    return paths
