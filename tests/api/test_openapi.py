"""The OpenAPI document is true: whatever it allows is taken, whatever it does not is refused."""

from __future__ import annotations

import subprocess
import sys
from threading import Thread

import pytest
from pydantic import TypeAdapter
from werkzeug.serving import make_server

from app import create_app
from tracker.api.openapi import document
from tracker.api.schema import OrdersIn


@pytest.fixture
def address(settings, world):
    """The whole application on loopback, as it runs."""
    app = create_app(settings=settings)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["collector"].close()
    app.extensions["charts"].close()
    for database in (
        app.extensions["tracker"].database,
        app.extensions["api"].extensions["database"],
    ):
        database.dispose()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_hundreds_of_requests_made_from_the_document_find_no_difference(
    address, make_key, world, tmp_path
):
    """schemathesis sends what the schema allows, what it does not, other methods, no key, a wrong
    key, and looks whether every answer is one that the document names."""
    key = make_key(shop_id=world["shop"]).key
    ran = subprocess.run(
        [
            sys.executable, "-c", "import sys; from schemathesis.cli import schemathesis as s; s()",
            "run", f"{address}/api/v1/openapi.json", "--header", f"Authorization: Bearer {key}",
            "--max-examples", "15", "--generation-deterministic", "--no-color",
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-6_000:] + ran.stderr[-2_000:]
    assert "No issues found" in ran.stdout


def test_the_document_needs_no_key_and_holds_every_model(client):
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json == document()
    assert answer.json["openapi"] == "3.1.0"
    schemas = answer.json["components"]["schemas"]
    assert {"OrdersIn", "OrderIn", "RefundIn", "OrdersOut", "ProblemOut"} <= schemas.keys()
    assert all(schema.get("description") for schema in schemas.values())


def test_the_document_is_made_from_the_models_that_check_requests():
    made = TypeAdapter(OrdersIn).json_schema()["$defs"]["OrderIn"]["properties"].keys()
    assert document()["components"]["schemas"]["OrderIn"]["properties"].keys() == made
