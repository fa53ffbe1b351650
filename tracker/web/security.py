"""Headers of every answer, session cookie flags, CSRF (reliability 13, 14, 22, 31)."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response, abort, request
from flask_wtf.csrf import CSRFProtect

from tracker.config import Settings

CSP = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
"""Nothing inline and nothing from elsewhere: bars and charts are SVG with classes."""

HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

HSTS_SECONDS = 365 * 86_400
FORM_BYTES = 256 * 1024
"""Largest body of a request that is not an upload."""

UPLOAD_ENDPOINTS = frozenset({"imports.create", "pages.create"})
ENVELOPE_BYTES = 64 * 1024
"""Room for the multipart envelope around an uploaded file."""


def protect_forms(app: Flask) -> None:
    """Ask every POST for its form token. After the guard: a stranger's body is never read."""
    CSRFProtect(app)


def register(app: Flask, settings: Settings) -> None:
    """Set the limits, the cookie flags and the headers."""
    is_secure = settings.site_url.startswith("https://")
    app.secret_key = settings.signing_key
    app.config.update(
        SESSION_COOKIE_NAME="__Host-form" if is_secure else "form",
        SESSION_COOKIE_SECURE=is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=timedelta(days=7),
        MAX_CONTENT_LENGTH=FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # the token lasts as long as the form cookie it belongs to
    )

    @app.before_request
    def refuse_unusable() -> None:
        if request.endpoint in UPLOAD_ENDPOINTS:
            request.max_content_length = settings.upload_max_bytes + ENVELOPE_BYTES
        # No field of ours has a NUL, and PostgreSQL takes none: one refusal instead of many errors.
        if any("\0" in value for value in request.args.values()):
            abort(400)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if is_secure:
            response.headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}"
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
            response.vary.add("Cookie")
        return response
