"""Claims on hosts: one batch of one host at a time, however many schedulers and workers there are.

Who holds a host (lease and fence) is the only one who fetches its targets and writes what came of
them. So targets need no claim of their own: what is due stays due until its result is written, in
the same transaction that moves its date. A crawl that is killed loses nothing and doubles nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.models import CrawlDomain, CrawlRun, CrawlTarget
from tracker.services.bulk import table_of
from tracker.services.crawl_schedule import open_workspaces
from tracker.services.quarantine import settle_run

LEASE = timedelta(minutes=3)
"""How long a host belongs to a worker without a sign of life."""

BATCH_TARGETS = 50
"""Targets of one claim: so that one host with thousands of pages does not keep a place for ever."""

SPARE_CANDIDATES = 20
"""Hosts looked at beyond those wanted: another worker may be just taking the first ones."""

ROBOTS_KEPT = timedelta(hours=24)
ROBOTS_RETRIED = timedelta(hours=1)
"""How long robots.txt is believed, and how long its failure (RFC 9309, 2.4: not over a day)."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A host that this worker holds, and the run that it writes under."""

    host: str
    fence: int
    run_id: int
    robots: CrawlDomain | None = field(repr=False)
    """What is known of robots.txt; None: it must be asked."""
    targets: list[CrawlTarget] = field(repr=False, default_factory=list)


def claim_host(
    session: Session,
    now: datetime,
    *,
    only: Collection[int] | None = None,
    workspace_id: int | None = None,
    without: Collection[str] = (),
) -> Claim | None:
    """Claim the host that has waited longest; see `claim_hosts`."""
    claims = claim_hosts(session, now, 1, only=only, workspace_id=workspace_id, without=without)
    return claims[0] if claims else None


def claim_hosts(
    session: Session,
    now: datetime,
    most: int,
    *,
    only: Collection[int] | None = None,
    workspace_id: int | None = None,
    without: Collection[str] = (),
) -> list[Claim]:
    """Claim hosts, longest waiting first, each with up to BATCH_TARGETS of its due targets.

    Commit right after. Detached objects in the answer may be read.

    Args:
        most: how many hosts.
        only: ids of targets that are meant; None: all.
        workspace_id: whose targets; None: everybody's.
        without: hosts that are not wanted now.
    """
    due = _due(session, now, only)
    if workspace_id is not None:
        due.append(CrawlTarget.workspace_id == workspace_id)
    candidates = session.execute(
        select(CrawlTarget.host, func.min(CrawlTarget.next_at).label("since"))
        .outerjoin(CrawlDomain, CrawlDomain.host == CrawlTarget.host)
        .where(
            *due,
            CrawlTarget.host.not_in(list(without)),
            or_(CrawlDomain.leased_until.is_(None), CrawlDomain.leased_until <= now),
            or_(CrawlDomain.next_allowed_at.is_(None), CrawlDomain.next_allowed_at <= now),
        )
        .group_by(CrawlTarget.host)
        .order_by("since", CrawlTarget.host)
        .limit(most + SPARE_CANDIDATES)
    ).all()
    # in one order everywhere, or two workers that insert the same new hosts wait for each other
    new = [_fresh(host) for host in sorted(host for host, _since in candidates)]
    insert_new(session, table_of(CrawlDomain), new, key=["host"])
    claims: list[Claim] = []
    for host, _since in candidates:
        if len(claims) == most:
            break
        fence = _take(session, host, now)
        claim = None if fence is None else _open_run(session, host, fence, now, due)
        if claim is not None:
            claims.append(claim)
    return claims


def _fresh(host: str) -> dict[str, object]:
    return {"host": host, "next_allowed_at": None, "robots_http": None, "robots_at": None,
            "leased_until": None}  # fmt: skip


