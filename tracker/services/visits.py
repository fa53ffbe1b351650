"""Visits in the database: derived from hits, for the visitors who have new ones.

A visit may be built again at any time and comes out the same: its natural key is the visitor and
its first event, and hits decide all the rest (`tracker.domain.visits`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import BigInteger, delete, select, type_coerce, update
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.channels import Channel
from tracker.domain.marks import RawMark
from tracker.domain.pages import step_of
from tracker.domain.visits import Hits, Visits, split_visits
from tracker.models import Hit, Mark, Shop, Visit, Visitor
from tracker.models.base import from_micros
from tracker.services import dirty
from tracker.services.bulk import among, table_of
from tracker.services.marks import RAW_COLUMNS

VISITORS_AT_ONCE = 1_000
"""Visitors of one transaction: well under a second on SQLite."""

_COLUMNS = (
    "shop_id", "visitor_id", "first_event_id", "started_at", "last_at", "mark_id",
    "click_event_id", "n_page_views", "n_events", "step", "entry_path", "exit_path", "is_bot",
)  # fmt: skip

_TOUCH_COLUMNS = ("started_at", "mark_id", "click_event_id", "is_bot")
"""What attribution sees of a visit: a further page view changes no credit."""

Key = tuple[int, str]
"""Visitor and first event id: a visit's natural key."""

Pair = tuple[dict[str, Any] | None, dict[str, Any] | None]
"""A visit as it was and as it is; None: it was not, or is not, there."""


