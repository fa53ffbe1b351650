"""Secrets with which shops sign their webhooks: set, replaced with an overlap, taken away."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from tracker.models import Shop, WebhookSecret
from tracker.services.errors import RefusedError
from tracker.services.sealing import hint_of, seal, unseal

OVERLAPS = (timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(days=7))
"""How long the old secret may count beside a new one. Shopify signs with the old one for up to an
hour after a change."""

DEFAULT_OVERLAP = timedelta(days=1)

MIN_SECRET, MAX_SECRET = 16, 200
"""Characters. Shopify's have 32 or more; a short one can be guessed."""


def set_secret(
    session: Session,
    shop: Shop,
    secret: str,
    *,
    signing_key: str,
    now: datetime,
    overlap: timedelta = DEFAULT_OVERLAP,
) -> str:
    """Give a shop the secret that counts from now on; the one before it counts for `overlap` more.

    Args:
        secret: as the shop has it; "": one is made.
        signing_key: see `sealing.seal`.

    Returns:
        the secret; it cannot be shown again.

    Raises:
        RefusedError: secret_short, secret_long, bad_secret (blanks or characters that no secret
            has), secret_same (secret).
    """
    given = secret.strip() or secrets.token_urlsafe(32)
    _check(given)
    if any(unseal(signing_key, one.sealed) == given for one in valid_secrets(session, shop, now)):
        raise RefusedError("secret_same", "secret")
    session.execute(
        delete(WebhookSecret).where(
            WebhookSecret.shop_id == shop.id, WebhookSecret.valid_until.is_not(None)
        )
    )
    for before in valid_secrets(session, shop, now):
        if overlap:
            before.valid_until = now + overlap
        else:
            session.delete(before)
    session.add(
        WebhookSecret(
            shop_id=shop.id, sealed=seal(signing_key, given), hint=hint_of(given),
            created_at=now, valid_until=None,
        )
    )  # fmt: skip
    session.flush()
    return given


def end_old_secret(session: Session, shop: Shop) -> bool:
    """Let the secret that is being replaced count no more; False: there is none."""
    ended = session.execute(
        delete(WebhookSecret)
        .where(WebhookSecret.shop_id == shop.id, WebhookSecret.valid_until.is_not(None))
        .returning(WebhookSecret.id)
    )
    return bool(ended.all())


def remove_secrets(session: Session, shop: Shop) -> None:
    """Take no webhooks of a shop any more."""
    session.execute(delete(WebhookSecret).where(WebhookSecret.shop_id == shop.id))


def valid_secrets(session: Session, shop: Shop, now: datetime) -> list[WebhookSecret]:
    """The secrets of a shop that count, the newest first."""
    return valid_secrets_of(session, [shop.id], now).get(shop.id, [])


def valid_secrets_of(
    session: Session, shop_ids: Collection[int], now: datetime
) -> dict[int, list[WebhookSecret]]:
    """The same of several shops, by shop."""
    found: dict[int, list[WebhookSecret]] = {}
    rows = session.scalars(
        select(WebhookSecret)
        .where(
            WebhookSecret.shop_id.in_(shop_ids),
            or_(WebhookSecret.valid_until.is_(None), WebhookSecret.valid_until > now),
        )
        .order_by(WebhookSecret.id.desc())
    )
    for row in rows:
        found.setdefault(row.shop_id, []).append(row)
    return found


def _check(secret: str) -> None:
    if len(secret) < MIN_SECRET:
        raise RefusedError("secret_short", "secret", shortest=MIN_SECRET)
    if len(secret) > MAX_SECRET:
        raise RefusedError("secret_long", "secret", longest=MAX_SECRET)
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise RefusedError("bad_secret", "secret")
