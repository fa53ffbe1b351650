"""Refusals of the API as problem documents (RFC 9457): one shape for every error."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

TITLES: dict[str, tuple[int, str]] = {
    "bad_json": (400, "The body is no JSON that can be taken"),
    "no_key": (401, "An API key is needed"),
    "bad_key": (401, "The API key is unknown or was revoked"),
    "bad_signature": (401, "The signature of the body is missing or wrong"),
    "out_of_scope": (403, "The API key does not reach this shop"),
    "not_found": (404, "There is nothing at this address"),
    "bad_method": (405, "The address does not take this method"),
    "too_large": (413, "The body is too large"),
    "not_json": (415, "The body must be application/json"),
    "invalid": (422, "The body does not fit the schema"),
    "too_many": (429, "Too many requests"),
    "failed": (500, "Something broke on our side"),
    "busy": (503, "The database does not answer"),
}
"""Code -> status and title; the code is the last part of the document's `type`."""

RETRY_SECONDS = 5


class ProblemError(Exception):
    """A request that is refused.

    Args:
        code: from TITLES.
        detail: what exactly, for whoever writes the client.
        errors: the places in the body, for `invalid`.
        headers: of the answer.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        errors: Sequence[dict[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})


def problem(error: ProblemError) -> Response:
    """The answer to a refused request."""
    status, title = TITLES[error.code]
    document: dict[str, Any] = {
        "type": f"urn:tracker:problem:{error.code}",
        "title": title,
        "status": status,
        "detail": error.detail or title,
    }
    if error.errors:
        document["errors"] = error.errors
    answer = Response(json.dumps(document), status, mimetype="application/problem+json")
    answer.headers.update(error.headers)
    if status in (429, 503) and "Retry-After" not in answer.headers:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="tracker"'
    return answer
