"""Turns: work that is due every so often is taken once, however many schedulers ask."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.models import Claim


def take_turn(session: Session, name: str, every: timedelta, now: datetime) -> bool:
    """Take the turn of a piece of work, if it is due; the next one is due `every` from now.

    Args:
        name: which work, for example "tick:visits".
        now: an aware instant.

    Returns:
        whether the turn is ours. Of any number of processes that ask at once, one gets True.
    """
    insert_new(session, Claim.__table__, [{"name": name, "fence": 0}], key=["name"])  # type: ignore[arg-type]
    statement = (
        update(Claim)
        .where(Claim.name == name, or_(Claim.leased_until.is_(None), Claim.leased_until <= now))
        .values(fence=Claim.fence + 1, leased_until=now + every)
        .returning(Claim.name)
    )
    return session.scalar(statement) is not None


def give_back_turn(session: Session, name: str) -> None:
    """Make the work due again at once, for a turn that could not be used."""
    session.execute(update(Claim).where(Claim.name == name).values(leased_until=None))
