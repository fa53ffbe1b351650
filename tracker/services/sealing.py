"""Secrets that have to be read again (to sign, to call): encrypted in the database.

Whoever has only a dump of the database, or a backup without the home folder, cannot read them. The
key is derived from the installation's secret key; with another one they are lost and have to be
given again.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken

HINT_LENGTH = 4
"""Characters of a secret that are shown."""


def seal(signing_key: str, secret: str) -> str:
    """A secret as it may be stored (Fernet: AES-128-CBC and HMAC-SHA256).

    Args:
        signing_key: the installation's (`Settings.signing_key`).
    """
    return _box(signing_key).encrypt(secret.encode()).decode()


def unseal(signing_key: str, sealed: str) -> str | None:
    """The secret again; None: it was sealed under another key, or is damaged."""
    try:
        return _box(signing_key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def hint_of(secret: str) -> str:
    """The end of a secret, to tell it from another; nothing of one that is short."""
    return secret[-HINT_LENGTH:] if len(secret) >= 4 * HINT_LENGTH else ""


@lru_cache(maxsize=8)
def _box(signing_key: str) -> Fernet:
    digest = hashlib.sha256(b"sealed secrets\0" + signing_key.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
