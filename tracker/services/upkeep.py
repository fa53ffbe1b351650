"""Upkeep: what has no use any more is deleted, in short transactions' worth of work."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, text
from sqlalchemy.orm import Session

from tracker.models import (
    CouponDay,
    Credit,
    CreditDay,
    CreditDayChannel,
    Policy,
    PolicyRun,
    PolicyUse,
    ProductDay,
    Run,
    SignIn,
    Workspace,
)
from tracker.services import shares
from tracker.services.bulk import table_of
from tracker.services.policy_runs import LIVE
from tracker.services.statements import cited_policies

RUNS_KEPT = timedelta(days=90)
"""How long it is remembered what ran. Imports and the audit log are kept for good."""

PREVIEWS_KEPT = timedelta(days=1)
"""How long the credits of a preview that nobody applied can be looked at."""

DAYS_AT_ONCE = 10
"""Days of credits that are dropped in one transaction."""


def forget_old(session: Session, now: datetime) -> None:
    """Delete sign-ins that have ended, and runs and visits of shares of long ago (safe to
    repeat)."""
    session.execute(delete(SignIn).where(SignIn.expires_at <= now))
    shares.drop_old_visits(session, now)
    session.execute(delete(Run).where(Run.started_at <= now - RUNS_KEPT))


def help_the_planner(session: Session) -> None:
    """Let SQLite look again at how its tables are filled; PostgreSQL does that by itself."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA analysis_limit = 1000"))
        session.execute(text("PRAGMA optimize"))


def superfluous_policies(session: Session, now: datetime) -> list[int]:
    """Policies whose credits have no use any more, though there still are some.

    Kept are, of every workspace, the one that the reports show, the one before it, and those of
    runs that are not over or were done within a day; and those that a statement's rows cite, so
    that it can always be shown what they were paid for. The policy itself and its fits are never
    deleted: the history can restore it.
    """
    kept = cited_policies(session)
    for workspace_id, current in session.execute(select(Workspace.id, Workspace.policy_id)):
        used = session.scalars(
            select(PolicyUse.policy_id)
            .where(PolicyUse.workspace_id == workspace_id, PolicyUse.policy_id != current)
            .order_by(PolicyUse.applied_at.desc(), PolicyUse.id.desc())
            .limit(1)
        )
        kept |= {current, *used}
    young = and_(PolicyRun.status == "done", PolicyRun.finished_at > now - PREVIEWS_KEPT)
    live = PolicyRun.status.in_(LIVE)
    kept |= set(session.scalars(select(PolicyRun.policy_id).where(or_(young, live))))
    found = []
    for policy_id in session.scalars(select(Policy.id).order_by(Policy.id)):
        if policy_id not in kept and any(
            session.scalar(select(table.policy_id).where(table.policy_id == policy_id).limit(1))
            for table in (Credit, CreditDay, CreditDayChannel, CouponDay, ProductDay)
        ):
            found.append(policy_id)
    return found


def drop_credits(session: Session, policy_id: int, now: datetime) -> bool:
    """Drop some days of a policy's ledger and facts; whether there may be more of them.

    Nothing is dropped of a policy that has come to be needed meanwhile.
    """
    if policy_id not in superfluous_policies(session, now):
        return False
    for model in (CreditDayChannel, CreditDay, CouponDay, ProductDay, Credit):
        table = table_of(model)
        day = table.c.booked_on if model is CreditDayChannel else table.c.ordered_on
        some = session.execute(
            select(table.c.shop_id, day)
            .where(table.c.policy_id == policy_id)
            .distinct()
            .limit(DAYS_AT_ONCE)
        ).all()
        if some:
            session.execute(
                delete(table).where(
                    table.c.policy_id == policy_id,
                    or_(*(and_(table.c.shop_id == shop, day == number) for shop, number in some)),
                )
            )
            return True
    return False
