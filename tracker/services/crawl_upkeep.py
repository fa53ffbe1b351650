"""What is kept of crawls: every number for good, the story of the fetches for a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.models import CrawlDomain, CrawlFetch, CrawlRun, CrawlTarget, Quarantine

FETCHES_KEPT: Final = timedelta(days=90)
AT_ONCE: Final = 2_000
"""Rows deleted in one transaction."""


def forget_fetches(session: Session, now: datetime) -> bool:
    """Delete some fetches of long ago, then runs without any; whether there may be more.

    Runs with readings in quarantine stay until a person has decided.
    """
    old = select(CrawlFetch.id).where(CrawlFetch.at < now - FETCHES_KEPT).limit(AT_ONCE)
    ids = session.scalars(old).all()
    if ids:
        session.execute(delete(CrawlFetch).where(CrawlFetch.id.in_(ids)))
        return True
    undecided = select(Quarantine.id).where(
        Quarantine.run_id == CrawlRun.id, Quarantine.state.in_(["held", "waiting"])
    )
    fetched = select(CrawlFetch.id).where(CrawlFetch.run_id == CrawlRun.id)
    empty = (
        select(CrawlRun.id)
        .where(CrawlRun.started_at < now - FETCHES_KEPT, ~fetched.exists(), ~undecided.exists())
        .limit(AT_ONCE)
    )
    run_ids = session.scalars(empty).all()
    if run_ids:
        session.execute(delete(CrawlRun).where(CrawlRun.id.in_(run_ids)))
    return bool(run_ids)


def forget_hosts(session: Session, now: datetime) -> None:
    """Delete what is known of hosts that nobody asks any more, and that need no rest."""
    used = select(CrawlTarget.id).where(CrawlTarget.host == CrawlDomain.host)
    session.execute(
        delete(CrawlDomain)
        .where(
            ~used.exists(),
            CrawlDomain.leased_until.is_(None),
            CrawlDomain.next_allowed_at < now - FETCHES_KEPT,
        )
        .execution_options(synchronize_session=False)
    )
