"""Keys of programs: made, shown once, found by what a request carries, revoked."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import ApiKey, Shop, Workspace
from tracker.models.api_key import RIGHTS
from tracker.services.errors import RefusedError
from tracker.services.sealing import seal

SEEN_EVERY = timedelta(minutes=1)
"""How fine it is remembered when a key was used."""

_FORM = re.compile(r"(trk_[0-9a-f]{8})_[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key in the one moment in which it can be shown."""

    row: ApiKey
    key: str
    signing_secret: str
    """Secret under which bodies must be signed; "": they need not be."""


def create_key(
    session: Session,
    workspace: Workspace,
    *,
    name: str,
    now: datetime,
    signing_key: str,
    shop_id: int = 0,
    scope: str = RIGHTS[0],
    must_sign: bool = False,
    user_id: int = 0,
) -> NewKey:
    """Make a key.

    Args:
        shop_id: the only shop that it may write to; 0: every shop of the workspace.
        signing_key: see `sealing.seal`.
        must_sign: whether requests must also be signed, so that a key that was read on the way is
            not enough.

    Raises:
        RefusedError: value_missing (name), not_found (shop_id).
    """
    if not name.strip():
        raise RefusedError("value_missing", "name")
    shop = session.get(Shop, shop_id) if shop_id else None
    if shop_id and (shop is None or shop.workspace_id != workspace.id):
        raise RefusedError("not_found", "shop_id")
    prefix = f"trk_{secrets.token_hex(4)}"
    key = f"{prefix}_{secrets.token_urlsafe(32)}"
    signing_secret = secrets.token_urlsafe(32) if must_sign else ""
    row = ApiKey(
        workspace_id=workspace.id, shop_id=shop_id, scope=scope, name=name.strip()[:200],
        prefix=prefix, key_hash=_hash(key), user_id=user_id, created_at=now,
        sealed_signing_secret=seal(signing_key, signing_secret) if signing_secret else "",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return NewKey(row, key, signing_secret)


def find_key(session: Session, key: str) -> ApiKey | None:
    """The key that a request carries; None: there is none like it, or it was revoked."""
    form = _FORM.fullmatch(key)
    if form is None:
        return None
    row = session.scalar(select(ApiKey).where(ApiKey.prefix == form[1]))
    if row is None or not hmac.compare_digest(row.key_hash, _hash(key)):
        return None
    return row if row.revoked_at is None else None


def note_use(session: Session, key_id: int, now: datetime) -> None:
    """Remember that a key was used."""
    row = session.get(ApiKey, key_id)
    if row is not None and (row.last_used_at is None or now - row.last_used_at >= SEEN_EVERY):
        row.last_used_at = now


def revoke_key(session: Session, workspace: Workspace, key_id: int, now: datetime) -> ApiKey:
    """Let a key work no more, for good.

    Raises:
        RefusedError: not_found.
    """
    row = session.get(ApiKey, key_id)
    if row is None or row.workspace_id != workspace.id:
        raise RefusedError("not_found")
    if row.revoked_at is None:
        row.revoked_at = now
    return row


def list_keys(session: Session, workspace: Workspace) -> list[ApiKey]:
    """The keys of a workspace: those that work first, the newest first."""
    return list(
        session.scalars(
            select(ApiKey)
            .where(ApiKey.workspace_id == workspace.id)
            .order_by(ApiKey.revoked_at.is_not(None), ApiKey.id.desc())
        )
    )


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
