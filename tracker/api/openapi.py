"""The OpenAPI 3.1 document, made from the models that check requests and write answers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic.json_schema import models_json_schema

from tracker.api.problems import TITLES
from tracker.api.schema import OrdersIn, OrdersOut, ProblemOut

SIGNATURE_HEADER = "X-Signature-Sha256"

_DESCRIPTION = """
Orders of shops that have neither a file nor a webhook that we read. An order is known by shop and
ref; sent again it is unchanged, a newer version replaces it, an older one is rejected with
newer_version_known. Each order of a request is taken or rejected by itself.
"""


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The document as plain JSON values."""
    _, schemas = models_json_schema(
        [(OrdersIn, "validation"), (OrdersOut, "serialization"), (ProblemOut, "serialization")],
        ref_template="#/components/schemas/{model}",
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Order API", "version": "1", "description": _DESCRIPTION.strip()},
        "servers": [{"url": "/api/v1"}],
        "paths": {
            "/orders": {"post": _post_orders()},
            "/openapi.json": {"get": _get_document()},
        },
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _post_orders() -> dict[str, Any]:
    return {
        "operationId": "createOrders",
        "summary": "Load orders with their refunds",
        "security": [{"key": ["orders:write"]}],
        "parameters": [
            {
                "name": SIGNATURE_HEADER,
                "in": "header",
                "required": False,
                "description": "HMAC-SHA256 of the raw body under the key's signing secret, in "
                "hexadecimal; needed where the key was made with one.",
                "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            }
        ],
        "requestBody": {"required": True, "content": _json("OrdersIn")},
        "responses": {
            "200": {"description": "What came of each order", "content": _json("OrdersOut")},
            **_problems("bad_json", "bad_key", "out_of_scope", "too_large", "not_json", "invalid",
                        "too_many", "busy"),
        },
    }  # fmt: skip


def _get_document() -> dict[str, Any]:
    return {
        "operationId": "getDocument",
        "summary": "This document",
        "security": [],
        "responses": {
            "200": {
                "description": "OpenAPI 3.1",
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            **_problems("too_many"),
        },
    }


def _json(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}}


def _problems(*codes: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemOut"}
    return {
        str(TITLES[code][0]): {
            "description": TITLES[code][1],
            "content": {"application/problem+json": {"schema": schema}},
        }
        for code in codes
    }
