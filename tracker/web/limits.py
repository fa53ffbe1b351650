"""How often somebody may try: counted in Valkey, in memory while that is down (reliability 15)."""

from __future__ import annotations

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from tracker.config import Settings

PER_ACCOUNT = "5 per minute; 15 per 10 minutes; 40 per hour; 100 per day"
"""Failed tries on one account, from anywhere: the longer one tries, the slower it gets."""

PER_ADDRESS = "20 per minute; 100 per hour; 400 per day"
"""Failed tries from one address, on whatever accounts."""

limiter = Limiter(key_func=get_remote_address, in_memory_fallback_enabled=True)


def register(app: Flask, settings: Settings) -> None:
    """Count in the server that the queue uses too."""
    app.config.update(
        RATELIMIT_STORAGE_URI=_storage(settings.redis),
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
        RATELIMIT_STRATEGY="fixed-window",
        RATELIMIT_HEADERS_ENABLED=False,
        RATELIMIT_KEY_PREFIX="tracker",
        RATELIMIT_SWALLOW_ERRORS=True,
    )
    limiter.init_app(app)


def account_key() -> str:
    """The account that a try is about, whether it exists or not."""
    return "account:" + request.form.get("email", "").strip().casefold()[:254]


def failed(response: Response) -> bool:
    """Whether a try counts: one that succeeded leads on."""
    return response.status_code not in {302, 303}


def _storage(address: str) -> str:
    return address.replace("unix://", "redis+unix://", 1)
