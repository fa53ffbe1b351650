"""Schedules: reports, tables and shares that are made by themselves, once for each slot.

A slot becomes a run by one insert under a unique key, whoever looks; a run is claimed with a lease
and a fence, and what it made is written down in one transaction that holds the fence. Of slots that
were missed only the newest is run, once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.domain.slots import Every, Rhythm, last_slot, next_slot
from tracker.i18n import known_locale
from tracker.models import ReportRun, ReportSchedule, Share, Workspace
from tracker.services import audit
from tracker.services.bulk import table_of
from tracker.services.destinations import check_destinations
from tracker.services.errors import RefusedError

FORMATS = ("pdf", "csv", "xlsx")
CONTENTS = ("report", "table", "share")
EVERY: tuple[Every, ...] = ("day", "week", "month")
MAX_SCHEDULES = 100
MAX_TITLE = 120
LEASE = timedelta(minutes=15)
WAITS = (timedelta(minutes=2), timedelta(minutes=15), timedelta(hours=1))
"""A run that failed is tried again so much later; then it has failed."""

RUNS_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class ScheduleTerms:
    """A schedule as a form gives it, see `ReportSchedule`."""

    title: str
    content: str
    every: str
    formats: tuple[str, ...]
    locale: str
    table_name: str = ""
    args: Mapping[str, str] = field(default_factory=dict)
    share_id: int = 0
    weekday: int = 0
    month_day: int = 1
    minute: int = 540
    destination_ids: tuple[int, ...] = ()
    to_folder: bool = False


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run that a job holds."""

    id: int
    schedule_id: int
    slot_at: datetime
    fence: int


def save_schedule(
    session: Session,
    workspace: Workspace,
    terms: ScheduleTerms,
    now: datetime,
    *,
    tables: Collection[str],
    schedule: ReportSchedule | None = None,
    user_id: int = 0,
) -> ReportSchedule:
    """Make a schedule, or change one. Its next slot is the first one after now.

    Args:
        tables: names of tables that can be exported.

    Raises RefusedError: value_missing (title), too_many, not_found (content, table_name, share_id,
    destinations), no_formats, nowhere (destinations), out_of_range.
    """
    _check(session, workspace, terms, tables)
    if schedule is None:
        count = select(func.count()).where(ReportSchedule.workspace_id == workspace.id)
        if (session.scalar(count) or 0) >= MAX_SCHEDULES:
            raise RefusedError("too_many", "title", most=MAX_SCHEDULES)
        schedule = ReportSchedule(
            workspace_id=workspace.id, is_active=True, user_id=user_id, created_at=now
        )
    schedule.title = terms.title.strip()[:MAX_TITLE]
    schedule.content = terms.content
    schedule.table_name = terms.table_name if terms.content == "table" else ""
    schedule.args = dict(terms.args) if terms.content != "share" else {}
    schedule.share_id = terms.share_id if terms.content == "share" else 0
    schedule.every, schedule.minute = terms.every, terms.minute
    schedule.weekday, schedule.month_day = terms.weekday, terms.month_day
    schedule.formats = [name for name in FORMATS if name in terms.formats]
    schedule.locale, schedule.to_folder = known_locale(terms.locale), terms.to_folder
    schedule.destination_ids = check_destinations(session, workspace.id, terms.destination_ids)
    schedule.next_at = next_slot(rhythm_of(schedule, workspace), now)
    session.add(schedule)
    session.flush()
    audit.note(
        session, "report_schedule.saved", schedule.title, user_id=user_id, schedule=schedule.id
    )
    return schedule


def set_active(
    session: Session,
    workspace: Workspace,
    schedule: ReportSchedule,
    is_active: bool,
    now: datetime,
    *,
    user_id: int = 0,
) -> None:
    """Pause a schedule, or let it go on with its next slot; slots of the pause are not made up."""
    schedule.is_active = is_active
    schedule.next_at = next_slot(rhythm_of(schedule, workspace), now)
    session.flush()
    action = "report_schedule.resumed" if is_active else "report_schedule.paused"
    audit.note(session, action, schedule.title, user_id=user_id, schedule=schedule.id)


def delete_schedule(session: Session, schedule: ReportSchedule, *, user_id: int = 0) -> None:
    """End a schedule for good, with the list of what it made."""
    audit.note(session, "report_schedule.deleted", schedule.title, user_id=user_id)
    session.delete(schedule)
    session.flush()


def run_now(session: Session, schedule: ReportSchedule, now: datetime) -> None:
    """Make it once more, now, beside its slots. Commit, then ring the job."""
    _make_run(session, schedule, now, now)


def open_due_runs(session: Session, now: datetime) -> int:
    """Turn slots that are due into runs; how many there are. Any number of callers may do it at
    once. A schedule that missed several slots runs the newest one."""
    rows = session.execute(
        select(ReportSchedule, Workspace)
        .join(Workspace, Workspace.id == ReportSchedule.workspace_id)
        .where(ReportSchedule.is_active.is_(True), ReportSchedule.next_at <= now)
        .order_by(ReportSchedule.id)
        .with_for_update(of=ReportSchedule)
        .execution_options(populate_existing=True)
    ).all()
    opened = 0
    for schedule, workspace in rows:
        if schedule.next_at > now:  # somebody was faster, on PostgreSQL, while we waited
            continue
        rhythm = rhythm_of(schedule, workspace)
        opened += _make_run(session, schedule, last_slot(rhythm, now), now)
        schedule.next_at = next_slot(rhythm, now)
    session.flush()
    return opened


