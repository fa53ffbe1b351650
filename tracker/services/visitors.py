"""Visitors by their key: the persons whom imported files name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.models import Visitor
from tracker.services.bulk import among, table_of


def visitor_ids(session: Session, shop_id: int, keys: Iterable[str]) -> dict[str, int]:
    """Row ids of visitor keys of a shop; rows are made for those not seen before."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    now = datetime.now(UTC)
    rows = [{"shop_id": shop_id, "key": key, "created_at": now} for key in wanted]
    insert_new(session, table_of(Visitor), rows, key=["shop_id", "key"])
    found = session.execute(
        select(Visitor.key, Visitor.id).where(
            Visitor.shop_id == shop_id, among(session, Visitor.key, wanted)
        )
    )
    return dict(found.all())
