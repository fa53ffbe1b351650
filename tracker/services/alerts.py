"""Alerts: what is watched is read again, and what deserves a word is remembered until it is seen.

Nothing is sent from here: states and what was last told stand in the database, for pages and for
whatever sends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.domain.alerts import Rule, State, Watched, next_change, next_level
from tracker.models import AlertRule, AlertState, Workspace
from tracker.services.alert_readings import (
    Seen,
    follower_jumps,
    out_of_stock,
    posts_deleted,
    prices_below_ours,
    promotions_started,
    read_listings,
)
from tracker.services.bulk import chunks, table_of

KINDS: dict[str, dict[str, int | None]] = {
    "price_below_ours": {"threshold_ppm": 0, "step_ppm": 50_000, "rearm_s": None},
    "promotion_started": {"threshold_ppm": 0, "step_ppm": 200_000, "rearm_s": None},
    "out_of_stock": {"threshold_ppm": 0, "step_ppm": 0, "rearm_s": None},
    "follower_jump": {"threshold_ppm": 0, "step_ppm": 100_000, "rearm_s": None},
    "post_deleted": {"threshold_ppm": 0, "step_ppm": 0, "rearm_s": None},
}
"""Kind -> its usual measures. A price 5 % further from the one told, a reduction a fifth deeper, a
tenth more or fewer followers are worth another word."""

CHECKED_WITHIN = timedelta(hours=1)
"""`AlertState.checked_at` is right to within this, as long as nothing changes."""

CHANGES = frozenset({"follower_jump"})
"""Kinds that tell a change from one measure to the next, not a state that lasts."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What an evaluation did: subjects read, states that were told anew."""

    read: int
    told: int


def ensure_rules(session: Session, workspace: Workspace, now: datetime) -> list[AlertRule]:
    """The workspace's rules about what is observed, made with their usual measures where they are
    not there yet."""
    known = (
        select(AlertRule)
        .where(AlertRule.workspace_id == workspace.id, AlertRule.slot == 0)
        .order_by(AlertRule.id)
    )
    rules = list(session.scalars(known))
    if missing := KINDS.keys() - {rule.kind for rule in rules}:
        rows: list[dict[str, Any]] = [
            {
                "workspace_id": workspace.id, "kind": kind, "slot": 0, "is_active": True,
                "muted_until": None, "destination_ids": [], "notified_at": None,
                "changed_at": now, **KINDS[kind],
            }
            for kind in sorted(missing)
        ]  # fmt: skip
        insert_new(session, table_of(AlertRule), rows, ["workspace_id", "kind", "slot"])
        rules = list(session.scalars(known))
    return rules


def evaluate(session: Session, workspace: Workspace, now: datetime) -> Evaluated:
    """Read everything that a workspace watches and bring all states up to date (safe to repeat:
    the same readings change nothing)."""
    listings = None
    read = told = 0
    for rule in ensure_rules(session, workspace, now):
        if not rule.is_active:
            continue
        states = states_of(session, rule)
        if rule.kind == "follower_jump":
            watched = {number: _watched(state) for number, state in states.items()}
            seen: Iterable[Seen] = follower_jumps(session, workspace, now, watched)
        elif rule.kind == "post_deleted":
            seen = posts_deleted(session, workspace, now)
        else:
            if listings is None:
                listings = read_listings(session, workspace, now)
            seen = (
                prices_below_ours(listings, rule)
                if rule.kind == "price_below_ours"
                else promotions_started(listings)
                if rule.kind == "promotion_started"
                else out_of_stock(listings)
            )
        counted = apply_readings(session, rule, list(seen), now, states)
        read, told = read + counted.read, told + counted.told
    return Evaluated(read, told)


def mark_seen(
    session: Session, workspace: Workspace, state_ids: Iterable[int], now: datetime
) -> int:
    """Somebody has seen these alerts; gives how many there were."""
    mine = select(AlertRule.id).where(AlertRule.workspace_id == workspace.id)
    rows = session.scalars(
        select(AlertState).where(AlertState.id.in_(set(state_ids)), AlertState.rule_id.in_(mine))
    ).all()
    for row in rows:
        row.seen_at = now
    session.flush()
    return len(rows)


def states_of(session: Session, rule: AlertRule) -> dict[int, AlertState]:
    """Subject -> its state under a rule."""
    found = session.scalars(select(AlertState).where(AlertState.rule_id == rule.id))
    return {state.subject_id: state for state in found}


def _watched(state: AlertState) -> Watched:
    return Watched(State(state.state), state.value, state.told_value, state.told_at)


def apply_readings(
    session: Session,
    rule: AlertRule,
    seen: Iterable[Seen],
    now: datetime,
    states: dict[int, AlertState] | None = None,
) -> Evaluated:
    """Bring a rule's states up to date with what was read; what was not read is forgotten.

    states: those that are there, as `states_of` gives them; None: they are read.
    """
    states = states_of(session, rule) if states is None else states
    measure = Rule(
        step_ppm=rule.step_ppm,
        rearm=None if rule.rearm_s is None else timedelta(seconds=rule.rearm_s),
    )
    step = next_change if rule.kind in CHANGES else next_level
    read = told = 0
    for one in seen:
        read += 1
        row = states.pop(one.subject_id, None)
        before = Watched() if row is None else _watched(row)
        if one.measure is not None:
            before = replace(before, told_value=one.measure)
        after = step(before, one.reading, measure, now)
        if row is None:
            if after == Watched():
                continue
            row = AlertState(rule_id=rule.id, subject_id=one.subject_id, since=now, figures={})
            session.add(row)
        elif after == _watched(row) and now - row.checked_at < CHECKED_WITHIN:
            continue  # thousands of rows that say the same are not written every five minutes
        elif row.state != after.state:
            row.since = now
        if after.told_at != before.told_at:
            told += 1
            row.figures = one.figures
        row.state, row.value, row.checked_at = str(after.state), after.value, now
        row.told_value, row.told_at = after.told_value, after.told_at
    session.flush()
    _forget(session, states.values())
    return Evaluated(read, told)


def _forget(session: Session, states: Iterable[AlertState]) -> None:
    """States of what is no longer watched."""
    for ids in chunks([state.id for state in states], 500):
        session.execute(
            delete(AlertState)
            .where(AlertState.id.in_(ids))
            .execution_options(synchronize_session=False)
        )
