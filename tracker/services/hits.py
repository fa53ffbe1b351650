"""Collected events into the database: visitors, hits, and who says to have placed an order.

Idempotent: an event that is there already changes nothing, so a journal may be read again from any
earlier place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.domain.bots import bot_reason
from tracker.domain.coupons import normalise_code
from tracker.domain.events import KINDS, Event, link_of_click
from tracker.domain.marks import RawMark, read_click_param, read_mark
from tracker.models import Hit, OrderVisitor, Shop, TrackedLink, Visitor
from tracker.models.base import from_micros
from tracker.services import dirty
from tracker.services.bulk import among, one_loader_at_a_time, table_of
from tracker.services.marks import mark_ids

MAX_PATH = 300
"""Characters of a page's path that are kept."""


@dataclass(slots=True)
class Loaded:
    """What became of a batch."""

    new: int = 0
    known: int = 0
    """Were there already, or stood twice in the batch."""
    refused: list[tuple[Event, str]] = field(default_factory=list)
    """With the reason: "unknown shop" (deleted since), "unknown kind"."""


def load_events(session: Session, events: Sequence[Event]) -> Loaded:
    """Store events: hits with their marks, their visitors (now pending), claims of orders.

    Money never comes this way: an order_placed event is a statement about a visitor, and whether it
    counts is decided by `tracker.domain.identity`.

    Args:
        events: in any order; at most a few thousand, since all are written in one transaction.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: nothing of the batch is stored.
    """
    loaded = Loaded()
    if not events:
        return loaded
    one_loader_at_a_time(session, "hits", 0)
    shops = _shops(session, {event.shop_id for event in events})
    by_shop: dict[int, list[Event]] = {}
    for event in sorted(events, key=lambda e: (e.shop_id, e.at_micros, e.event_id)):
        if event.shop_id not in shops:
            loaded.refused.append((event, "unknown shop"))
        elif event.kind not in KINDS:
            loaded.refused.append((event, "unknown kind"))
        else:
            by_shop.setdefault(event.shop_id, []).append(event)
    for shop_id, of_shop in by_shop.items():
        n_new = len(store_events(session, shops[shop_id], of_shop))
        loaded.new += n_new
        loaded.known += len(of_shop) - n_new
    return loaded


def store_events(
    session: Session, shop: Shop, events: Sequence[Event], *, is_sifted: bool = False
) -> set[str]:
    """Store those events of one shop that are not stored yet; gives their ids.

    Args:
        events: of kinds that exist, in the order of their instants.
        is_sifted: bots are left out already; what the events do not say about their agents is no
            sign of one.
    """
    fresh = _fresh(session, shop.id, events)
    if fresh:
        _store(session, shop, fresh, is_sifted)
    return {event.event_id for event in fresh}


def _shops(session: Session, ids: set[int]) -> dict[int, Shop]:
    found = session.scalars(select(Shop).where(among(session, Shop.id, sorted(ids))))
    return {shop.id: shop for shop in found}


def _fresh(session: Session, shop_id: int, events: Sequence[Event]) -> list[Event]:
    """The events that are not stored yet, each id once (the earliest)."""
    known = set(
        session.scalars(
            select(Hit.event_id).where(
                Hit.shop_id == shop_id, among(session, Hit.event_id, {e.event_id for e in events})
            )
        )
    )
    fresh = []
    for event in events:
        if event.event_id not in known:
            known.add(event.event_id)
            fresh.append(event)
    return fresh


def _store(session: Session, shop: Shop, events: list[Event], is_sifted: bool) -> None:
    visitors = _visitors(session, shop, events)
    marks = _marks(session, shop.workspace_id, events)
    rows = [
        _row(
            event,
            visitors[event.visitor_key],
            mark,
            event.flag or ("" if is_sifted else _bot(event)),
        )
        for event, mark in zip(events, marks, strict=True)
    ]
    insert_new(session, table_of(Hit), rows, key=["shop_id", "event_id"])
    _claim_orders(session, shop, rows)


