"""Is the installation well? One check a function, each with what to do when it is not."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from tracker.collect.delivery_lines import delivery_at
from tracker.collect.segments import Backlog, backlog
from tracker.config import Settings
from tracker.db import Database, connect
from tracker.migrations import current_revision, newest_revision
from tracker.models import User
from tracker.reports.fonts import NO_FONT, find_chinese_font
from tracker.supervisor.plan import QUEUES
from tracker.supervisor.records import AlreadyRunningError, only_parent

GIB = 1024**3
LITTLE_DISK_BYTES = 2 * GIB
NO_DISK_BYTES = GIB // 5
MAX_BACKLOG_SECONDS = 60.0
"""The loader works every second; what waits longer waits for nobody."""

MAX_CLOCK_DIFFERENCE = 5.0
"""Seconds between our clock and a server's."""

FIRST_POSSIBLE_YEAR = 2026
"""A clock that is before this program was written is wrong."""

MIN_POSTGRES = 150000
"""As server_version_num has it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    check: str
    status: str
    """ok, warning (works, but look at it) or failed (does not work)."""
    detail: str
    advice: str = ""
    """What to do; empty: nothing."""


def findings(settings: Settings) -> Iterator[Finding]:
    """All checks, as they are done."""
    yield check_disk(settings)
    yield check_clock()
    yield check_time_zones()
    yield check_fonts()
    database = connect(settings.database)
    try:
        yield from _database_findings(database)
    finally:
        database.dispose()
    yield check_journal(settings)
    yield check_deliveries(settings)
    yield check_parent(settings)
    yield from check_queue(settings)


def as_document(found: list[Finding]) -> dict[str, object]:
    """The findings as `tracker doctor --json` prints them."""
    return {"ok": is_well(found), "checks": [asdict(finding) for finding in found]}


def is_well(found: list[Finding]) -> bool:
    """Whether nothing has failed."""
    return all(finding.status != "failed" for finding in found)


def check_disk(settings: Settings) -> Finding:
    """Room where the journal, the database and the queue write."""
    free = shutil.disk_usage(settings.home_dir).free
    detail = f"{free / GIB:.1f} GiB free in {settings.home_dir}"
    if free < NO_DISK_BYTES:
        return Finding("disk", "failed", detail, "make room: events are refused on a full disk")
    if free < LITTLE_DISK_BYTES:
        return Finding("disk", "warning", detail, "make room soon")
    return Finding("disk", "ok", detail)


def check_clock(now: datetime | None = None) -> Finding:
    """A clock that can be right; everything is dated by it."""
    now = now or datetime.now(UTC)
    if now.year < FIRST_POSSIBLE_YEAR:
        return Finding("clock", "failed", f"{now:%Y-%m-%d %H:%M} UTC", "set the clock (NTP)")
    return Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC")


def check_time_zones() -> Finding:
    """Time zone data: days are cut in the shop's zone."""
    try:
        ZoneInfo("Asia/Shanghai")
    except ZoneInfoNotFoundError:
        return Finding("time zones", "failed", "no time zone data", "pip install tzdata")
    return Finding("time zones", "ok", "present")


def check_fonts() -> Finding:
    """A font with Chinese for charts and reports in files; on pages the browser has its own."""
    found = find_chinese_font()
    if found is None:
        return Finding(
            "fonts", "warning", "no font with Chinese: PNG and PDF files with Chinese fail", NO_FONT
        )
    return Finding("fonts", "ok", found.name)


def _database_findings(database: Database) -> Iterator[Finding]:
    kind = database.engine.dialect.name
    try:
        with database.read() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        yield Finding("database", "failed", _brief(error), "look at TRACKER_DATABASE_URL")
        return
    yield _check_version(database) if kind == "postgresql" else Finding("database", "ok", kind)
    revision, newest = current_revision(database), newest_revision()
    if revision != newest:
        yield Finding(
            "schema",
            "failed",
            f"at {revision or 'nothing'}, the program needs {newest}",
            "`tracker up` brings it up to date",
        )
        return
    yield Finding("schema", "ok", newest)
    yield _check_admin(database)


