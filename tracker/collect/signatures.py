"""Who signed a webhook: HMAC-SHA256 of the raw body under a secret of the shop, in base64."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable

from tracker.collect.directory import KnownSecret

Unseal = Callable[[str], str | None]
"""Opens a sealed secret; None: it cannot be opened (the installation's secret key changed)."""


def signature_of(secret: str, body: bytes) -> str:
    """The signature as Shopify (X-Shopify-Hmac-Sha256) and WooCommerce (X-WC-Webhook-Signature)
    send it."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def is_signed(
    body: bytes, signature: str, known: Iterable[KnownSecret], at_micros: int, unseal: Unseal
) -> bool:
    """Whether one of the secrets that count now made the signature. It takes as long for a wrong
    one as for a right one, and every secret is tried."""
    given = signature.encode("latin-1", "replace")
    found = False
    for one in known:
        if one.until_micros is not None and one.until_micros <= at_micros:
            continue
        secret = unseal(one.sealed)
        if secret is not None:
            found |= hmac.compare_digest(signature_of(secret, body).encode(), given)
    return found