def _visitors(session: Session, shop: Shop, events: list[Event]) -> dict[str, int]:
    """Row ids by key; all of them are pending from now on: their visits must be built."""
    now = datetime.now(UTC)
    first = {event.visitor_key: event.at_micros for event in reversed(events)}
    wanted = sorted(first)
    rows: list[dict[str, Any]] = [
        {"shop_id": shop.id, "key": key, "created_at": from_micros(first[key])} for key in wanted
    ]
    insert_new(session, table_of(Visitor), rows, key=["shop_id", "key"])
    condition = among(session, Visitor.key, wanted)
    found = session.execute(
        select(Visitor.key, Visitor.id).where(Visitor.shop_id == shop.id, condition)
    )
    ids = {row.key: row.id for row in found}
    # A new instant each time: the job clears it only if it is still the one it saw.
    session.execute(
        update(Visitor)
        .where(among(session, Visitor.id, sorted(ids.values())))
        .values(pending_since=now)
        .execution_options(synchronize_session=False)
    )
    return ids


def _marks(session: Session, workspace_id: int, events: list[Event]) -> list[int]:
    """The mark of each event, as row ids."""
    links = _links(session, workspace_id, {link_of(event) for event in events} - {0})
    raws = []
    for event in events:
        link_id = link_of(event)
        raws.append(
            _read(event.url, event.referrer, event.user_agent, link_id if link_id in links else 0)
        )
    return mark_ids(session, workspace_id, raws)


def link_of(event: Event) -> int:
    """The tracked link behind an event: of a click its own, of a landing the one in `tk=`; or 0."""
    return event.link_id or link_of_click(_click_param(event.url))


def _links(session: Session, workspace_id: int, ids: Iterable[int]) -> set[int]:
    """Those ids that are links of the workspace: an id from an address is anybody's word."""
    wanted = sorted(ids)
    if not wanted:
        return set()
    return set(
        session.scalars(
            select(TrackedLink.id).where(
                TrackedLink.workspace_id == workspace_id, among(session, TrackedLink.id, wanted)
            )
        )
    )


def _row(event: Event, visitor_id: int, mark_id: int, bot: str) -> dict[str, Any]:
    is_click = event.kind == "click"
    return {
        "shop_id": event.shop_id,
        "event_id": event.event_id,
        "visitor_id": visitor_id,
        "at": from_micros(event.at_micros),
        "kind": event.kind,
        "mark_id": mark_id,
        "path": "/go/" + event.link_slug if is_click else path_of(event.url),
        "link_id": event.link_id if is_click else 0,
        "click_event_id": "" if is_click else _click_param(event.url),
        "order_ref": event.order_ref,
        "order_token": event.order_token_hash,
        "coupon_code": normalise_code(event.coupon_code),
        "bot": bot,
    }


def _claim_orders(session: Session, shop: Shop, rows: list[dict[str, Any]]) -> None:
    """Order-placed hits as statements about their visitors."""
    placed = [row for row in rows if row["kind"] == "order_placed"]
    if not placed:
        return
    placed.sort(key=lambda row: (row["order_ref"], row["visitor_id"], row["at"]))
    claims = [
        {
            "shop_id": shop.id,
            "order_ref": first["order_ref"],
            "visitor_id": first["visitor_id"],
            "evidence": "beacon",
            "at": first["at"],
            "token_hash": first["order_token"],
        }
        for _, same in groupby(placed, key=lambda row: (row["order_ref"], row["visitor_id"]))
        for first in [next(same)]
    ]
    key = ["shop_id", "order_ref", "visitor_id", "evidence"]
    insert_new(session, table_of(OrderVisitor), claims, key=key)
    dirty.order_visitors_changed(session, shop, {claim["order_ref"] for claim in claims})


# --- reading one event; visitors of a page look alike, so answers are kept ------------------------


@lru_cache(maxsize=4_096)
def _read(url: str, referrer: str, user_agent: str, link_id: int) -> RawMark:
    return replace(read_mark(url, referrer, user_agent), link_id=link_id)


@lru_cache(maxsize=4_096)
def _click_param(url: str) -> str:
    """The `tk=` of a landing, "" for none."""
    return read_click_param(url) or "" if "tk" in url else ""


@lru_cache(maxsize=4_096)
def path_of(url: str) -> str:
    """The path of a page as a person reads it, cut; "" when the address cannot be taken apart."""
    try:
        path = unquote(urlsplit(url).path, errors="replace")
    except ValueError:
        return ""
    return "".join(c for c in path if c.isprintable())[:MAX_PATH] or "/"


def _bot(event: Event) -> str:
    headers = {"Sec-Purpose": event.purpose} if event.purpose else None
    return bot_reason(event.user_agent, method=event.method, headers=headers) or ""