def _check_version(database: Database) -> Finding:
    with database.read() as session:
        number = int(session.scalar(text("SHOW server_version_num")) or 0)
        server_now = session.scalar(text("SELECT extract(epoch FROM clock_timestamp())"))
    if number < MIN_POSTGRES:
        return Finding(
            "database", "failed", f"PostgreSQL {number // 10000}", "15 is the oldest that will do"
        )
    difference = abs(float(server_now or 0) - time.time())
    if difference > MAX_CLOCK_DIFFERENCE:
        return Finding(
            "database",
            "warning",
            f"its clock differs by {difference:.0f} s",
            "set both clocks (NTP)",
        )
    return Finding("database", "ok", f"PostgreSQL {number // 10000}")


def _check_admin(database: Database) -> Finding:
    with database.read() as session:
        admins = session.scalar(
            select(func.count()).where(User.is_admin.is_(True), User.is_active.is_(True))
        )
    if not admins:
        return Finding(
            "users", "warning", "no administrator can sign in", "tracker user add EMAIL --admin"
        )
    return Finding("users", "ok", f"{admins} administrator(s)")


def check_journal(settings: Settings) -> Finding:
    """Events that are not in the database yet."""
    return _check_backlog("journal", backlog(settings.journal_dir), settings)


def check_deliveries(settings: Settings) -> Finding:
    """Webhooks that are not in the database yet."""
    waiting = backlog(settings.deliveries_dir, delivery_at)
    return _check_backlog("webhooks", waiting, settings)


def _check_backlog(name: str, waiting: Backlog, settings: Settings) -> Finding:
    detail = f"{waiting.bytes} bytes in {waiting.segments} segments wait for the database"
    if waiting.oldest_seconds is not None and waiting.oldest_seconds > MAX_BACKLOG_SECONDS:
        return Finding(
            name,
            "warning",
            f"{detail}, for {waiting.oldest_seconds:.0f} s",
            f"is the loader running? Its log: {settings.logs_dir / 'loader.log'}",
        )
    return Finding(name, "ok", detail)


def check_parent(settings: Settings) -> Finding:
    """Whether `tracker up` runs on this home."""
    try:
        with only_parent(settings.run_dir):
            return Finding("tracker up", "warning", "does not run here", "tracker up")
    except AlreadyRunningError as error:
        return Finding("tracker up", "ok", f"process {error}")


def check_queue(settings: Settings) -> Iterator[Finding]:
    """Valkey, how it is configured, and who works off each queue."""
    with Redis.from_url(settings.redis, socket_timeout=2, socket_connect_timeout=2) as client:
        try:
            client.ping()
        except RedisError as error:
            advice = "look at TRACKER_REDIS_URL" if settings.redis_url else "tracker up starts it"
            yield Finding("queue", "warning", f"no answer: {_brief(error)}", advice)
            return
        yield _check_policy(client)
        for queue in QUEUES:
            workers = client.scard(f"rq:workers:{queue}")
            detail = f"{client.llen(f'rq:queue:{queue}')} waiting, {workers} worker(s)"
            status = "ok" if workers else "warning"
            advice = "" if workers else f"python -m jobs.worker {queue}"
            yield Finding(f"queue {queue}", status, detail, advice)


def _check_policy(client: Redis) -> Finding:
    try:
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
        durable = client.config_get("appendonly").get("appendonly")
    except RedisError:  # a hosted server may not tell
        return Finding("queue", "ok", "answers")
    if policy != "noeviction":
        return Finding(
            "queue",
            "failed",
            f"maxmemory-policy is {policy}: it drops jobs without an error when it is full",
            "set maxmemory-policy noeviction, on a server of its own",
        )
    if durable != "yes":
        return Finding(
            "queue", "warning", "appendonly is off: a restart forgets jobs", "set appendonly yes"
        )
    return Finding("queue", "ok", "answers, keeps its jobs")


def _brief(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split())[:200]
