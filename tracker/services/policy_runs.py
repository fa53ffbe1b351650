"""Runs that compute another policy beside the current one: asked for, claimed, ended.

Which runs are due stands in the database; a worker claims one with a lease and a fence, and every
write holds the claim again, so that a twin or a worker that slept does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.models import Order, Policy, PolicyRun, Shop, Workspace
from tracker.services.errors import RefusedError

LEASE = timedelta(minutes=5)
"""How long a claim keeps other workers away; every portion of work renews it."""

LIVE = ("queued", "running")


class LostRunError(Exception):
    """The run is another worker's by now, or somebody has called it off."""


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run that this worker holds, as it was when it was claimed."""

    id: int
    fence: int
    workspace_id: int
    policy_id: int
    purpose: str
    first_day: date
    last_day: date
    user_id: int


def ask_for_preview(
    session: Session,
    workspace: Workspace,
    row: Policy,
    *,
    first: date,
    last: date,
    user_id: int = 0,
) -> PolicyRun:
    """Ask for the credits of a policy on the order days of a period (both included).

    Raises RefusedError: policy_unchanged (it is the current one), period_ends_early (last).
    """
    if row.id == workspace.policy_id:
        raise RefusedError("policy_unchanged")
    if last < first:
        raise RefusedError("period_ends_early", "last")
    return _ask(session, workspace, row, "preview", first, last, user_id)


def ask_to_apply(
    session: Session, workspace: Workspace, row: Policy, *, user_id: int = 0
) -> PolicyRun:
    """Ask for a policy, new or of the history, to become the one that the reports show.

    All order days are computed under it first; then the pointer moves. An older wish that is not
    fulfilled yet is called off. Raises RefusedError: policy_unchanged.
    """
    if row.id == workspace.policy_id:
        raise RefusedError("policy_unchanged")
    session.execute(
        update(PolicyRun)
        .where(
            PolicyRun.workspace_id == workspace.id,
            PolicyRun.purpose == "apply",
            PolicyRun.status.in_(LIVE),
        )
        .values(status="cancelled", finished_at=datetime.now(UTC), leased_until=None)
    )
    shops = select(Shop.id).where(Shop.workspace_id == workspace.id)
    today = datetime.now(UTC).date()
    first, last = session.execute(
        select(func.min(Order.ordered_on), func.max(Order.ordered_on)).where(
            Order.shop_id.in_(shops)
        )
    ).one()
    span: tuple[date | None, date | None] = (first, last)
    return _ask(session, workspace, row, "apply", span[0] or today, span[1] or today, user_id)


def _ask(
    session: Session,
    workspace: Workspace,
    row: Policy,
    purpose: str,
    first: date,
    last: date,
    user_id: int,
) -> PolicyRun:
    if row.workspace_id != workspace.id:
        raise ValueError("a policy belongs to its workspace")
    run = PolicyRun(
        workspace_id=workspace.id,
        policy_id=row.id,
        base_policy_id=workspace.policy_id,
        purpose=purpose,
        status="queued",
        first_day=first,
        last_day=last,
        user_id=user_id,
        created_at=datetime.now(UTC),
    )
    session.add(run)
    session.flush()
    return run


def call_off(session: Session, run: PolicyRun) -> None:
    """Call a run off, or give up the preview that it made; its credits are dropped by upkeep."""
    run.status = "cancelled"
    run.finished_at = datetime.now(UTC)
    run.leased_until = None
    run.fence += 1
    session.flush()


def due_runs(session: Session, now: datetime) -> Sequence[int]:
    """Runs that are queued, or whose worker has died; oldest first."""
    return session.scalars(select(PolicyRun.id).where(_free(now)).order_by(PolicyRun.id)).all()


def claim_run(session: Session, run_id: int, now: datetime) -> ClaimedRun | None:
    """Claim a run; None: it is not due, or somebody else's. Commit right after."""
    fence = session.scalar(
        update(PolicyRun)
        .where(PolicyRun.id == run_id, _free(now))
        .values(
            status="running",
            fence=PolicyRun.fence + 1,
            leased_until=now + LEASE,
            days_done=0,
            days_total=None,
        )
        .returning(PolicyRun.fence)
    )
    if fence is None:
        return None
    session.expire_all()
    run = session.get_one(PolicyRun, run_id)
    return ClaimedRun(
        run.id, fence, run.workspace_id, run.policy_id, run.purpose,
        run.first_day, run.last_day, run.user_id,
    )  # fmt: skip


def hold_run(session: Session, claim: ClaimedRun, *, done: int = 0, total: int = -1) -> None:
    """Hold a claim for this transaction, renew its lease and tell the progress.

    done: partitions that are complete with this transaction; total: how many there are, -1: as
    told before. Raises LostRunError.
    """
    values: dict[str, object] = {
        "leased_until": datetime.now(UTC) + LEASE,
        "days_done": PolicyRun.days_done + done,
    }
    if total >= 0:
        values["days_total"] = total
    _change(session, claim, values)


def end_run(session: Session, claim: ClaimedRun, status: str, error: str = "") -> None:
    """The run has ended: done or failed. Raises LostRunError."""
    now = datetime.now(UTC)
    _change(
        session,
        claim,
        {"status": status, "error": error[:1000], "finished_at": now, "leased_until": None},
    )


def _change(session: Session, claim: ClaimedRun, values: dict[str, object]) -> None:
    changed = session.scalar(
        update(PolicyRun)
        .where(
            PolicyRun.id == claim.id,
            PolicyRun.fence == claim.fence,
            PolicyRun.status == "running",
        )
        .values(**values)
        .returning(PolicyRun.id)
    )
    if changed is None:
        raise LostRunError(f"run {claim.id} is no longer ours")


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(
        PolicyRun.status == "queued",
        and_(PolicyRun.status == "running", PolicyRun.leased_until <= now),
    )
