"""What a rule has to say to its destinations: news since it last spoke, and what is over.

A rule speaks at most MOST_A_DAY times in 24 hours (Plausible's limit for its spikes); what comes
after that waits for the next time, as long as it lasts. What happens while a rule is muted is never
sent; it stands on pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import AlertRule, AlertState, Destination
from tracker.services.alerts import CHANGES
from tracker.services.messages import count_of_rule

MOST_A_DAY = 2
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Notice:
    """A rule that has something to say. news: told since it last spoke; over: of what it spoke
    about, what is good again."""

    rule: AlertRule
    destinations: Sequence[Destination]
    news: Sequence[AlertState]
    over: Sequence[AlertState]


def take_notices(session: Session, workspace_id: int, now: datetime) -> Iterator[Notice]:
    """The rules of a workspace that shall speak now; taken once: the same news never come again.

    The caller puts the messages into the box in the same transaction.
    """
    rules = session.scalars(
        select(AlertRule)
        .where(AlertRule.workspace_id == workspace_id, AlertRule.is_active.is_(True))
        .order_by(AlertRule.id)
        .with_for_update()
    ).all()
    for rule in rules:
        if not rule.destination_ids:
            continue
        if rule.muted_until is not None and rule.muted_until > now:
            rule.notified_at = now
            continue
        if count_of_rule(session, rule.id, now - DAY) >= MOST_A_DAY:
            continue
        notice = _notice(session, rule)
        if notice.news or notice.over:
            rule.notified_at = now
            yield notice
    session.flush()


def _notice(session: Session, rule: AlertRule) -> Notice:
    since = rule.notified_at or rule.changed_at
    states = session.scalars(
        select(AlertState)
        .where(
            AlertState.rule_id == rule.id,
            AlertState.told_at.is_not(None),
            (AlertState.told_at > since) | (AlertState.since > since),
        )
        .order_by(AlertState.told_at.desc(), AlertState.id)
    ).all()
    news = [one for one in states if _is_told_after(one, since) and _lasts(rule, one)]
    over = [
        one
        for one in states
        if one.state == "ok" and rule.kind not in CHANGES and not _is_told_after(one, since)
    ]
    destinations = session.scalars(
        select(Destination)
        .where(
            Destination.workspace_id == rule.workspace_id,
            Destination.id.in_(rule.destination_ids),
        )
        .order_by(Destination.id)
    ).all()
    return Notice(rule=rule, destinations=destinations, news=news, over=over)


def _is_told_after(state: AlertState, since: datetime) -> bool:
    return state.told_at is not None and state.told_at > since


def _lasts(rule: AlertRule, state: AlertState) -> bool:
    """A change is news whatever came after it; a state only while it lasts."""
    return rule.kind in CHANGES or state.state == "triggered"
