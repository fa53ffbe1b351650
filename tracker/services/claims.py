"""Claims on dirty days: a lease, so that work is shared out; a fence, so that late jobs do no harm.

The database is the truth, not the queue: a job may run twice, at once, or die half-way. It claims
days (fence + 1, lease), works, and before each write holds its claims again: a day whose fence has
moved on belongs to somebody else. A day is done only if nothing marked it meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.models import DirtyDay
from tracker.models.base import to_day_number

LEASE = timedelta(minutes=5)
"""How long a claim keeps others away. A job that needs longer loses nothing but its work."""


@dataclass(frozen=True, slots=True, order=True)
class ClaimedDay:
    """A dirty day that this job holds, as it was when it was claimed."""

    workspace_id: int
    shop_id: int
    day: date
    scope: str
    version: int
    fence: int

    @property
    def partition(self) -> tuple[int, int]:
        """Shop and day number."""
        return self.shop_id, to_day_number(self.day)


def claim_days(
    session: Session,
    scope: str,
    now: datetime,
    *,
    limit: int,
    workspace_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
) -> list[ClaimedDay]:
    """Claim dirty days that nobody holds, newest days first (pages look at those).

    workspace_id, first, last narrow the choice (days included). Commit right after. On PostgreSQL
    rows that another job is just claiming are passed over, not waited for.
    """
    is_free = or_(DirtyDay.leased_until.is_(None), DirtyDay.leased_until <= now)
    rows = session.scalars(
        select(DirtyDay)
        .where(*_chosen(scope, workspace_id, first, last), is_free)
        .order_by(DirtyDay.workspace_id, DirtyDay.day.desc(), DirtyDay.shop_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    claimed = []
    for row in rows:
        row.fence += 1
        row.leased_until = now + LEASE
        claimed.append(
            ClaimedDay(row.workspace_id, row.shop_id, row.day, scope, row.version, row.fence)
        )
    session.flush()
    return claimed


def hold(session: Session, claims: Sequence[ClaimedDay]) -> list[ClaimedDay]:
    """Those of the claims that are still ours, their rows locked until the commit.

    On PostgreSQL a row that somebody is just marking counts as lost for now: the day is dirty
    anyway and comes again, and nobody waits while holding other rows.
    """
    if not claims:
        return []
    found = session.execute(
        select(DirtyDay.workspace_id, DirtyDay.shop_id, DirtyDay.day, DirtyDay.fence)
        .where(or_(*(_is(claim) for claim in claims)))
        .with_for_update(skip_locked=True)
    )
    ours = {tuple(row) for row in found}
    return [c for c in claims if (c.workspace_id, c.shop_id, c.day, c.fence) in ours]


def finish(session: Session, claims: Iterable[ClaimedDay]) -> int:
    """The work on these days is written: clear their marks. Gives how many are clean now.

    A day that was marked again since it was claimed keeps its mark and is free to be claimed.
    """
    done = 0
    for claim in claims:
        ours = and_(_is(claim), DirtyDay.fence == claim.fence)
        cleared = session.execute(
            delete(DirtyDay).where(ours, DirtyDay.version == claim.version).returning(DirtyDay.day)
        ).all()
        done += len(cleared)
        if not cleared:
            session.execute(update(DirtyDay).where(ours).values(leased_until=None))
    return done


def give_back(session: Session, claims: Iterable[ClaimedDay]) -> None:
    """Free claims whose work was not done, so that nobody waits for the lease to run out."""
    for claim in claims:
        session.execute(
            update(DirtyDay)
            .where(_is(claim), DirtyDay.fence == claim.fence)
            .values(leased_until=None)
        )


def count_dirty(
    session: Session,
    scope: str,
    workspace_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
) -> int:
    """How many days wait for recomputation, or are at it (claimed)."""
    chosen = _chosen(scope, workspace_id, first, last)
    return session.scalar(select(func.count()).select_from(DirtyDay).where(*chosen)) or 0


def _chosen(
    scope: str, workspace_id: int | None, first: date | None, last: date | None
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [DirtyDay.scope == scope]
    if workspace_id is not None:
        conditions.append(DirtyDay.workspace_id == workspace_id)
    if first is not None:
        conditions.append(DirtyDay.day >= first)
    if last is not None:
        conditions.append(DirtyDay.day <= last)
    return conditions


def _is(claim: ClaimedDay) -> ColumnElement[bool]:
    return and_(
        DirtyDay.scope == claim.scope,
        DirtyDay.workspace_id == claim.workspace_id,
        DirtyDay.shop_id == claim.shop_id,
        DirtyDay.day == claim.day,
    )
