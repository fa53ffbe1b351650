"""A workspace's reading of marks, as the pure classifier wants it (SEMANTICS 1.2, 1.3)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from tracker.domain.channels import Channel
from tracker.domain.hosts import host_of
from tracker.domain.rules import ChannelRule, Condition, Operator, Rules
from tracker.domain.text import normalise
from tracker.models import Alias, Shop, TrackedLink, Workspace
from tracker.models import ChannelRule as ChannelRuleRow


def load_rules(session: Session, workspace_id: int) -> Rules:
    """The rules of a workspace as they stand in the tables, under its present version.

    Raises:
        sqlalchemy.exc.NoResultFound: there is no such workspace.
    """
    aliases = session.execute(
        select(Alias.dimension, Alias.source, Alias.value, Alias.canonical).where(
            Alias.workspace_id == workspace_id
        )
    ).all()
    links = session.execute(
        select(TrackedLink.id, TrackedLink.influencer_id).where(
            TrackedLink.workspace_id == workspace_id
        )
    )
    return Rules(
        source_aliases=_aliases(aliases, "source"),
        medium_aliases=_aliases(aliases, "medium"),
        campaign_aliases={
            (source, value): canonical
            for dimension, source, value, canonical in aliases
            if dimension == "campaign"
        },
        channel_rules=_channel_rules(session, workspace_id),
        own_hosts=_own_hosts(session, workspace_id),
        link_owners={link_id: influencer_id != 0 for link_id, influencer_id in links},
        version=session.execute(
            select(Workspace.rules_version).where(Workspace.id == workspace_id)
        ).scalar_one(),
    )


def _aliases(rows: Sequence[Row[str, str, str, str]], dimension: str) -> dict[str, str]:
    return {value: canonical for name, _, value, canonical in rows if name == dimension}


def _channel_rules(session: Session, workspace_id: int) -> tuple[ChannelRule, ...]:
    rows = session.scalars(
        select(ChannelRuleRow)
        .where(ChannelRuleRow.workspace_id == workspace_id)
        .order_by(ChannelRuleRow.position)
    )
    return tuple(
        ChannelRule(
            tuple(
                Condition(field, Operator(operator), normalise(value))
                for field, operator, value in row.conditions
            ),
            Channel(row.channel),
        )
        for row in rows
    )


def _own_hosts(session: Session, workspace_id: int) -> frozenset[str]:
    listed = session.scalars(select(Shop.hostnames).where(Shop.workspace_id == workspace_id))
    hosts = {host_of(f"https://{name}/") for names in listed for name in names.split()}
    return frozenset(hosts - {""})