def _take(session: Session, host: str, now: datetime) -> int | None:
    """Lease a host; its new fence, or None when somebody was faster, or is just at it."""
    row = session.scalars(
        select(CrawlDomain)
        .where(
            CrawlDomain.host == host,
            or_(CrawlDomain.leased_until.is_(None), CrawlDomain.leased_until <= now),
            or_(CrawlDomain.next_allowed_at.is_(None), CrawlDomain.next_allowed_at <= now),
        )
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return None
    row.fence += 1
    row.leased_until = now + LEASE
    session.flush()
    return row.fence


def _due(
    session: Session, now: datetime, only: Collection[int] | None
) -> list[ColumnElement[bool]]:
    scheduled = CrawlTarget.is_active & CrawlTarget.workspace_id.in_(open_workspaces(session, now))
    conditions = [CrawlTarget.next_at <= now, or_(CrawlTarget.is_asked, scheduled)]
    if only is not None:
        conditions.append(CrawlTarget.id.in_(list(only)))
    return conditions


def _open_run(
    session: Session, host: str, fence: int, now: datetime, due: list[ColumnElement[bool]]
) -> Claim | None:
    """Begin the run; a run of the same host that was left behind is over."""
    left = select(CrawlRun.id).where(CrawlRun.host == host, CrawlRun.outcome == "running")
    for run_id in session.scalars(left).all():
        _end_run(session, run_id, "lost", now, "its worker gave no sign of life")
    targets = session.scalars(
        select(CrawlTarget)
        .where(*due, CrawlTarget.host == host)
        .order_by(CrawlTarget.is_asked.desc(), CrawlTarget.next_at, CrawlTarget.id)
        .limit(BATCH_TARGETS)
        .execution_options(populate_existing=True)
    ).all()
    domain = session.scalars(select(CrawlDomain).where(CrawlDomain.host == host)).one()
    if not targets:  # another worker has done them since the candidates were read
        domain.leased_until = None
        session.flush()
        return None
    run = CrawlRun(
        host=host, fence=fence, started_at=now, outcome="running", n_targets=len(targets)
    )
    session.add(run)
    session.flush()
    return Claim(host, fence, run.id, domain if _is_fresh(domain, now) else None, list(targets))


def _is_fresh(domain: CrawlDomain, now: datetime) -> bool:
    if domain.robots_at is None or not domain.robots_status:
        return False
    kept = ROBOTS_RETRIED if domain.robots_status == "disallow_all" else ROBOTS_KEPT
    return now - domain.robots_at < kept


def hold(session: Session, host: str, fence: int, now: datetime) -> CrawlDomain | None:
    """The host's row, locked and its lease renewed, if it is still ours; None: write nothing."""
    row = session.scalars(
        select(CrawlDomain)
        .where(CrawlDomain.host == host, CrawlDomain.fence == fence)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or row.leased_until is None:
        return None
    row.leased_until = now + LEASE
    session.flush()
    return row


def renew(session: Session, claims: Collection[Claim], now: datetime) -> None:
    """A sign of life: the hosts stay ours for another LEASE."""
    for claim in claims:
        session.execute(
            update(CrawlDomain)
            .where(
                CrawlDomain.host == claim.host,
                CrawlDomain.fence == claim.fence,
                CrawlDomain.leased_until.is_not(None),
            )
            .values(leased_until=now + LEASE)
        )


def finish(
    session: Session,
    claim: Claim,
    outcome: str,
    now: datetime,
    *,
    pause: timedelta = timedelta(0),
    error: str = "",
) -> bool:
    """The batch is over: free the host, close the run, settle what it kept aside.

    Args:
        outcome: done, backed_off or failed.
        pause: nothing is asked of the host for so long, or for its Crawl-delay; a back-off that
            was written stays.

    Returns whether the host was still ours; if not, nothing is changed.
    """
    domain = hold(session, claim.host, claim.fence, now)
    if domain is None:
        return False
    domain.leased_until = None
    earliest = now + max(pause, timedelta(milliseconds=domain.crawl_delay_ms))
    if domain.next_allowed_at is None or domain.next_allowed_at < earliest:
        domain.next_allowed_at = earliest
    session.flush()
    _end_run(session, claim.run_id, outcome, now, error)
    return True


def _end_run(session: Session, run_id: int, outcome: str, now: datetime, error: str) -> None:
    session.execute(
        update(CrawlRun)
        .where(CrawlRun.id == run_id)
        .values(outcome=outcome, ended_at=now, error=error[:300])
    )
    settle_run(session, run_id, now)


def close_lost_runs(session: Session, now: datetime) -> int:
    """End the runs whose worker is gone and whose host nobody claimed since. Gives how many."""
    lost = (
        select(CrawlRun.id)
        .join(CrawlDomain, CrawlDomain.host == CrawlRun.host)
        .where(
            CrawlRun.outcome == "running",
            or_(
                CrawlDomain.leased_until.is_(None),
                CrawlDomain.leased_until <= now,
                CrawlDomain.fence != CrawlRun.fence,
            ),
        )
        .with_for_update(of=CrawlRun, skip_locked=True)
    )
    run_ids = session.scalars(lost).all()
    for run_id in run_ids:
        _end_run(session, run_id, "lost", now, "its worker gave no sign of life")
    return len(run_ids)
