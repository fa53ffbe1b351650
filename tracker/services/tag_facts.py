"""What addresses said on a day, bounded: what is looked through for odd spellings."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.models import Mark, TagDay, Visit
from tracker.models.base import from_micros
from tracker.services.bulk import table_of

MOST_TAGS = 300
"""Tags of a shop's day that have a row of their own. A flood of made-up values ends in one row."""

_TEXTS = (Mark.utm_source, Mark.utm_medium, Mark.utm_campaign, Mark.utm_content)


def replace_tag_day(session: Session, shop_id: int, day: date, start: int, end: int) -> int:
    """Count the tags of a shop's day anew; gives the rows written.

    Args:
        start, end: the day in microseconds, the end exclusive. Visits of flagged bots are left out.
    """
    marks = (
        select(Visit.mark_id, func.count().label("visits"))
        .where(
            Visit.shop_id == shop_id,
            Visit.started_at >= from_micros(start),
            Visit.started_at < from_micros(end),
            Visit.is_bot.is_(False),
        )
        .group_by(Visit.mark_id)
        .subquery()
    )
    found = session.execute(
        select(func.min(Mark.id), func.sum(marks.c.visits))
        .select_from(marks)
        .join(Mark, Mark.id == marks.c.mark_id)
        .where(or_(*(text != "" for text in _TEXTS)))
        .group_by(*_TEXTS)
    ).all()
    ordered = sorted(((mark_id, int(visits)) for mark_id, visits in found), key=_commonest)
    kept, rare = ordered[:MOST_TAGS], ordered[MOST_TAGS:]
    rows: list[dict[str, Any]] = [
        {"shop_id": shop_id, "day": day, "mark_id": mark_id, "visits": visits, "n_values": 1}
        for mark_id, visits in kept
    ]
    if rare:
        total = sum(visits for _, visits in rare)
        rows.append(
            {"shop_id": shop_id, "day": day, "mark_id": 0, "visits": total, "n_values": len(rare)}
        )
    session.execute(
        delete(TagDay)
        .where(TagDay.shop_id == shop_id, TagDay.day == day)
        .execution_options(synchronize_session=False)
    )
    insert_new(session, table_of(TagDay), rows)
    return len(rows)


def _commonest(row: tuple[int, int]) -> tuple[int, int]:
    mark_id, visits = row
    return -visits, mark_id