def build_pending_visits(session: Session, limit: int = VISITORS_AT_ONCE) -> int:
    """Build the visits of visitors who have new hits, those who wait longest first.

    On PostgreSQL the visitors' rows stay locked until the commit, and those that the loader or a
    twin holds are passed over: hits that come meanwhile make the visitor pending again.

    Returns:
        how many visitors were done; fewer than `limit`: nobody else waits.
    """
    visitors = session.scalars(
        select(Visitor.id)
        .where(Visitor.pending_since.is_not(None))
        .order_by(Visitor.pending_since, Visitor.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if visitors:
        rebuild_visits(session, visitors)
        session.execute(
            update(Visitor)
            .where(among(session, Visitor.id, visitors))
            .values(pending_since=None)
            .execution_options(synchronize_session=False)
        )
    return len(visitors)


def rebuild_visits(session: Session, visitor_ids: Sequence[int]) -> int:
    """Derive the visits of these visitors from all their hits, and mark what that makes stale.

    Returns:
        how many visits were added, changed or removed; 0: everything was as it should be.
    """
    hits = _hits(session, visitor_ids)
    wanted = {(row["visitor_id"], row["first_event_id"]): row for row in _visit_rows(session, hits)}
    known = _known(session, visitor_ids)
    gone = {key: row for key, row in known.items() if key not in wanted}
    changed = {
        key: row for key, row in wanted.items()
        if key not in known or any(row[name] != known[key][name] for name in _COLUMNS)
    }  # fmt: skip
    if gone:
        session.execute(
            delete(Visit)
            .where(among(session, Visit.id, [row["id"] for row in gone.values()]))
            .execution_options(synchronize_session=False)
        )
    upsert(session, table_of(Visit), list(changed.values()), ["visitor_id", "first_event_id"])
    pairs: list[Pair] = [(known.get(key), row) for key, row in changed.items()]
    pairs += [(row, None) for row in gone.values()]
    _mark_dirty(session, pairs, _clicks(session, visitor_ids))
    return len(gone) + len(changed)


def _hits(session: Session, visitor_ids: Sequence[int]) -> list[Any]:
    """All hits of the visitors except clicks of tracked links, which are no part of a visit."""
    at = type_coerce(Hit.at, BigInteger).label("at")
    return list(
        session.execute(
            select(
                Hit.shop_id, Hit.visitor_id, at, Hit.event_id, Hit.kind, Hit.mark_id, Hit.path,
                Hit.click_event_id, Hit.bot,
            ).where(among(session, Hit.visitor_id, visitor_ids), Hit.kind != "click")
        )
    )  # fmt: skip


def _clicks(session: Session, visitor_ids: Sequence[int]) -> list[tuple[int, int, datetime]]:
    """(shop, visitor, instant) of the visitors' clicks. Any of them may be new, so the days of all
    are computed again: people click few links."""
    found = session.execute(
        select(Hit.shop_id, Hit.visitor_id, Hit.at).where(
            among(session, Hit.visitor_id, visitor_ids), Hit.kind == "click"
        )
    )
    return [(shop_id, visitor_id, at) for shop_id, visitor_id, at in found]


def _visit_rows(session: Session, hits: Sequence[Any]) -> list[dict[str, Any]]:
    if not hits:
        return []
    marks = _marks(session, {hit.mark_id for hit in hits})
    visits = split_visits(
        Hits(
            visitor=np.array([hit.visitor_id for hit in hits], np.int64),
            at=np.array([hit.at for hit in hits], np.int64),
            event=np.array([hit.event_id for hit in hits], np.str_),
            tag=np.array([marks[hit.mark_id][0] for hit in hits], np.int64),
            is_search=np.array([marks[hit.mark_id][1] for hit in hits], np.bool_),
            is_page_view=np.array([hit.kind == "page_view" for hit in hits], np.bool_),
            is_event=np.array([hit.kind != "page_view" for hit in hits], np.bool_),
            is_flagged=np.array([hit.bot != "" for hit in hits], np.bool_),
        )
    )
    steps = np.zeros(visits.visitor.size, np.int64)
    np.maximum.at(steps, visits.of_hit, _steps(session, hits))
    return [_row(hits, visits, i, int(steps[i])) for i in range(visits.visitor.size)]


def _steps(session: Session, hits: Sequence[Any]) -> list[int]:
    """How far a visit has come with each hit."""
    shops = select(Shop.id, Shop.product_prefixes).where(Shop.id.in_({hit.shop_id for hit in hits}))
    prefixes = {shop_id: tuple(text.split()) for shop_id, text in session.execute(shops)}
    return [step_of(hit.kind, hit.path, prefixes[hit.shop_id]) for hit in hits]


def _row(hits: Sequence[Any], visits: Visits, i: int, step: int) -> dict[str, Any]:
    first, entry = hits[visits.first[i]], hits[visits.entry[i]]
    first_page, last_page = int(visits.first_page[i]), int(visits.last_page[i])
    return {
        "shop_id": first.shop_id,
        "visitor_id": first.visitor_id,
        "first_event_id": first.event_id,
        "started_at": from_micros(int(visits.started_at[i])),
        "last_at": from_micros(int(visits.last_at[i])),
        "mark_id": entry.mark_id,
        "click_event_id": entry.click_event_id or first.click_event_id,
        "n_page_views": int(visits.n_page_views[i]),
        "n_events": int(visits.n_events[i]),
        "step": step,
        "entry_path": hits[first_page].path if first_page >= 0 else "",
        "exit_path": hits[last_page].path if last_page >= 0 else "",
        "is_bot": bool(visits.is_flagged[i]),
    }


def _marks(session: Session, ids: Iterable[int]) -> dict[int, tuple[int, bool]]:
    """Mark -> (tag key, whether it is an untagged organic search)."""
    table = table_of(Mark)
    columns = [table.c[name] for name in RAW_COLUMNS]
    found = session.execute(
        select(table.c.id, table.c.channel_code, *columns).where(among(session, Mark.id, ids))
    )
    search = Channel.ORGANIC_SEARCH.code
    return {row.id: (RawMark(*row[2:]).tag_key(), row.channel_code == search) for row in found}


def _known(session: Session, visitor_ids: Sequence[int]) -> dict[Key, dict[str, Any]]:
    table = table_of(Visit)
    columns = [table.c[name] for name in ("id", *_COLUMNS)]
    found = session.execute(
        select(*columns).where(among(session, Visit.visitor_id, visitor_ids))
    ).mappings()
    return {(row["visitor_id"], row["first_event_id"]): dict(row) for row in found}


def _mark_dirty(
    session: Session,
    pairs: Sequence[Pair],
    clicks: Sequence[tuple[int, int, datetime]],
) -> None:
    """Mark the days of visits as they were and as they are, and of clicks."""
    instants: dict[int, set[datetime]] = defaultdict(set)
    since: dict[int, dict[int, datetime]] = defaultdict(dict)
    for shop_id, visitor_id, at in clicks:
        instants[shop_id].add(at)
        since[shop_id][visitor_id] = min(at, since[shop_id].get(visitor_id, at))
    for before, after in pairs:
        is_seen = before is None or after is None or any(
            before[name] != after[name] for name in _TOUCH_COLUMNS
        )  # fmt: skip
        for row in (before, after):
            if row is not None:
                shop_id, visitor_id, at = row["shop_id"], row["visitor_id"], row["started_at"]
                instants[shop_id].add(at)
                if is_seen:
                    since[shop_id][visitor_id] = min(at, since[shop_id].get(visitor_id, at))
    for shop in session.scalars(select(Shop).where(among(session, Shop.id, sorted(instants)))):
        dirty.traffic_changed(session, shop, _days(shop, instants[shop.id]))
        if since[shop.id]:
            dirty.touches_changed(session, shop, since[shop.id])


def _days(shop: Shop, instants: Iterable[datetime]) -> set[date]:
    zone = ZoneInfo(shop.time_zone)
    return {instant.astimezone(zone).date() for instant in instants}
