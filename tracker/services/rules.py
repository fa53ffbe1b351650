"""The workspace's own reading of marks: aliases and channel rules (SEMANTICS 1.2, 1.3).

A change raises the workspace's rules version, so that marks are read again and history follows.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.channels import Channel
from tracker.domain.rules import FIELDS, Operator
from tracker.domain.text import normalise
from tracker.models import Alias, ChannelRule, Workspace
from tracker.services import marks
from tracker.services.errors import RefusedError

DIMENSIONS = ("source", "medium", "campaign")
MAX_RULES = 200
CHOOSABLE = tuple(channel for channel in Channel if channel is not Channel.INTERNAL)
"""Channels that a rule may give."""


def create_alias(
    session: Session,
    workspace: Workspace,
    *,
    dimension: str,
    value: str,
    canonical: str,
    source: str = "",
) -> Alias:
    """Read a value as another one from now on, and in the past.

    source: only for a campaign: the source together with which the mapping counts.

    Raises RefusedError: unknown_value (dimension), value_missing (value, canonical, source),
    alias_known (value), alias_of_itself (canonical).
    """
    if dimension not in DIMENSIONS:
        raise RefusedError("unknown_value", "dimension")
    given, wanted = normalise(value), normalise(canonical)
    together = normalise(source) if dimension == "campaign" else ""
    for text, field in ((given, "value"), (wanted, "canonical")):
        if not text:
            raise RefusedError("value_missing", field)
    if dimension == "campaign" and not together:
        raise RefusedError("value_missing", "source")
    if given == wanted:
        raise RefusedError("alias_of_itself", "canonical")
    known = select(Alias.id).where(
        Alias.workspace_id == workspace.id,
        Alias.dimension == dimension,
        Alias.source == together,
        Alias.value == given,
    )
    if session.scalar(known) is not None:
        raise RefusedError("alias_known", "value")
    row = Alias(
        workspace_id=workspace.id,
        dimension=dimension,
        source=together,
        value=given,
        canonical=wanted,
    )
    session.add(row)
    session.flush()
    marks.names_changed(session, workspace)
    return row


def delete_alias(session: Session, workspace: Workspace, alias_id: int) -> None:
    """Take an alias away; one that is gone already is no error."""
    row = session.get(Alias, alias_id)
    if row is not None and row.workspace_id == workspace.id:
        session.delete(row)
        session.flush()
        marks.names_changed(session, workspace)


def create_rule(
    session: Session,
    workspace: Workspace,
    *,
    name: str,
    channel: str,
    conditions: Sequence[tuple[str, str, str]],
) -> ChannelRule:
    """Add a rule behind the others: all conditions (field, operator, value) must match.

    Raises RefusedError: value_missing (name, conditions), unknown_value (channel, conditions),
    out_of_range (name): there are too many rules.
    """
    if not name.strip():
        raise RefusedError("value_missing", "name")
    if channel not in CHOOSABLE:
        raise RefusedError("unknown_value", "channel")
    checked = [_condition(*condition) for condition in conditions]
    if not checked:
        raise RefusedError("value_missing", "conditions")
    mine = ChannelRule.workspace_id == workspace.id
    n_rules, last = session.execute(
        select(func.count(), func.coalesce(func.max(ChannelRule.position), 0)).where(mine)
    ).one()
    if n_rules >= MAX_RULES:
        raise RefusedError("out_of_range", "name")
    row = ChannelRule(
        workspace_id=workspace.id,
        position=last + 1,
        name=name.strip(),
        conditions=checked,
        channel=channel,
    )
    session.add(row)
    session.flush()
    marks.names_changed(session, workspace)
    return row


def delete_rule(session: Session, workspace: Workspace, rule_id: int) -> None:
    """Take a rule away; one that is gone already is no error."""
    row = session.get(ChannelRule, rule_id)
    if row is not None and row.workspace_id == workspace.id:
        session.delete(row)
        session.flush()
        marks.names_changed(session, workspace)


def _condition(field: str, operator: str, value: str) -> list[str]:
    wanted = normalise(value)
    if field not in FIELDS or operator not in tuple(Operator):
        raise RefusedError("unknown_value", "conditions")
    if not wanted:
        raise RefusedError("value_missing", "conditions")
    return [field, operator, wanted]
