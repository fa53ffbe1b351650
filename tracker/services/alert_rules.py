"""Rules that people make: what they measure, checked; muting, pausing, ending them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.models import AlertRule, Workspace
from tracker.models.alert import MADE_KINDS
from tracker.services import audit
from tracker.services.destinations import check_destinations
from tracker.services.errors import RefusedError

MAX_RULES = 100
MAX_NAME = 80
DAY = 86_400
MOST_FLOOR = 10**12
FIGURE_DIMENSIONS = ("total", "channel", "campaign", "influencer")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of rule is measured by.

    threshold: least and greatest, in millionths; None: it has none. days: longest window; 0: it has
    none. floor: "money" (minor units of cost), "orders", or "": it has none. is_by: whether it
    looks at figures by a dimension. usual: the measures a form starts with.
    """

    threshold: tuple[int, int] | None
    days: int
    floor: str
    is_by: bool
    usual: Measures


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of a rule, see `AlertRule`. rearm_days: told again after so many days while it
    lasts; 0: once."""

    dimension: str = ""
    only_id: int = 0
    window_days: int = 0
    floor: int = 0
    threshold_ppm: int = 0
    rearm_days: int = 7


KINDS: Mapping[str, Kind] = {
    "roi_below": Kind((-1_000_000, 100_000_000), 90, "money", True,
                      Measures("influencer", 0, 30, 100_000, 0)),
    "refund_above": Kind((1, 1_000_000), 90, "orders", True,
                         Measures("channel", 0, 30, 20, 200_000)),
    "code_spike": Kind((1_000_000, 100_000_000), 14, "orders", False,
                       Measures("", 0, 1, 10, 3_000_000, 0)),
    "spend_without_orders": Kind(None, 30, "money", True,
                                 Measures("campaign", 0, 3, 50_000, 0, 3)),
    "price_drop": Kind((10_000, 990_000), 30, "", False, Measures("", 0, 7, 0, 100_000, 0)),
    "crawl_stale": Kind(None, 60, "", False, Measures("", 0, 3, 0, 0)),
    "pacing_behind": Kind((10_000, 1_000_000), 0, "", False, Measures("", 0, 0, 0, 150_000)),
}  # fmt: skip
"""Kind that people can make -> how it is measured."""

STEP_PPM = {"price_drop": 50_000}
"""Kinds that are told again when they get worse by so much, and by how much."""


def create_rule(
    session: Session,
    workspace: Workspace,
    kind: str,
    measures: Measures,
    now: datetime,
    *,
    name: str = "",
    destination_ids: Sequence[int] = (),
    user_id: int = 0,
) -> AlertRule:
    """Make a rule.

    Raises RefusedError: not_found (kind, destinations), too_many, out_of_range (the measure).
    """
    if kind not in KINDS:
        raise RefusedError("not_found", "kind")
    newest = select(func.coalesce(func.max(AlertRule.slot), 0), func.count()).where(
        AlertRule.workspace_id == workspace.id, AlertRule.slot > 0
    )
    slot, n_rules = session.execute(newest).one()
    if n_rules >= MAX_RULES:
        raise RefusedError("too_many", "name", most=MAX_RULES)
    rule = AlertRule(
        workspace_id=workspace.id, kind=kind, slot=slot + 1, is_active=True,
        step_ppm=STEP_PPM.get(kind, 0), changed_at=now, notified_at=now,
    )  # fmt: skip
    _measure(rule, measures)
    rule.name = name.strip()[:MAX_NAME]
    rule.destination_ids = check_destinations(session, workspace.id, destination_ids)
    session.add(rule)
    session.flush()
    audit.note(session, "alert_rule.created", rule.name or kind, user_id=user_id, rule=rule.id)
    return rule


def update_rule(
    session: Session,
    rule: AlertRule,
    measures: Measures | None,
    now: datetime,
    *,
    name: str = "",
    destination_ids: Sequence[int] = (),
    user_id: int = 0,
) -> None:
    """Change a rule. measures None: those of a rule that made itself stay as they are.

    What was told before it had a destination is not sent to its first one.

    Raises RefusedError: as `create_rule`.
    """
    if measures is not None and rule.slot:
        _measure(rule, measures)
    wanted = check_destinations(session, rule.workspace_id, destination_ids)
    if wanted and not rule.destination_ids:
        rule.notified_at = now
    rule.destination_ids = wanted
    rule.name = name.strip()[:MAX_NAME]
    rule.changed_at = now
    session.flush()
    audit.note(session, "alert_rule.changed", rule.name or rule.kind, user_id=user_id, rule=rule.id)


def mute_rule(
    session: Session, rule: AlertRule, until: datetime | None, *, user_id: int = 0
) -> None:
    """Send nothing before an instant, whatever happens; None: send again."""
    rule.muted_until = until
    session.flush()
    action = "alert_rule.muted" if until else "alert_rule.unmuted"
    audit.note(session, action, rule.name or rule.kind, user_id=user_id, rule=rule.id)


def set_active(
    session: Session, rule: AlertRule, is_active: bool, now: datetime, *, user_id: int = 0
) -> None:
    """Pause a rule, or let it work again: what happened meanwhile is not sent."""
    rule.is_active, rule.notified_at = is_active, now
    session.flush()
    action = "alert_rule.resumed" if is_active else "alert_rule.paused"
    audit.note(session, action, rule.name or rule.kind, user_id=user_id, rule=rule.id)


def delete_rule(session: Session, rule: AlertRule, *, user_id: int = 0) -> None:
    """End a rule for good, with its states; its messages stay as history. A rule that made itself
    is paused instead: it would come back.

    Raises RefusedError: not_found (kind).
    """
    if not rule.slot:
        raise RefusedError("not_found", "kind")
    audit.note(session, "alert_rule.deleted", rule.name or rule.kind, user_id=user_id, rule=rule.id)
    session.delete(rule)
    session.flush()


def list_rules(session: Session, workspace_id: int) -> Sequence[AlertRule]:
    """A workspace's rules: those that people made first, each kind together."""
    rules = session.scalars(select(AlertRule).where(AlertRule.workspace_id == workspace_id)).all()
    order = {kind: place for place, kind in enumerate(MADE_KINDS)}
    return sorted(rules, key=lambda r: (not r.slot, order.get(r.kind, 99), r.kind, r.slot))


