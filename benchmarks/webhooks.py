"""Webhooks at a steady rate and in a burst, beside a view that only proves and parses them.

An order of 20 lines (about 20 kB) comes signed at fixed instants, whether the one before was
answered or not; a delay counts from the instant at which it should have been sent. Meanwhile the
loader stores them. At the end all that were answered must be in the database.

    python -m tracker bench webhooks [--steady 20] [--steady-seconds 30] [--burst 200]
        [--burst-seconds 60] [--lock-seconds 0]
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.support import surroundings
from benchmarks.webhook_servers import SECRET
from tracker.config import Settings
from tracker.db import connect
from tracker.migrations import upgrade
from tracker.models import Order, Shop, Workspace
from tracker.services.webhooks import set_secret

THREADS = 32
SENDERS = 64
LINES = 20
GOAL_P99_MS = 500.0


class Sender:
    """Sends orders at fixed instants from many connections."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.number = 0
        self.answered: set[int] = set()
        self.refused = 0
        self._lock = threading.Lock()

    def run(self, per_second: float, seconds: float) -> dict[str, Any]:
        """Send; how long answers took, from when each should have been sent."""
        total = int(per_second * seconds)
        first, began = self.number, time.perf_counter()
        delays: list[float] = []

        def work() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            while True:
                with self._lock:
                    place = self.number - first
                    if place >= total:
                        break
                    self.number += 1
                due = began + place / per_second
                body = order(first + place)
                time.sleep(max(0.0, due - time.perf_counter()))
                status = _send(connection, body)
                with self._lock:
                    delays.append((time.perf_counter() - due) * 1000)
                    if status == 200:
                        self.answered.add(first + place)
                    else:
                        self.refused += 1
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        delays.sort()
        took = time.perf_counter() - began
        return {
            "asked_per_second": per_second,
            "answered_per_second": round(len(delays) / took, 1),
            **{
                f"p{q}_ms": round(delays[min(total - 1, total * q // 100)], 1) for q in (50, 95, 99)
            },
            "worst_ms": round(delays[-1], 1),
        }


def order(number: int) -> bytes:
    """An order of 20 lines as Shopify writes it, with fields that nobody needs."""
    filler = {f"field_{n}": "x" * 20 for n in range(20)}
    return json.dumps(
        {
            "id": number, "name": f"#{number}", "created_at": "2026-11-11T12:00:00+08:00",
            "updated_at": "2026-11-11T12:00:05+08:00", "currency": "CNY", "test": False,
            "financial_status": "paid", "total_price": "200.00", "total_tax": "0.00",
            "total_discounts": "0.00", "total_line_items_price": "200.00",
            "token": f"token-{number}", "email": f"buyer{number % 5000}@example.com",
            "landing_site": f"/item/{number % 40}?utm_source=xhs&utm_campaign=c{number % 9}",
            "note_attributes": [{"name": "tracker_id", "value": f"visitor-{number:08d}"}],
            "discount_codes": [{"code": f"CODE{number % 30}"}],
            "line_items": [
                {"id": number * LINES + n, "sku": f"sku-{n}", "name": "Tea", "quantity": 1,
                 "price": "10.00", "discount_allocations": [], **filler}
                for n in range(LINES)
            ],
            "shipping_lines": [], "refunds": [],
        }
    ).encode()  # fmt: skip


def _send(connection: http.client.HTTPConnection, body: bytes) -> int:
    made = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
    headers = {"X-Shopify-Topic": "orders/create", "X-Shopify-Hmac-Sha256": made}
    try:
        connection.request("POST", "/webhooks/shopify/measured", body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        connection.close()
        return 0


@contextmanager
def serve(home: Path, factory: str) -> Iterator[int]:
    """A web server on a free port, killed at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws",
        "--port", str(port), "--blocking-threads", str(THREADS), "--log-level", "error",
        "--factory", factory,
    ]  # fmt: skip
    environment = {**os.environ, "TRACKER_HOME": str(home), "TRACKER_WEB_THREADS": str(THREADS)}
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        _wait_for(port)
        yield port
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(600):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.05)
    raise TimeoutError(f"no server on port {port}")


def _prepare(home: Path) -> None:
    settings = Settings(home=home)
    database = connect(settings.database)
    upgrade(database)
    now = datetime.now(UTC)
    with database.write() as session:
        workspace = Workspace(
            slug="w", name="w", base_currency="CNY", time_zone="UTC", created_at=now
        )
        session.add(workspace)
        session.flush()
        shop = Shop(
            workspace_id=workspace.id, slug="s", name="s", platform="shopify", currency="CNY",
            time_zone="UTC", site_key="measured", created_at=now,
        )  # fmt: skip
        session.add(shop)
        session.flush()
        set_secret(session, shop, SECRET, signing_key=settings.signing_key, now=now)
    database.dispose()


def _lock(home: Path, seconds: float) -> None:
    """Hold the write lock of the database, as a long import would."""
    connection = sqlite3.connect(home / "tracker.db", isolation_level=None, timeout=30)
    connection.execute("BEGIN IMMEDIATE")
    time.sleep(seconds)
    connection.execute("ROLLBACK")
    connection.close()


def _drained(home: Path, answered: int) -> tuple[int, float]:
    """Orders in the database, and seconds until all that were answered were there."""
    database = connect(Settings(home=home).database)
    began = time.perf_counter()
    stored = 0
    while stored < answered and time.perf_counter() - began < 180:
        with database.read() as session:
            stored = session.scalar(select(func.count()).select_from(Order)) or 0
        time.sleep(0.2)
    database.dispose()
    return stored, time.perf_counter() - began


def main(
    steady: int = 20,
    steady_seconds: int = 30,
    burst: int = 200,
    burst_seconds: int = 60,
    lock_seconds: int = 10,
) -> dict[str, Any]:
    """Measure.

    Args:
        lock_seconds: so long the database is locked in the middle of the burst.
    """
    result: dict[str, Any] = {"surroundings": surroundings(), "goal_p99_ms": GOAL_P99_MS}
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        _prepare(home)
        with serve(home, "benchmarks.webhook_servers:bare") as port:
            result["bare_burst"] = Sender(port).run(burst, min(burst_seconds, 20))
        loader = subprocess.Popen(
            [sys.executable, "-m", "tracker.collect.loader"],
            env={**os.environ, "TRACKER_HOME": str(home)},
        )
        try:
            with serve(home, "app:create_app") as port:
                sender = Sender(port)
                sender.run(5, 2)
                result["steady"] = sender.run(steady, steady_seconds)
                if lock_seconds:
                    threading.Timer(burst_seconds / 3, _lock, (home, lock_seconds)).start()
                result["burst"] = sender.run(burst, burst_seconds)
            stored, took = _drained(home, len(sender.answered))
        finally:
            loader.terminate()
            loader.wait()
        result |= {
            "answered": len(sender.answered),
            "refused": sender.refused,
            "stored": stored,
            "lost": len(sender.answered) - stored,
            "seconds_until_all_were_stored": round(took, 1),
            "body_bytes": len(order(1)),
            "locked_seconds": lock_seconds,
        }
    result["holds"] = (
        result["lost"] == 0
        and result["steady"]["p99_ms"] <= GOAL_P99_MS
        and result["burst"]["p99_ms"] <= GOAL_P99_MS
    )
    return result
