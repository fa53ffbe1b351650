"""Making the demo brand, or taking it away, as somebody asks on the site: claimed, told, ended.

What is due stands in the database; a worker claims it with a lease and a fence, and tells its
progress under them, so that a twin, or a worker that slept, does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from tracker.models import DemoRun, Workspace
from tracker.services.errors import RefusedError

LEASE = timedelta(minutes=10)
"""How long a claim keeps other workers away; every sign of progress renews it."""

MOST_TRIES = 3
"""So often a worker may die over a run before it is given up."""

LIVE = ("queued", "running")


class LostDemoRunError(Exception):
    """The run is another worker's by now."""


@dataclass(frozen=True, slots=True)
class ClaimedDemoRun:
    """A run that this worker holds."""

    id: int
    fence: int
    action: str


def ask_for_demo(session: Session, action: str, *, user_id: int = 0) -> DemoRun:
    """Ask for the demo brand ("make"), or to have it away ("remove").

    Raises RefusedError: demo_busy (something is being done already), demo_there (make), demo_absent
    (remove).
    """
    if session.scalar(select(DemoRun.id).where(DemoRun.status.in_(LIVE)).limit(1)) is not None:
        raise RefusedError("demo_busy")
    is_there = demo_workspace(session) is not None
    if action == "make" and is_there:
        raise RefusedError("demo_there")
    if action == "remove" and not is_there:
        raise RefusedError("demo_absent")
    run = DemoRun(
        action=action, status="queued", user_id=user_id, created_at=datetime.now(UTC),
    )  # fmt: skip
    session.add(run)
    session.flush()
    return run


def demo_workspace(session: Session) -> Workspace | None:
    """The demo brand, complete or not; None: there is none."""
    return session.scalar(select(Workspace).where(Workspace.is_demo.is_(True)).limit(1))


def last_run(session: Session) -> DemoRun | None:
    """The newest wish; None: nobody has asked on the site."""
    return session.scalar(select(DemoRun).order_by(DemoRun.id.desc()).limit(1))


def due_demo_runs(session: Session, now: datetime) -> Sequence[int]:
    """Runs that are queued, or whose worker has died; oldest first."""
    return session.scalars(select(DemoRun.id).where(_free(now)).order_by(DemoRun.id)).all()


def claim_demo_run(session: Session, run_id: int, now: datetime) -> ClaimedDemoRun | None:
    """Claim a run; None: it is not due, somebody else's, or given up. Commit right after."""
    row = session.execute(
        update(DemoRun)
        .where(DemoRun.id == run_id, _free(now))
        .values(
            status="running", fence=DemoRun.fence + 1, leased_until=now + LEASE, step="", done=0,
            total=0,
        )
        .returning(DemoRun.fence, DemoRun.action)
    ).first()  # fmt: skip
    if row is None:
        return None
    claim = ClaimedDemoRun(run_id, row.fence, row.action)
    if claim.fence > MOST_TRIES:
        end_demo_run(session, claim, "failed", "its workers died")
        return None
    return claim


def tell_progress(
    session: Session, claim: ClaimedDemoRun, step: str, done: int = 0, total: int = 0
) -> None:
    """Say what is being done, and hold the claim. Raises LostDemoRunError."""
    lease = datetime.now(UTC) + LEASE
    _change(session, claim, step=step[:80], done=done, total=total, leased_until=lease)


def end_demo_run(session: Session, claim: ClaimedDemoRun, status: str, error: str = "") -> None:
    """The run has ended: done or failed. Raises LostDemoRunError."""
    now = datetime.now(UTC)
    _change(session, claim, status=status, error=error[:500], finished_at=now, leased_until=None)


def _change(session: Session, claim: ClaimedDemoRun, **values: object) -> None:
    changed = session.scalar(
        update(DemoRun)
        .where(DemoRun.id == claim.id, DemoRun.fence == claim.fence, DemoRun.status == "running")
        .values(**values)
        .returning(DemoRun.id)
    )
    if changed is None:
        raise LostDemoRunError(f"demo run {claim.id} is no longer ours")


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(
        DemoRun.status == "queued",
        and_(DemoRun.status == "running", DemoRun.leased_until <= now),
    )
