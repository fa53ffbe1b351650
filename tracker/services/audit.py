"""The audit log: who changed what, when. Append-only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.models import AuditEntry


def note(
    session: Session, action: str, subject: str = "", *, user_id: int = 0, **detail: Any
) -> None:
    """Write an entry in the same transaction as the change that it is about.

    Args:
        action: subject and past participle, for example "coupon.leaked".
        subject: which one, as a person would name it: a slug, a code, an order id.
        user_id: 0 is the command line or a background job.
        detail: plain JSON values; never personal data of buyers.
    """
    session.add(
        AuditEntry(
            at=datetime.now(UTC), user_id=user_id, action=action, subject=subject, detail=detail
        )
    )
