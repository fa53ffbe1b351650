"""Alerts that nobody has seen yet: rows on their pages, counts on the first page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from tracker.models import AlertRule, AlertState
from tracker.models.alert import MADE_KINDS, WATCHED_KINDS

OF_LISTINGS = ("price_below_ours", "promotion_started", "out_of_stock")
OF_INFLUENCERS = ("follower_jump", "post_deleted")

ALL_KINDS = (*WATCHED_KINDS, *MADE_KINDS)

NEWS_DAYS = 14
"""How long a change that does not last (a jump) is shown."""

MOST = 200


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that was told: its kind, about what, since when, and its figures."""

    state_id: int
    kind: str
    subject_id: int
    told_at: datetime
    figures: dict[str, Any]


def open_alerts(
    session: Session, workspace_id: int, now: datetime, kinds: Sequence[str], subject_id: int = 0
) -> list[Alert]:
    """Alerts of some kinds that nobody has seen, newest first; subject_id: of one subject only."""
    wanted = [*_open(workspace_id, now), AlertRule.kind.in_(kinds)]
    if subject_id:
        wanted.append(AlertState.subject_id == subject_id)
    rows = session.execute(
        select(
            AlertState.id, AlertRule.kind, AlertState.subject_id, AlertState.told_at,
            AlertState.figures,
        )
        .join(AlertRule, AlertRule.id == AlertState.rule_id)
        .where(*wanted)
        .order_by(AlertState.told_at.desc(), AlertState.id)
        .limit(MOST)
    )  # fmt: skip
    return [Alert(*row) for row in rows]


def triggered_by_rule(session: Session, workspace_id: int) -> dict[int, int]:
    """Rule -> how many subjects are triggered under it at present; rules without any are left out
    (one statement)."""
    rows = session.execute(
        select(AlertState.rule_id, func.count())
        .join(AlertRule, AlertRule.id == AlertState.rule_id)
        .where(AlertRule.workspace_id == workspace_id, AlertState.state == "triggered")
        .group_by(AlertState.rule_id)
    )
    return {row[0]: row[1] for row in rows}


def states_of_rule(session: Session, rule_id: int) -> list[AlertState]:
    """The subjects of a rule that were ever told, newest first: its history."""
    return list(
        session.scalars(
            select(AlertState)
            .where(AlertState.rule_id == rule_id, AlertState.told_at.is_not(None))
            .order_by(AlertState.told_at.desc(), AlertState.id)
            .limit(MOST)
        )
    )


def of_influencer(found: Sequence[Alert], influencer_id: int) -> list[Alert]:
    """Those about an influencer's accounts and posts."""
    return [one for one in found if one.figures.get("influencer_id") == influencer_id]


def count_open(session: Session, workspace_id: int, now: datetime) -> dict[str, int]:
    """How many alerts of each kind nobody has seen (one statement)."""
    rows = session.execute(
        select(AlertRule.kind, func.count())
        .join(AlertState, AlertState.rule_id == AlertRule.id)
        .where(*_open(workspace_id, now))
        .group_by(AlertRule.kind)
    )
    return {row[0]: row[1] for row in rows}


def _open(workspace_id: int, now: datetime) -> list[ColumnElement[bool]]:
    lasts = and_(AlertState.state == "triggered", AlertRule.kind != "follower_jump")
    is_news = and_(
        AlertRule.kind == "follower_jump", AlertState.told_at > now - timedelta(days=NEWS_DAYS)
    )
    return [
        AlertRule.workspace_id == workspace_id,
        AlertRule.is_active.is_(True),
        AlertState.told_at.is_not(None),
        or_(AlertState.seen_at.is_(None), AlertState.seen_at < AlertState.told_at),
        or_(lasts, is_news),
    ]
