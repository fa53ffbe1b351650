"""Marks in the database: each distinct one once, read under the workspace's rules.

An edit of an alias, a rule, a link or an influencer's names raises the workspace's
`rules_version`; marks that carry an older one are read again: thousands, where hits are millions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.domain.channels import Channel, kind_of
from tracker.domain.click_ids import is_proof
from tracker.domain.marks import RawMark, Reading, classify
from tracker.domain.paths import Signal
from tracker.domain.referrers import source_of_name
from tracker.domain.rules import Rules
from tracker.models import Campaign, Hit, Mark, TrackedLink, Visitor, Workspace
from tracker.services import dirty
from tracker.services.bulk import among, chunks, table_of
from tracker.services.campaigns import campaign_ids, known_campaigns
from tracker.services.people import People
from tracker.services.reading import load_rules

MAX_DISCOVERED = 5_000
"""Campaigns that a workspace gets without anybody naming them: utm_campaign is a stranger's word,
and a flood of made-up values must not drown the list. Later values keep campaign 0."""

REREAD_AT_ONCE = 20_000
"""Marks that an edit reads again in its own transaction (about a second); a job does the rest."""

_CHUNK = 2_000

RAW_COLUMNS = (
    "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "utm_id", "kol", "ref",
    "referrer_host", "click_id", "app", "link_id",
)  # fmt: skip

_DERIVED_COLUMNS = (
    "source", "medium", "campaign", "content", "term", "channel_code", "kind_code", "campaign_id",
    "influencer_id", "paid_evidence", "is_also_paid", "is_tagged", "precedence_class",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Reader:
    """All that a reading needs, fetched once for a batch."""

    rules: Rules
    people: People
    links: dict[int, tuple[int, int]]
    """Tracked link -> (influencer, campaign), 0: none."""

    @classmethod
    def of(cls, session: Session, workspace_id: int) -> _Reader:
        links = session.execute(
            select(TrackedLink.id, TrackedLink.influencer_id, TrackedLink.campaign_id).where(
                TrackedLink.workspace_id == workspace_id
            )
        )
        return cls(
            rules=load_rules(session, workspace_id),
            people=People(session, workspace_id),
            links={link: (influencer, campaign) for link, influencer, campaign in links},
        )

    def read(self, raw: RawMark) -> dict[str, Any]:
        """The derived columns of a mark; `campaign_id` still as the link says."""
        reading = classify(raw, self.rules)
        link_influencer, link_campaign = self.links.get(raw.link_id, (0, 0))
        influencer = link_influencer or self._influencer(reading)
        kind = kind_of(
            reading.channel,
            has_influencer=influencer != 0,
            has_paid_medium=reading.paid_evidence is not None,
        )
        return {
            "source": reading.source,
            "medium": reading.medium,
            "campaign": reading.campaign,
            "content": reading.content,
            "term": reading.term,
            "channel_code": reading.channel.code,
            "kind_code": kind.code if kind else 0,
            "campaign_id": link_campaign,
            "influencer_id": influencer,
            "paid_evidence": reading.paid_evidence,
            "is_also_paid": reading.also_paid,
            "is_tagged": raw.is_tagged,
            "precedence_class": signal_of(raw, reading).value,
        }

    def _influencer(self, reading: Reading) -> int:
        """Who is meant: `kol=`, else, in influencer traffic, what teams write instead of it:
        utm_content, utm_term, or a utm_source that is no network. 0: nobody or unclear."""
        if reading.kol:
            return self.people.find(reading.kol, reading.source or "") or 0
        if reading.channel not in (Channel.KOL, Channel.AFFILIATE):
            return 0
        source = reading.source or ""
        named = source if source_of_name(source).type is None else ""
        for text in (reading.content, reading.term, named):
            found = self.people.find(text, source) if text else None
            if found:
                return found
        return 0


def signal_of(raw: RawMark, reading: Reading) -> Signal:
    """Which class of the policy's precedence list a mark belongs to (SEMANTICS 3.3)."""
    if reading.channel is Channel.KOL or raw.link_id:
        return Signal.kol
    if reading.channel in (Channel.DIRECT, Channel.INTERNAL):
        return Signal.direct
    if is_proof(raw.click_id):
        return Signal.paid_click
    return Signal.tag if raw.is_tagged else Signal.referrer


def mark_ids(session: Session, workspace_id: int, raws: Sequence[RawMark]) -> list[int]:
    """The row ids of raw marks, in their order; rows are made for those not seen before.

    New values of utm_campaign make discovered campaigns (MAX_DISCOVERED at most).
    """
    by_key = {raw.key(): raw for raw in set(raws)}
    known = _ids(session, workspace_id, by_key)
    missing = sorted(by_key.keys() - known.keys())
    if missing:
        _insert(session, workspace_id, {key: by_key[key] for key in missing})
        known |= _ids(session, workspace_id, missing)
    ids = {raw: known[key] for key, raw in by_key.items()}
    return [ids[raw] for raw in raws]


