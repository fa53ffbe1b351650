"""The servers that benchmarks/collector.py compares, one factory each, all served by granian.

bare: a Flask view that reads the body and stores nothing. row: a Flask view that parses the event
and inserts one row a request. journal: the collector as it is.
"""

from __future__ import annotations

import json
import os
import secrets
from typing import Any

from flask import Flask, redirect, request
from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, insert

from tracker.collect import register
from tracker.config import Settings
from tracker.db import connect

TARGET = "https://shop.example/item/1?sku=7&utm_source=xiaohongshu&utm_medium=kol&kol=lina"

ROWS = Table(
    "collected",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("event_id", String(36), unique=True),
    Column("site", String(64)),
    Column("kind", String(20)),
    Column("visitor", String(64), index=True),
    Column("at", BigInteger),
    Column("url", String),
    Column("referrer", String),
    Column("user_agent", String),
)


def bare() -> Flask:
    """The limit: Flask and granian with nothing behind them."""
    app = Flask(__name__)

    @app.post("/collect")
    def collect() -> tuple[str, int]:
        request.get_data()
        return "", 204

    @app.get("/go/<slug>")
    def go(slug: str) -> Any:
        return redirect(f"{TARGET}&tk={slug}")

    return app


def row() -> Flask:
    """A row a request: what a plain Flask collector does. The database is BENCH_DATABASE."""
    app = Flask(__name__)
    engine = connect(os.environ["BENCH_DATABASE"], pool_size=32).engine

    def store(values: dict[str, Any]) -> None:
        with engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
            connection.execute(insert(ROWS), values)

    @app.post("/collect")
    def collect() -> tuple[str, int]:
        event = json.loads(request.get_data())
        store(
            {
                "event_id": event["id"],
                "site": event["site"],
                "kind": event["kind"],
                "visitor": event["visitor"],
                "at": 0,
                "url": event["url"],
                "referrer": event["referrer"],
                "user_agent": request.headers.get("User-Agent", ""),
            }
        )
        return "", 204

    @app.get("/go/<slug>")
    def go(slug: str) -> Any:
        click = secrets.token_hex(16)
        store(
            {
                "event_id": click,
                "site": slug,
                "kind": "click",
                "visitor": "",
                "at": 0,
                "url": TARGET,
                "referrer": request.headers.get("Referer", ""),
                "user_agent": request.headers.get("User-Agent", ""),
            }
        )
        return redirect(f"{TARGET}&tk={click}")

    return app


def journal() -> Flask:
    """The collector in front of an empty site."""
    app = Flask(__name__)
    register(app, Settings.from_env())
    return app
