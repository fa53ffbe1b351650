"""RQ job that looks whether something deserves a word, and puts messages about it into the box."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from jobs.queues import BULK, enqueue
from tracker.config import Settings
from tracker.db import Database, connect
from tracker.models import AlertRule, DirtyDay, Listing, MetricPoint, SocialPost, Workspace
from tracker.reports.alert_figures import read_rule
from tracker.reports.alert_messages import alert_message
from tracker.services import alerts
from tracker.services.alert_notices import take_notices
from tracker.services.dirty import COST, CREDIT
from tracker.services.messages import put_message

PATIENCE = timedelta(hours=1)
"""So long rules about figures wait for days that are being computed; then they are read as they
are: somebody who imports all day shall not be without alerts."""

ON_FIGURES = (
    "roi_below", "refund_above", "spend_without_orders", "code_spike", "pacing_behind",
)  # fmt: skip
"""Kinds that read the daily facts."""


def look_at_watched() -> dict[str, int]:
    """Bring the states of all alerts up to date, one workspace a transaction, and say what is new.

    Returns:
        {"read": subjects, "told": those that are worth telling anew, "messages": put into the box}.
    """
    settings = Settings.from_env()
    database = connect(settings.database)
    done = {"read": 0, "told": 0, "messages": 0}
    try:
        for workspace_id in _workspaces(database):
            with database.write() as session:
                workspace = session.get_one(Workspace, workspace_id)
                found = look_at(session, workspace, settings.site_url, datetime.now(UTC))
            done = {name: done[name] + found[name] for name in done}
    finally:
        database.dispose()
    if done["messages"]:
        enqueue(BULK, "jobs.sending.send_messages", job_id="messages")
    return done


def look_at(session: Session, workspace: Workspace, site_url: str, now: datetime) -> dict[str, int]:
    """The same for one workspace, at an instant."""
    observed = alerts.evaluate(session, workspace, now)
    read, told = observed.read, observed.told
    is_fresh = _is_fresh(session, workspace, now)
    rules = session.scalars(
        select(AlertRule)
        .where(
            AlertRule.workspace_id == workspace.id,
            AlertRule.slot > 0,
            AlertRule.is_active.is_(True),
        )
        .order_by(AlertRule.id)
    ).all()
    for rule in rules:
        if rule.kind in ON_FIGURES and not is_fresh:
            continue
        seen = read_rule(session, workspace, rule, now)
        counted = alerts.apply_readings(session, rule, seen, now)
        read, told = read + counted.read, told + counted.told
    return {"read": read, "told": told, "messages": _speak(session, workspace, site_url, now)}


def _speak(session: Session, workspace: Workspace, site_url: str, now: datetime) -> int:
    """Put what rules have to say into the box, each destination in its language."""
    n_messages = 0
    for notice in take_notices(session, workspace.id, now):
        for destination in notice.destinations:
            title, body = alert_message(
                workspace, notice.rule, notice.news, notice.over, site_url, destination.locale
            )
            put_message(
                session, destination, kind="alert", rule_id=notice.rule.id, title=title, body=body,
                now=now,
            )  # fmt: skip
            n_messages += 1
    return n_messages


def _is_fresh(session: Session, workspace: Workspace, now: datetime) -> bool:
    """Whether no whole day of the workspace waits to be computed; one that waits for too long does
    not count."""
    today = now.astimezone(ZoneInfo(workspace.time_zone)).date()
    waiting = session.scalar(
        select(DirtyDay.day)
        .where(
            DirtyDay.workspace_id == workspace.id,
            DirtyDay.scope.in_((COST, CREDIT)),
            DirtyDay.day < today,
            DirtyDay.marked_at > now - PATIENCE,
        )
        .limit(1)
    )
    return waiting is None


def _workspaces(database: Database) -> list[int]:
    """Those that watch something, or have a rule."""
    watching = or_(
        *(
            select(table.id).where(table.workspace_id == Workspace.id).exists()
            for table in (Listing, MetricPoint, SocialPost, AlertRule)
        )
    )
    with database.read() as session:
        return list(session.scalars(select(Workspace.id).where(watching).order_by(Workspace.id)))
