"""Notes about an influencer, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import InfluencerNote, User
from tracker.reports.state import ReportState

MOST_NOTES = 200
"""Notes on a page; older ones stay in the database."""


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note. author: name of who wrote it; "": a background job, or somebody who is gone."""

    written_at: datetime
    author: str
    text: str


def notes_of(session: Session, state: ReportState, influencer_id: int) -> tuple[NoteRow, ...]:
    """The newest notes about an influencer of the state's workspace; one statement."""
    found = session.execute(
        select(InfluencerNote.written_at, User.name, User.email, InfluencerNote.text)
        .outerjoin(User, User.id == InfluencerNote.user_id)
        .where(
            InfluencerNote.workspace_id == state.workspace_id,
            InfluencerNote.influencer_id == influencer_id,
        )
        .order_by(InfluencerNote.written_at.desc(), InfluencerNote.id.desc())
        .limit(MOST_NOTES)
    )
    return tuple(
        NoteRow(written_at=at, author=name or email or "", text=text)
        for at, name, email, text in found
    )