def measures_of(rule: AlertRule) -> Measures:
    """The measures that a rule has."""
    return Measures(
        dimension=rule.dimension, only_id=rule.only_id, window_days=rule.window_days,
        floor=rule.floor, threshold_ppm=rule.threshold_ppm,
        rearm_days=(rule.rearm_s or 0) // DAY,
    )  # fmt: skip


def mute_end(now: datetime, days: int) -> datetime:
    """The end of so many days from now. Raises RefusedError: out_of_range (days)."""
    if not 1 <= days <= 90:
        raise RefusedError("out_of_range", "days")
    return now + timedelta(days=days)


def _measure(rule: AlertRule, given: Measures) -> None:
    """Write down measures that the kind has, and no others."""
    kind = KINDS[rule.kind]
    if kind.is_by and given.dimension not in FIGURE_DIMENSIONS:
        raise RefusedError("out_of_range", "dimension")
    if kind.days and not 1 <= given.window_days <= kind.days:
        raise RefusedError("out_of_range", "window_days")
    if kind.threshold and not kind.threshold[0] <= given.threshold_ppm <= kind.threshold[1]:
        raise RefusedError("out_of_range", "threshold")
    if not 0 <= given.floor <= MOST_FLOOR:
        raise RefusedError("out_of_range", "floor")
    if not 0 <= given.rearm_days <= 90:
        raise RefusedError("out_of_range", "rearm_days")
    rule.dimension = given.dimension if kind.is_by else ""
    rule.only_id = given.only_id if kind.is_by and given.dimension != "total" else 0
    rule.window_days = given.window_days if kind.days else 0
    rule.floor = given.floor if kind.floor else 0
    rule.threshold_ppm = given.threshold_ppm if kind.threshold else 0
    rule.rearm_s = given.rearm_days * DAY or None
