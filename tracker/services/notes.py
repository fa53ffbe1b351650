"""Notes about influencers: append-only, with who wrote them when."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from tracker.models import Influencer, InfluencerNote
from tracker.services import audit
from tracker.services.errors import RefusedError

MAX_NOTE = 4_000
"""Characters."""


def add_note(
    session: Session, influencer: Influencer, text: str, *, user_id: int = 0
) -> InfluencerNote:
    """Write a note about an influencer.

    Raises RefusedError: value_missing (text), text_too_long (text; detail `most`).
    """
    kept = text.strip()
    if not kept:
        raise RefusedError("value_missing", "text")
    if len(kept) > MAX_NOTE:
        raise RefusedError("text_too_long", "text", most=MAX_NOTE)
    row = InfluencerNote(
        workspace_id=influencer.workspace_id, influencer_id=influencer.id, user_id=user_id,
        written_at=datetime.now(UTC), text=kept,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.note(session, "influencer.noted", influencer.slug, user_id=user_id)
    return row
