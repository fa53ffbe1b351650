"""The box of messages: what is to be sent waits here, is claimed by one sender, and tried again.

A sender may die at any moment: its claim runs out, and another tries again. So a message may
arrive twice when a sender died between sending and saying so; it is never lost.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.models import Destination, Message

LEASE = timedelta(minutes=5)
"""How long a sender keeps others away; it takes no more than it can send in half of it."""

WAITS = tuple(timedelta(minutes=n) for n in (1, 5, 30, 120, 360))
"""After the n-th failure it is tried again so much later; after the last one it is given up."""

HOPELESS = frozenset(
    {"destination_gone", "sealed_lost", "no_mail_server", "too_large", "partly_refused"}
)
"""Failures that waiting does not mend, or where it would send to some people twice. A file that is
not here may be on another machine, whose worker is the next to try."""

KEPT = timedelta(days=180)
"""How long the history of messages is kept."""

MAX_TITLE, MAX_BODY = 200, 20_000


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that a sender holds."""

    id: int
    fence: int
    workspace_id: int
    destination_id: int
    title: str
    body: str
    files: tuple[str, ...]


def put_message(
    session: Session,
    destination: Destination,
    *,
    kind: str,
    title: str,
    body: str,
    now: datetime,
    rule_id: int = 0,
    run_id: int = 0,
    files: Sequence[str] = (),
) -> Message:
    """Put a message into the box (kind: alert, test or report). Commit, then ring the sender."""
    row = Message(
        workspace_id=destination.workspace_id, destination_id=destination.id,
        destination_name=destination.name, kind=kind, rule_id=rule_id, run_id=run_id,
        title=" ".join(title.split())[:MAX_TITLE], body=body[:MAX_BODY], files=list(files),
        state="waiting", tries=0, next_at=now, fence=0, error="", created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def claim_messages(session: Session, now: datetime, *, limit: int) -> list[Claimed]:
    """Claim messages that are due and that nobody holds, oldest first. Commit right after."""
    rows = session.scalars(
        select(Message)
        .where(
            Message.state == "waiting",
            Message.next_at <= now,
            or_(Message.leased_until.is_(None), Message.leased_until <= now),
        )
        .order_by(Message.next_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    claimed = []
    for row in rows:
        row.fence += 1
        row.leased_until = now + LEASE
        claimed.append(
            Claimed(
                id=row.id, fence=row.fence, workspace_id=row.workspace_id,
                destination_id=row.destination_id, title=row.title, body=row.body,
                files=tuple(row.files),
            )
        )  # fmt: skip
    session.flush()
    return claimed


def finish_message(session: Session, claim: Claimed, error: str, now: datetime) -> str:
    """Write down what came of an attempt.

    Args:
        error: code of the failure; "": it arrived.

    Returns:
        the state now: sent, failed or waiting; "": somebody else holds it by now, nothing is
        written.
    """
    row = session.scalar(
        select(Message)
        .where(Message.id == claim.id, Message.fence == claim.fence, Message.state == "waiting")
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        return ""
    row.tries += 1
    row.leased_until = None
    row.error = error
    if not error:
        row.state, row.ended_at = "sent", now
    elif error in HOPELESS or row.tries > len(WAITS):
        row.state, row.ended_at = "failed", now
    else:
        row.next_at = now + WAITS[row.tries - 1]
    _note(session, row, is_sent=not error, now=now)
    session.flush()
    return row.state


def recent_messages(
    session: Session, workspace_id: int, most: int, *, kinds: Collection[str] = ()
) -> Sequence[Message]:
    """The newest messages of a workspace; kinds: only of these."""
    query = select(Message).where(Message.workspace_id == workspace_id)
    if kinds:
        query = query.where(Message.kind.in_(kinds))
    return session.scalars(
        query.order_by(Message.created_at.desc(), Message.id.desc()).limit(most)
    ).all()


def count_of_rule(session: Session, rule_id: int, since: datetime) -> int:
    """How many times a rule has sent something since an instant (to however many places)."""
    found = session.scalar(
        select(func.count(func.distinct(Message.created_at))).where(
            Message.rule_id == rule_id, Message.kind == "alert", Message.created_at > since
        )
    )
    return found or 0


def forget_messages(session: Session, now: datetime) -> int:
    """Delete messages of long ago; how many there were."""
    gone = session.execute(
        delete(Message).where(Message.created_at < now - KEPT, Message.state != "waiting")
    )
    return int(getattr(gone, "rowcount", 0))


def needed_files(session: Session) -> set[str]:
    """Paths of files that waiting messages still need."""
    rows = session.scalars(select(Message.files).where(Message.state == "waiting"))
    return {path for files in rows for path in files}


def _note(session: Session, row: Message, *, is_sent: bool, now: datetime) -> None:
    """Tell the destination how it went."""
    changes = {"sent_at": now, "failures": 0} if is_sent else {"failures": Destination.failures + 1}
    session.execute(
        update(Destination)
        .where(Destination.id == row.destination_id)
        .values(**changes)
        .execution_options(synchronize_session=False)
    )