def claim_runs(session: Session, now: datetime, *, limit: int) -> list[ClaimedRun]:
    """Claim runs that nobody holds, oldest first. Commit right after."""
    rows = session.scalars(
        select(ReportRun)
        .where(
            ReportRun.state == "waiting",
            or_(ReportRun.leased_until.is_(None), ReportRun.leased_until <= now),
        )
        .order_by(ReportRun.slot_at, ReportRun.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    claimed = []
    for row in rows:
        row.fence += 1
        row.leased_until = now + LEASE
        claimed.append(
            ClaimedRun(id=row.id, schedule_id=row.schedule_id, slot_at=row.slot_at, fence=row.fence)
        )
    session.flush()
    return claimed


def finish_run(
    session: Session, claim: ClaimedRun, now: datetime, *, files: Sequence[str] = ()
) -> bool:
    """The files are there; whether the run was still ours. If not, the caller rolls back."""
    row = _held(session, claim)
    if row is None:
        return False
    row.state, row.files, row.error, row.leased_until = "done", list(files), "", None
    row.tries += 1
    row.ended_at = now
    session.flush()
    return True


def fail_run(session: Session, claim: ClaimedRun, error: str, now: datetime) -> None:
    """It could not be made (a code of `labels_alerts` group run_error). "failed" is tried again
    some times; what trying does not mend pauses the schedule."""
    row = _held(session, claim)
    if row is None:
        return
    row.tries += 1
    row.error = error
    if error == "failed" and row.tries <= len(WAITS):
        row.leased_until = now + WAITS[row.tries - 1]
    else:
        row.state, row.ended_at, row.leased_until = "failed", now, None
        if error in ("share_ended", "table_gone"):
            session.get_one(ReportSchedule, row.schedule_id).is_active = False
    session.flush()


def list_schedules(
    session: Session, workspace_id: int
) -> list[tuple[ReportSchedule, ReportRun | None]]:
    """A workspace's schedules by title, each with its newest run."""
    newest = (
        select(func.max(ReportRun.id))
        .where(ReportRun.schedule_id == ReportSchedule.id)
        .correlate(ReportSchedule)
        .scalar_subquery()
    )
    rows = session.execute(
        select(ReportSchedule, ReportRun)
        .outerjoin(ReportRun, ReportRun.id == newest)
        .where(ReportSchedule.workspace_id == workspace_id)
        .order_by(ReportSchedule.title, ReportSchedule.id)
    )
    return [(schedule, run) for schedule, run in rows]


def runs_of(session: Session, schedule_id: int, most: int) -> Sequence[ReportRun]:
    """The newest runs of a schedule."""
    return session.scalars(
        select(ReportRun)
        .where(ReportRun.schedule_id == schedule_id)
        .order_by(ReportRun.id.desc())
        .limit(most)
    ).all()


def forget_runs(session: Session, now: datetime) -> None:
    """Delete the list of what was made long ago, not its files."""
    session.execute(
        delete(ReportRun).where(
            ReportRun.state != "waiting", ReportRun.created_at < now - RUNS_KEPT
        )
    )


def rhythm_of(schedule: ReportSchedule, workspace: Workspace) -> Rhythm:
    """When a schedule is due, on the clocks of its workspace."""
    every = next(known for known in EVERY if known == schedule.every)
    return Rhythm(
        every=every, minute=schedule.minute, time_zone=workspace.time_zone,
        weekday=schedule.weekday, month_day=schedule.month_day,
    )  # fmt: skip


def _make_run(session: Session, schedule: ReportSchedule, slot: datetime, now: datetime) -> int:
    row = {
        "schedule_id": schedule.id, "slot_at": slot, "state": "waiting", "tries": 0,
        "leased_until": None, "fence": 0, "error": "", "files": [], "created_at": now,
        "ended_at": None,
    }  # fmt: skip
    return insert_new(session, table_of(ReportRun), [row], ["schedule_id", "slot_at"])


def _held(session: Session, claim: ClaimedRun) -> ReportRun | None:
    return session.scalar(
        select(ReportRun)
        .where(
            ReportRun.id == claim.id, ReportRun.fence == claim.fence, ReportRun.state == "waiting"
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _check(
    session: Session, workspace: Workspace, terms: ScheduleTerms, tables: Collection[str]
) -> None:
    if not terms.title.strip():
        raise RefusedError("value_missing", "title")
    if terms.content not in CONTENTS or terms.every not in EVERY:
        raise RefusedError("not_found", "content")
    if terms.content == "table" and terms.table_name not in tables:
        raise RefusedError("not_found", "table_name")
    if terms.content == "share":
        share = session.get(Share, terms.share_id)
        if share is None or share.workspace_id != workspace.id:
            raise RefusedError("not_found", "share_id")
    if not set(terms.formats) & set(FORMATS):
        raise RefusedError("no_formats", "formats")
    if not terms.destination_ids and not terms.to_folder:
        raise RefusedError("nowhere", "destinations")
    is_time = 0 <= terms.minute < 1440 and 0 <= terms.weekday < 7 and 1 <= terms.month_day <= 28
    if not is_time:
        raise RefusedError("out_of_range", "minute")
