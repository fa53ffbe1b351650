"""A Flask view that proves and parses a webhook and keeps nothing: what is compared with."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

from flask import Flask, abort, request

SECRET = "the-secret-of-a-measured-shop"


def bare() -> Flask:
    """The limit: signature and JSON, with nothing behind them."""
    app = Flask(__name__)

    @app.post("/webhooks/shopify/<key>")
    def take(key: str) -> str:
        body = request.get_data()
        made = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
        if not hmac.compare_digest(made, request.headers.get("X-Shopify-Hmac-Sha256", "")):
            abort(401)
        return str(json.loads(body)["id"])

    return app
