"""Signed-in browsers: a random token in a cookie, its hash in `sign_in` (reliability F1).

The row is the session: deleting it ends it, so a cookie that was copied before is worth nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tracker.models import SignIn, User

IDLE = timedelta(hours=8)
"""A sign-in that is not used for so long is over."""

LONGEST = timedelta(days=7)
"""No sign-in lasts longer, however much it is used."""

SEEN_EVERY = timedelta(minutes=5)
"""How exact `last_seen_at` is: reading a page need not write each time."""

TOKEN_BYTES = 32
USER_AGENT_CHARS = 200


def start(session: Session, user: User, now: datetime, user_agent: str = "") -> str:
    """Begin a sign-in of a user and return its token, which is nowhere else but in the cookie."""
    session.execute(
        delete(SignIn).where((SignIn.expires_at <= now) | (SignIn.last_seen_at <= now - IDLE))
    )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        SignIn(
            token_hash=hash_token(token),
            user_id=user.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + LONGEST,
            user_agent=user_agent[:USER_AGENT_CHARS],
        )
    )
    session.flush()
    return token


def find_user(session: Session, token: str, now: datetime) -> tuple[User, bool] | None:
    """The active user of a token, and whether `seen` is due; None: no such sign-in (any more)."""
    row = session.execute(
        select(SignIn).where(
            SignIn.token_hash == hash_token(token),
            SignIn.expires_at > now,
            SignIn.last_seen_at > now - IDLE,
        )
    ).scalar_one_or_none()
    if row is None or not row.user.is_active:
        return None
    return row.user, row.last_seen_at <= now - SEEN_EVERY


def seen(session: Session, token: str, now: datetime) -> None:
    """Note that a sign-in was used, so that it does not end for idleness."""
    session.execute(
        update(SignIn).where(SignIn.token_hash == hash_token(token)).values(last_seen_at=now)
    )


def end(session: Session, token: str) -> None:
    """End one sign-in; ending it twice is harmless."""
    session.execute(delete(SignIn).where(SignIn.token_hash == hash_token(token)))


def end_others(session: Session, user_id: int, token: str) -> None:
    """End every sign-in of a user but the one with this token."""
    session.execute(
        delete(SignIn).where(SignIn.user_id == user_id, SignIn.token_hash != hash_token(token))
    )


def hash_token(token: str) -> str:
    """What is stored instead of a token (SHA-256, hexadecimal): it has 256 bits, so it needs no
    salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
