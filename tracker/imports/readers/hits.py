"""Access logs: a line that shows a page to a person is a hit, the others are counted and left out.

Which requests are page views is said by `tracker.domain.log_lines`, which agents are robots by
`tracker.domain.bots`, as for the page script.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from tracker.domain.bots import bot_reason
from tracker.domain.events import MAX_REFERRER, MAX_URL, MAX_USER_AGENT
from tracker.domain.log_lines import HitRecord, other_than_page
from tracker.domain.records import Reason
from tracker.imports.logs.fields import COLUMNS, NO_AGENT, OWN_ID
from tracker.imports.readers.base import Options, Reader
from tracker.imports.row import Row
from tracker.imports.units import Out, Unit


def _units(rows: Iterable[Row], options: Options) -> Iterator[Unit | Out]:
    for row in rows:
        time, address, method, url, status, referrer, agent, host, visitor, key = row.cells
        if not status.isdigit() or len(status) != 3:
            yield Out(row.line, "rejected", Reason.LOG_LINE)
            continue
        other = other_than_page(method, url, int(status))
        if other:
            yield Out(row.line, "ignored", Reason(other))
            continue
        if agent != NO_AGENT and bot_reason(agent):
            yield Out(row.line, "ignored", Reason.ROBOT)
            continue
        at = _instant(row, time)
        if at is None:
            yield Out(row.line, "rejected", Reason.NOT_A_DATE)
            continue
        is_own = visitor.startswith(OWN_ID)
        record = HitRecord(
            key=key,
            at=at,
            url=f"https://{host}{url}"[:MAX_URL] if host else url[:MAX_URL],
            referrer=referrer[:MAX_REFERRER],
            user_agent="" if agent == NO_AGENT else agent[:MAX_USER_AGENT],
            address=address,
            visitor=visitor.removeprefix(OWN_ID)[:200],
            is_own_id=is_own,
        )
        day = at.astimezone(row.sheet.zone).date()
        yield Unit((row.line,), (record,), key, day=day, counts={"page_views": 1}, repeats=True)


def _instant(row: Row, text: str) -> datetime | None:
    """An instant; without an offset it is in the shop's zone. None: it is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=row.sheet.zone)
    return at if 1990 <= at.year <= 2100 else None


READERS = (
    Reader(
        name="hits",
        feeds=("hits",),
        scope="shop",
        columns=frozenset(COLUMNS),
        needed=(("time",), ("url",), ("status",)),
        units=_units,
        is_log=True,
    ),
)
