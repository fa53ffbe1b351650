"""Requests of the API: who sends, what is in the body, what came of it."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask, Response, g, json, request
from flask_limiter import Limiter
from pydantic import ValidationError
from sqlalchemy import select, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from tracker.api.openapi import SIGNATURE_HEADER, document
from tracker.api.problems import ProblemError, problem
from tracker.api.records import store
from tracker.api.schema import OrdersIn
from tracker.config import Settings
from tracker.db import Database, connect
from tracker.domain.strict_json import StrictJsonError, read_strictly
from tracker.models import ApiKey, Shop
from tracker.services import api_keys
from tracker.services.sealing import unseal

log = logging.getLogger(__name__)

MAX_BODY = 4 * 1024 * 1024
"""Bytes."""

BUSY_SECONDS = 4
"""How long a request waits for the database; then the caller is asked to come back."""

PER_KEY = "600 per minute"
"""Requests with one key (or, without one, from one address)."""

PUBLIC = frozenset({"openapi"})
"""Endpoints that need no key. Whatever is added needs one, unless it stands here."""

MAX_ERRORS = 20

_SIGNATURE = re.compile(r"[0-9a-f]{64}", re.ASCII)

_BY_STATUS = {
    400: "bad_json", 404: "not_found", 405: "bad_method", 413: "too_large", 415: "not_json",
    429: "too_many",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caller:
    """The program that calls, by its key."""

    key_id: int
    workspace_id: int
    shop_id: int
    """0: every shop of the workspace."""
    scope: str
    sealed_signing_secret: str


def create_api(settings: Settings) -> Flask:
    """The API's application. Opens nothing before the first request."""
    api = Flask("tracker.api", static_folder=None)
    database = connect(settings.database, pool_size=4, synced=True, busy_seconds=BUSY_SECONDS)
    api.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        RATELIMIT_STORAGE_URI=settings.redis.replace("unix://", "redis+unix://", 1),
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
        RATELIMIT_KEY_PREFIX="tracker-api",
        RATELIMIT_HEADERS_ENABLED=False,
        RATELIMIT_SWALLOW_ERRORS=True,
    )
    api.extensions["database"] = database
    api.before_request(lambda: _authenticate(database))
    limiter = Limiter(
        key_func=_who, application_limits=[PER_KEY], in_memory_fallback=[PER_KEY],
        in_memory_fallback_enabled=True,
    )  # fmt: skip
    limiter.init_app(api)
    _register_errors(api)

    @api.get("/api/v1/openapi.json", endpoint="openapi")
    def show_document() -> Response:
        return _json(document())

    @api.post("/api/v1/orders", endpoint="orders")
    def create_orders() -> Response:
        return _create_orders(settings, database)

    return api


# --- who calls ------------------------------------------------------------------------------------


def _authenticate(database: Database) -> None:
    """Deny by default: no endpoint runs without a key, but for those in PUBLIC."""
    if request.endpoint is None or request.endpoint in PUBLIC:
        return
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise ProblemError("no_key", "send it as Authorization: Bearer trk_…")
    with database.read() as session:
        row = api_keys.find_key(session, key.strip())
        if row is None:
            raise ProblemError("bad_key")
        g.caller = _caller(row)


def _caller(row: ApiKey) -> Caller:
    return Caller(row.id, row.workspace_id, row.shop_id, row.scope, row.sealed_signing_secret)


def _who() -> str:
    caller: Caller | None = g.get("caller")
    return f"key-{caller.key_id}" if caller else f"address-{request.remote_addr}"


def _check_signature(caller: Caller, body: bytes, signing_key: str) -> None:
    """Where the key was made with a signing secret, the body has to be signed with it."""
    given = request.headers.get(SIGNATURE_HEADER)
    if given is not None and not _SIGNATURE.fullmatch(given):
        raise ProblemError("bad_signature", f"{SIGNATURE_HEADER}: 64 digits of 0-9a-f")
    if not caller.sealed_signing_secret:
        return
    secret = unseal(signing_key, caller.sealed_signing_secret)
    if secret is None:
        raise ProblemError("bad_signature", "the signing secret was lost; make a new key")
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, given or ""):
        raise ProblemError("bad_signature", f"{SIGNATURE_HEADER}: HMAC-SHA256 of the raw body")


# --- orders ---------------------------------------------------------------------------------------


def _create_orders(settings: Settings, database: Database) -> Response:
    caller: Caller = g.caller
    if caller.scope != "orders:write":
        raise ProblemError("out_of_scope", "the key has not the right orders:write")
    body = request.get_data(cache=False)
    _check_signature(caller, body, settings.signing_key)
    if request.mimetype != "application/json":
        raise ProblemError("not_json")
    told = _parse(body)
    now = datetime.now(UTC)
    with database.write() as session:
        if not database.is_sqlite:
            session.execute(text(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'"))
        shop = _shop(session, caller, told.shop)
        answer = store(session, shop, told.orders, secret=settings.customer_key_secret, now=now)
        api_keys.note_use(session, caller.key_id, now)
    return _json(answer.model_dump(mode="json"))


def _parse(body: bytes) -> OrdersIn:
    try:
        read_strictly(body)
    except StrictJsonError as error:
        raise ProblemError("bad_json", error.code) from None
    try:
        return OrdersIn.model_validate_json(body, strict=True)
    except ValidationError as error:
        errors = [
            {
                "pointer": "".join(f"/{_escaped(str(part))}" for part in one["loc"]),
                "detail": one["msg"],
            }
            for one in error.errors(include_url=False, include_input=False)[:MAX_ERRORS]
        ]
        raise ProblemError("invalid", f"{error.error_count()} places", errors) from None


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")[:100]


def _shop(session: Session, caller: Caller, slug: str | None) -> Shop:
    """The shop that a request writes to: the key's only one, or the one that it names."""
    query = select(Shop).where(Shop.workspace_id == caller.workspace_id)
    if caller.shop_id:
        query = query.where(Shop.id == caller.shop_id)
    if slug is not None:
        query = query.where(Shop.slug == slug)
    found = session.scalars(query.limit(2)).all()
    if len(found) == 1:
        return found[0]
    if found:
        raise ProblemError(
            "invalid", "which shop?", [{"pointer": "/shop", "detail": "the key has several shops"}]
        )
    raise ProblemError("out_of_scope", "no shop of that name, or not one of this key's")


# --- answers --------------------------------------------------------------------------------------


def _json(value: object) -> Response:
    answer = Response(json.dumps(value), mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _register_errors(api: Flask) -> None:
    @api.errorhandler(ProblemError)
    def refused(error: ProblemError) -> Response:
        return problem(error)

    @api.errorhandler(HTTPException)
    def wrong_request(error: HTTPException) -> Response:
        status = error.code or 500
        code = _BY_STATUS.get(status, "failed" if status >= 500 else "bad_json")
        kept = {n: v for n, v in error.get_headers() if n in ("Allow", "Retry-After")}
        return problem(ProblemError(code, headers=kept))

    def busy(error: Exception) -> Response:
        log.warning("an order waits for the database: %s", type(error).__name__)
        return problem(ProblemError("busy"))

    for kind in (OperationalError, InterfaceError, PoolTimeoutError):
        api.register_error_handler(kind, busy)

    @api.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        log.error("%s %s failed", request.method, request.path, exc_info=error)
        return problem(ProblemError("failed"))
