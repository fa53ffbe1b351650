"""Versions of facts: raised by whoever writes facts, in the same transaction.

A reader that finds the version it knows finds the facts it knows, so what was made from them (a
chart) can be shown again without reading any.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.models import FactVersion, Shop
from tracker.models.base import to_micros
from tracker.services.bulk import table_of

TRAFFIC, COST, CREDIT, PROMOTION = "traffic", "cost", "credit", "promotion"
SCOPES = (TRAFFIC, COST, CREDIT, PROMOTION)


def raise_version(session: Session, workspace_id: int, scope: str) -> None:
    """Facts of this scope (of SCOPES) change in this transaction.

    Call it last: on PostgreSQL others who write such facts wait from here to the commit.
    """
    table = table_of(FactVersion)
    version = to_micros(datetime.now(UTC))
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement: Any = (sqlite.insert if is_sqlite else postgresql.insert)(table)
    session.execute(
        statement.values(
            workspace_id=workspace_id, scope=scope, version=version
        ).on_conflict_do_update(
            index_elements=["workspace_id", "scope"],
            # clocks may stand still or go back; a version may not
            set_={
                "version": case((table.c.version >= version, table.c.version + 1), else_=version)
            },
        )
    )


def raise_versions_of_shops(session: Session, shop_ids: Iterable[int], scope: str) -> None:
    """The same for the workspaces of some shops."""
    owners = select(Shop.workspace_id).where(Shop.id.in_(set(shop_ids))).distinct()
    for workspace_id in session.scalars(owners.order_by(Shop.workspace_id)).all():
        raise_version(session, workspace_id, scope)
