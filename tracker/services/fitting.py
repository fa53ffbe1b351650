"""Making fits: each week's data-driven models, learnt from the 90 days before it, once.

A fit is made when orders of its week are there, and then stays: orders and visits that come late
change credits, but no fit. Only a person can ask for a refit. Uses transactions of its own (hence a
`Database`, not a session): reading takes long, writing must be short.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from tracker.db import Database
from tracker.domain.attribution.fits import Fit
from tracker.domain.attribution.fitted import fit_all, learnt_from
from tracker.domain.attribution.kernel import Paths, qualified_paths
from tracker.domain.paths import NO_FLOOR, Orders, touches_of
from tracker.domain.periods import Period, day_start, period_bounds
from tracker.domain.policy import Model, Policy
from tracker.models import AuditEntry, Claim, ImportBatch, Order, Shop, Workspace
from tracker.models import Policy as PolicyRow
from tracker.models.base import to_micros
from tracker.services import dirty
from tracker.services.attribution import read_paths
from tracker.services.credit_marks import MarkTable, read_marks
from tracker.services.credit_orders import IS_CONVERSION
from tracker.services.credit_shared import read_of_shop
from tracker.services.fits import store_fits, weeks_made, weeks_of_days, window_of
from tracker.services.policies import content_of, ensure_policy
from tracker.services.turns import take_turn

Ints = NDArray[np.int64]

LEASE = timedelta(minutes=10)
"""How long a process that makes the fits of a week keeps others from making the same."""

VISITORS_AT_ONCE = 100_000
"""Visitors whose journeys are made at once: some hundred megabytes."""


@dataclass(frozen=True, slots=True)
class _Work:
    """The fits of one week that are to be made."""

    workspace_id: int
    policy_id: int
    week_start: date
    version: int

    @property
    def turn(self) -> str:
        return f"fit:{self.policy_id}:{self.week_start}"


def ensure_fits(
    database: Database,
    *,
    workspace_id: int | None = None,
    policy_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
    refit: bool = False,
    now: datetime | None = None,
) -> int:
    """Make the fits that are missing; gives the number of weeks that were fitted.

    A week is due when it has orders and the days that it learns from are over in all shops. Safe to
    run at once, to kill and to run again.

    Args:
        workspace_id: only this one; None: all whose data are not just being loaded.
        policy_id: for another policy than the one that the reports show (needs workspace_id).
        first, last: only weeks with order days from first to last (included).
        refit: make the next version of weeks that have fits already.
        now: an aware instant; None: the present.
    """
    now = now or datetime.now(UTC)
    with database.write() as session:
        chosen = _settled() if workspace_id is None else Workspace.id == workspace_id
        work = [
            one
            for workspace in session.scalars(select(Workspace).where(chosen).order_by(Workspace.id))
            for one in _due(session, workspace, policy_id, first, last, refit, now)
        ]
    return sum(_make(database, one) for one in work)


def fit_week(
    session: Session, workspace: Workspace, policy: Policy, week_start: date
) -> dict[Model, Fit]:
    """The fits of a week, from the orders and visitors of the days that it learns from."""
    first, last = window_of(week_start)
    shops = session.scalars(
        select(Shop).where(Shop.workspace_id == workspace.id).order_by(Shop.id)
    ).all()
    chosen = and_(
        Order.shop_id.in_([shop.id for shop in shops]), Order.ordered_on.between(first, last)
    )
    _, paths, buyers = read_paths(session, workspace, policy, chosen)
    marks = read_marks(session, workspace.id)
    others = chain.from_iterable(
        _null_paths(session, shop, Period(first, last), buyers, marks, policy) for shop in shops
    )
    journeys = learnt_from(chain([(paths, True)], ((path, False) for path in others)))
    return fit_all(journeys, policy.markov_order)


def _null_paths(
    session: Session, shop: Shop, window: Period, buyers: Ints, marks: MarkTable, policy: Policy
) -> Iterator[Paths]:
    """Paths of the visitors without an order in the window: as if they had placed one at their last
    touch in it, so that the policy's lookback and limits hold for them too."""
    begin, end = period_bounds(window, ZoneInfo(shop.time_zone))
    signals = read_of_shop(session, shop.id, begin, end - 1, marks)
    signals = signals.take(~np.isin(signals.owner_key, buyers))
    visitors, place = np.unique(signals.owner_key, return_inverse=True)
    newest = np.full(visitors.size, NO_FLOOR, np.int64)
    np.maximum.at(newest, place, signals.at)
    for start in range(0, visitors.size, VISITORS_AT_ONCE):
        stop = start + VISITORS_AT_ONCE
        some = newest[start:stop]
        orders = Orders(visitors[start:stop], some, np.full(some.size, NO_FLOOR, np.int64))
        theirs = signals.take((place >= start) & (place < stop))
        yield qualified_paths(orders, theirs, touches_of(0), policy)


def _settled() -> ColumnElement[bool]:
    """Workspaces into which no file is being imported, and demos that are complete: a fit from half
    of the data would stay."""
    importing = select(ImportBatch.id).where(
        ImportBatch.workspace_id == Workspace.id, ImportBatch.status.in_(["queued", "running"])
    )
    is_loaded = select(AuditEntry.id).where(
        AuditEntry.action == "demo.loaded",
        AuditEntry.subject == Workspace.slug,
        AuditEntry.at >= Workspace.created_at,
    )
    return and_(~importing.exists(), or_(Workspace.is_demo.is_(False), is_loaded.exists()))


def _due(
    session: Session,
    workspace: Workspace,
    policy_id: int | None,
    first: date | None,
    last: date | None,
    refit: bool,
    now: datetime,
) -> list[_Work]:
    """Weeks of a workspace that have orders, but no fits (or, with `refit`, older ones)."""
    shops = session.execute(
        select(Shop.id, Shop.time_zone).where(Shop.workspace_id == workspace.id)
    ).all()
    query = (
        select(Order.ordered_on)
        .where(Order.shop_id.in_([shop_id for shop_id, _ in shops]), IS_CONVERSION)
        .distinct()
    )
    if first is not None:
        query = query.where(Order.ordered_on >= first)
    if last is not None:
        query = query.where(Order.ordered_on <= last)
    weeks = weeks_of_days(session.scalars(query))
    if not weeks:
        return []
    policy_id = policy_id or ensure_policy(session, workspace).id
    made = weeks_made(session, policy_id)
    zones = {ZoneInfo(zone) for _, zone in shops}
    return [
        _Work(workspace.id, policy_id, week, made.get(week, 0) + 1)
        for week in weeks
        if (refit or week not in made)
        and all(day_start(week, zone) <= to_micros(now) for zone in zones)
    ]


def _make(database: Database, work: _Work) -> bool:
    """Make the fits of one week; False: somebody else is at it."""
    with database.write() as session:
        if not take_turn(session, work.turn, LEASE, datetime.now(UTC)):
            return False
    try:
        with database.read() as session:
            workspace = session.get_one(Workspace, work.workspace_id)
            policy = content_of(session.get_one(PolicyRow, work.policy_id))
            fits = fit_week(session, workspace, policy, work.week_start)
        with database.write() as session:
            workspace = session.get_one(Workspace, work.workspace_id)
            changes = store_fits(session, work.policy_id, work.week_start, work.version, fits)
            if changes and workspace.policy_id == work.policy_id:
                dirty.fits_made(session, workspace, work.week_start)
    finally:
        with database.write() as session:
            session.execute(delete(Claim).where(Claim.name == work.turn))
    return True
