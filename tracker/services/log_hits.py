"""Page views of access logs as hits: the same reading of traffic as of what the script collects.

Who a visitor is. Where the log holds our script's first-party id (a cookie), it is that visitor;
another id that outlives the day is hashed. Else it is a keyed hash of network address and user
agent that changes every day: nobody is followed from one day to the next, and without the
installation's secret the address cannot be had back [Plausible's visitors are made in the same way,
with a salt of the day]. A day ends at NIGHT in the shop's zone, when few visits are cut by it.
Addresses are never stored.

A day is counted once. On days on which the page script has collected visits, lines of a log are
refused: both tell of the same people, under other names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.events import Event
from tracker.domain.records import HitRecord, LoadResult, Outcome, Reason, Refused
from tracker.models import Hit, Shop, Visit
from tracker.models.base import to_micros
from tracker.services.bulk import among, one_loader_at_a_time
from tracker.services.hits import store_events

EVENT = "log-"
"""Begin of the event ids of logs; the page script's are UUIDs."""

VISITOR = "l:"
"""Begin of the keys of visitors whom only a log knows."""

NIGHT = timedelta(hours=4)
"""After midnight in the shop's zone: then a visitor gets another key."""


def load_hits(
    session: Session, shop: Shop, records: Sequence[HitRecord], *, secret: bytes
) -> LoadResult:
    """Load page views of one shop's log; a line that was loaded before is unchanged.

    Refused: `other_host` (a host that is none of the shop's), `counted_by_script`.

    Args:
        secret: `Settings.customer_key_secret`; with another one every line is new.
    """
    one_loader_at_a_time(session, "hits", 0)
    key = hashlib.blake2b(secret, digest_size=32, person=b"access log").digest()
    zone, hosts = ZoneInfo(shop.time_zone), _hosts(shop)
    ids = [EVENT + _hash(key, f"line\x1f{record.key}") for record in records]
    known = _known(session, shop.id, ids)
    days = {record.at.astimezone(zone).date() for record in records}
    taken = {day for day in days if _has_script(session, shop.id, day, zone)}
    outcomes: list[Outcome | Refused] = []
    events: list[Event] = []
    for event_id, record in zip(ids, records, strict=True):
        if hosts and not _is_own(record.url, hosts):
            outcomes.append(Refused(Reason.OTHER_HOST))
        elif event_id in known:
            outcomes.append(Outcome.UNCHANGED)
        elif record.at.astimezone(zone).date() in taken:
            outcomes.append(Refused(Reason.COUNTED_BY_SCRIPT))
        else:
            known.add(event_id)
            outcomes.append(Outcome.LOADED)
            events.append(_event(key, shop, zone, event_id, record))
    events.sort(key=lambda event: (event.at_micros, event.event_id))
    store_events(session, shop, events, is_sifted=True)
    return LoadResult(tuple(outcomes))


def _event(key: bytes, shop: Shop, zone: ZoneInfo, event_id: str, record: HitRecord) -> Event:
    return Event(
        event_id=event_id,
        shop_id=shop.id,
        kind="page_view",
        visitor_key=_visitor_key(key, shop.id, zone, record),
        at_micros=to_micros(record.at.astimezone(UTC)),
        url=record.url,
        referrer=record.referrer,
        user_agent=record.user_agent,
    )


def _visitor_key(key: bytes, shop_id: int, zone: ZoneInfo, record: HitRecord) -> str:
    if record.is_own_id:
        return record.visitor
    if record.visitor:
        return VISITOR + _hash(key, f"id\x1f{shop_id}\x1f{record.visitor}")
    day = (record.at.astimezone(zone) - NIGHT).date()
    told = f"day\x1f{shop_id}\x1f{day}\x1f{record.address}\x1f{record.user_agent}"
    return VISITOR + _hash(key, told)


def _hash(key: bytes, text: str) -> str:
    data = text.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, key=key, digest_size=16).hexdigest()


def _known(session: Session, shop_id: int, ids: Sequence[str]) -> set[str]:
    found = session.scalars(
        select(Hit.event_id).where(Hit.shop_id == shop_id, among(session, Hit.event_id, ids))
    )
    return set(found)


def _hosts(shop: Shop) -> tuple[str, ...]:
    return tuple(name.rpartition("://")[2].partition("/")[0].partition(":")[0]
                 for name in shop.hostnames.lower().split())  # fmt: skip


def _is_own(url: str, hosts: Sequence[str]) -> bool:
    """Whether an address is the shop's: on one of its hosts, or below one; one without a host is
    taken for the shop's."""
    host = url.partition("://")[2].partition("/")[0].lower()
    return not host or any(host == own or host.endswith("." + own) for own in hosts)


def _has_script(session: Session, shop_id: int, day: date, zone: ZoneInfo) -> bool:
    """Whether the page script has collected a visit on a day of the shop."""
    begin = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    found = session.scalar(
        select(Visit.id)
        .where(
            Visit.shop_id == shop_id,
            Visit.started_at >= begin.astimezone(UTC),
            Visit.started_at < end.astimezone(UTC),
            ~Visit.first_event_id.startswith(EVENT),
        )
        .limit(1)
    )
    return found is not None