def _ids(session: Session, workspace_id: int, keys: Iterable[str]) -> dict[str, int]:
    found = session.execute(
        select(Mark.key, Mark.id).where(
            Mark.workspace_id == workspace_id, among(session, Mark.key, list(keys))
        )
    ).all()
    ids: dict[str, int] = dict(found)
    return ids


def _insert(session: Session, workspace_id: int, raws: dict[str, RawMark]) -> None:
    reader = _Reader.of(session, workspace_id)
    rows = [
        {
            "workspace_id": workspace_id,
            "key": key,
            **asdict(raw),
            **reader.read(raw),
            "rules_version": reader.rules.version,
        }
        for key, raw in raws.items()
    ]
    _put_campaigns(session, workspace_id, rows)
    insert_new(session, table_of(Mark), rows, key=["workspace_id", "key"])


def _put_campaigns(session: Session, workspace_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Join marks to campaigns by utm_campaign, unless their link names one."""
    wanted = {row["campaign"] for row in rows if row["campaign"] and not row["campaign_id"]}
    if not wanted:
        return
    ids = known_campaigns(session, workspace_id, wanted)
    new = sorted(wanted - ids.keys())
    if new:
        ids |= campaign_ids(session, workspace_id, new[: _room(session, workspace_id)])
    for row in rows:
        row["campaign_id"] = row["campaign_id"] or ids.get(row["campaign"] or "", 0)


def _room(session: Session, workspace_id: int) -> int:
    count = session.scalar(
        select(func.count())
        .select_from(Campaign)
        .where(Campaign.workspace_id == workspace_id, Campaign.is_discovered)
    )
    return max(MAX_DISCOVERED - (count or 0), 0)


def names_changed(session: Session, workspace: Workspace) -> list[int]:
    """An alias, a channel rule, a link's owner, a host of a shop, or an influencer's slug, handle
    or name changed: raise the rules version and read the marks again.

    Returns:
        ids of marks that are read differently now (of the first REREAD_AT_ONCE).
    """
    session.execute(
        update(Workspace)
        .where(Workspace.id == workspace.id)
        .values(rules_version=Workspace.rules_version + 1)
        .execution_options(synchronize_session=False)
    )
    session.refresh(workspace, ["rules_version"])
    return reread_marks(session, workspace, limit=REREAD_AT_ONCE).changed


@dataclass(frozen=True, slots=True)
class Reread:
    """What reading marks again came to: how many were read, and the ids of those that changed."""

    n_read: int
    changed: list[int]


def reread_marks(session: Session, workspace: Workspace, *, limit: int) -> Reread:
    """Read marks again that carry an older rules version; days that used a changed one get dirty.

    Args:
        limit: how many marks at most; call it again until fewer than that are read.
    """
    stale = session.scalars(
        select(Mark.id)
        .where(Mark.workspace_id == workspace.id, Mark.rules_version < workspace.rules_version)
        .order_by(Mark.id)
        .limit(limit)
    ).all()
    if not stale:
        return Reread(0, [])
    reader = _Reader.of(session, workspace.id)
    changed: list[int] = []
    moved: list[int] = []
    for ids in chunks(stale, _CHUNK):
        _reread(session, workspace.id, reader, ids, changed, moved)
    if moved:
        _rebuild_visits_of(session, moved)
    dirty.marks_changed(session, workspace, changed)
    return Reread(len(stale), changed)


def _reread(
    session: Session,
    workspace_id: int,
    reader: _Reader,
    ids: list[int],
    changed: list[int],
    moved: list[int],
) -> None:
    """One chunk; `moved` collects untagged marks that became, or no longer are, a search."""
    table = table_of(Mark)
    columns = [table.c[name] for name in ("id", *RAW_COLUMNS, *_DERIVED_COLUMNS)]
    before = session.execute(select(*columns).where(among(session, Mark.id, ids))).mappings().all()
    rows = [
        {"id": row["id"], **reader.read(RawMark(**{name: row[name] for name in RAW_COLUMNS}))}
        for row in before
    ]
    _put_campaigns(session, workspace_id, rows)
    search = Channel.ORGANIC_SEARCH.code
    different = []
    for old, new in zip(before, rows, strict=True):
        if any(old[name] != new[name] for name in _DERIVED_COLUMNS):
            different.append(new)
            was, is_now = old["channel_code"] == search, new["channel_code"] == search
            if was is not is_now and not new["is_tagged"]:
                moved.append(new["id"])
    if different:
        session.execute(update(Mark), different)
        changed.extend(row["id"] for row in different)
    session.execute(
        update(Mark)
        .where(among(session, Mark.id, ids))
        .values(rules_version=reader.rules.version)
        .execution_options(synchronize_session=False)
    )


def _rebuild_visits_of(session: Session, mark_ids_: Sequence[int]) -> None:
    """A search counts for the visit that it falls into, so these visits may count otherwise now."""
    visitors = select(Hit.visitor_id).where(among(session, Hit.mark_id, mark_ids_))
    session.execute(
        update(Visitor)
        .where(Visitor.id.in_(visitors))
        .values(pending_since=datetime.now(UTC))
        .execution_options(synchronize_session=False)
    )
