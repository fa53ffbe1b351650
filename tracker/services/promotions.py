"""Promotions (双11, 618, 春节 …): ranges of days, drawn on charts and compared with each other."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.text import normalise
from tracker.models import Promotion, Workspace
from tracker.services.errors import RefusedError
from tracker.services.fact_versions import PROMOTION, raise_version

LONGEST_DAYS = 120


def create_promotion(
    session: Session,
    workspace: Workspace,
    *,
    festival: str,
    name: str,
    starts_on: date,
    ends_on: date,
) -> Promotion:
    """Enter a promotion; `festival` is the same every year, so that two can be compared.

    Raises RefusedError: value_missing (festival, name), period_ends_early, out_of_range (ends_on),
    promotion_known (starts_on): the festival has one that starts on this day.
    """
    key = normalise(festival)
    if not key:
        raise RefusedError("value_missing", "festival")
    if not name.strip():
        raise RefusedError("value_missing", "name")
    if ends_on < starts_on:
        raise RefusedError("period_ends_early", "ends_on")
    if (ends_on - starts_on).days >= LONGEST_DAYS:
        raise RefusedError("out_of_range", "ends_on")
    known = select(Promotion.id).where(
        Promotion.workspace_id == workspace.id,
        Promotion.festival == key,
        Promotion.starts_on == starts_on,
    )
    if session.scalar(known) is not None:
        raise RefusedError("promotion_known", "starts_on")
    row = Promotion(
        workspace_id=workspace.id,
        festival=key,
        name=name.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
        created_at=datetime.now(UTC),
    )
    session.add(row)
    session.flush()
    raise_version(session, workspace.id, PROMOTION)
    return row


def delete_promotion(session: Session, workspace: Workspace, promotion_id: int) -> None:
    """Remove a promotion of the workspace; one that is gone already is no error."""
    row = session.get(Promotion, promotion_id)
    if row is not None and row.workspace_id == workspace.id:
        session.delete(row)
        session.flush()
        raise_version(session, workspace.id, PROMOTION)
