"""Every page and chart of the site, beside a bare Flask view in the same run.

    tracker bench pages --touches 10000000 --days 400 --influencers 2000 --backend sqlite --json
    tracker bench pages --scale 10 --json                       the demo brand instead

A new database is filled (with `--keep FOLDER` it stays there and serves again), the web server is
started on it, somebody signs in, and each page that links lead to is asked for again and again over
one connection, with gzip allowed, as a browser does; reports for 30 days, 90 days and all days.
Statements are counted in a second run inside this process. Charts are timed twice: cold (a period
that nobody asked for before) and cached (the same again). Filling is not part of any figure.
`cpu_ms` is the server's processor time of a request: it says more than the clock does where other
programs run.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask, render_template_string
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from benchmarks import pages_fill, support
from benchmarks.pages_server import (
    EMAIL,
    PASSWORD,
    Server,
    bare_command,
    database_address,
    free_port,
    serving,
    sign_in_form,
)
from benchmarks.reached import Reached, follow, links_of, richest
from tracker.config import Settings
from tracker.db import connect
from tracker.demo.load import load_demo
from tracker.migrations import upgrade
from tracker.models import CreditDayChannel, User
from tracker.services import users

BACKENDS = ("sqlite", "postgresql")
GOAL_MS = 100

WARM_UP = 2
"""Requests of each page before any is timed."""

PERIODS = ("30d", "90d")
CONTROL_BAR = 'id="controls"'
"""A page that has it shows the figures of a period."""

OTHER_HOST = re.compile(r'<(?:script|link|img|source|iframe)\b[^>]*(?:src|href)="(?:https?:)?//')


def main(
    scale: float = 10.0, days: int = 120, repeats: int = 20, backend: str = "", touches: int = 0,
    influencers: int = 2_000, keep: str = "", only: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Measure both databases (or one).

    Args:
        scale: of the demo brand.
        days: of the demo brand, or of the large one.
        repeats: timed requests of each page.
        backend: sqlite or postgresql; empty: both.
        touches: visits of a large brand that is written in bulk (pages_fill.py); 0: the demo brand.
        influencers: of the large brand.
        keep: folder for the filled databases; one that is there already is measured as it is.
        only: pages and charts whose name holds this; empty: all.
    """
    result: dict[str, Any] = {"repeats": repeats, **support.surroundings()}
    for name in [backend] if backend else BACKENDS:
        with _folder(keep, name) as folder, database_address(name, folder) as url:
            settings = _settings(folder / "home", url)
            note = folder / "filled.json"
            if not note.exists():
                loaded = _filled(settings, scale, days, touches, influencers)
                note.write_text(json.dumps(loaded))
            result[name] = _measure(settings, repeats, only)
            result[name]["loaded"] = json.loads(note.read_text())
    result["load_average_after"] = [round(value, 2) for value in os.getloadavg()]
    return result


def bare() -> Flask:
    """The limit: one Flask view that renders a small template and reads nothing."""
    app = Flask(__name__)

    @app.get("/")
    def index() -> str:
        return render_template_string("<title>{{ name }}</title><p>{{ name }}", name="bare")

    return app


# --- the brand ------------------------------------------------------------------------------------


@contextmanager
def _folder(keep: str, backend: str) -> Iterator[Path]:
    if keep:
        folder = Path(keep).resolve() / backend
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name:
        yield Path(name)


def _settings(home: Path, url: str) -> Settings:
    """Of an installation without Valkey, on a port of its own."""
    return Settings(
        home=home, database_url=url, port=free_port(), log_level="ERROR",
        redis_url=f"unix://{home / 'none.sock'}",
    )  # fmt: skip


def _filled(
    settings: Settings, scale: float, days: int, touches: int, influencers: int
) -> dict[str, Any]:
    began = time.monotonic()
    if touches:
        # in a process of its own: its memory is not that of the measure
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            arguments = (settings.database, touches, days, influencers)
            loaded: dict[str, Any] = pool.apply(pages_fill.fill, arguments)
    else:
        database = connect(settings.database)
        upgrade(database)
        loaded = asdict(load_demo(database, settings, scale=scale, days=days, progress=_tell))
        database.dispose()
    return {**loaded, "filled_in_seconds": round(time.monotonic() - began, 1)}


# --- the measure ----------------------------------------------------------------------------------


def _measure(settings: Settings, repeats: int, only: str) -> dict[str, Any]:
    database = connect(settings.database)
    with database.write() as session:
        if session.scalar(select(User).where(User.email == EMAIL)) is None:
            users.add_user(session, EMAIL, PASSWORD, is_admin=True, locale="zh_CN")
    with database.read() as session:
        starts, first, last = richest(session), *_days(session)
    database.dispose()
    reached, unreached = _reached(settings, starts)
    paths = {
        label: path for label, path in _pages(reached, first, last).items() if only in label
    }  # fmt: skip
    names = [one for one in reached if one.endpoint == "charts.show" and only in one.label]
    before = _measure_bare(repeats)
    command = [sys.executable, "-m", "tracker.supervisor.web"]
    with serving(command, settings.port, settings.environment()) as server:
        server.sign_in()
        pages = {}
        for label, path in paths.items():
            pages[label] = _page(server, path, repeats)
            _tell(f"{label}: {pages[label]['p50_ms']} ms")
        charts = {one.label: _chart(server, one.path, last, repeats) for one in names}
        weight = _first_visit(server)
    after = _measure_bare(repeats)
    for label, statements in _count_statements(settings, paths).items():
        page = pages[label]
        page["statements"] = statements
        page["to_bare"] = support.ratio(page["p50_ms"], (before["p50_ms"] + after["p50_ms"]) / 2)
    return {
        "summary": _summary(pages, charts, weight), "bare_before": before, "bare_after": after,
        "pages": pages, "charts": charts, "without_a_link": unreached,
    }  # fmt: skip


def _measure_bare(repeats: int) -> dict[str, float]:
    with serving(*bare_command(free_port())) as server:
        return server.timed(lambda: server.get("/"), repeats)


def _summary(pages: dict[str, Any], charts: dict[str, Any], weight: float) -> dict[str, Any]:
    late = {label: page["p95_ms"] for label, page in pages.items() if page["p95_ms"] > GOAL_MS}
    late_charts = {
        f"{label} {way}": chart[way]["p95_ms"]
        for label, chart in charts.items()
        for way in ("cold", "cached")
        if chart[way]["p95_ms"] > GOAL_MS
    }
    return {
        "pages": len(pages),
        f"p95_over_{GOAL_MS}_ms": dict(sorted(late.items(), key=lambda item: -item[1])),
        f"charts_over_{GOAL_MS}_ms": late_charts,
        "slowest_p95_ms": max((page["p95_ms"] for page in pages.values()), default=None),
        "most_cpu_ms": max((page["cpu_ms"] for page in pages.values()), default=None),
        "most_statements": max((page["statements"] for page in pages.values()), default=None),
        "first_visit_kib": weight,
        "heaviest_page_kib": max((page["wire_kib"] for page in pages.values()), default=None),
        "with_another_host": [label for label, page in pages.items() if page["has_another_host"]],
    }


# --- what is asked for ----------------------------------------------------------------------------


def _days(session: Session) -> tuple[date, date]:
    """First and last day with credits."""
    booked = CreditDayChannel.booked_on
    first, last = session.execute(select(func.min(booked), func.max(booked))).one()
    return first, last


def _reached(settings: Settings, starts: list[str]) -> tuple[list[Reached], list[str]]:
    app = _app(settings)
    client = app.test_client()
    client.post("/sign-in", data=sign_in_form(client.get("/sign-in").get_data(as_text=True)))
    site = follow(app, client.get, starts)
    return list(site.reached.values()), site.unreached


def _pages(reached: list[Reached], first: date, last: date) -> dict[str, str]:
    """Label -> path of every page; reports once for each period."""
    found = {}
    for one in reached:
        if not one.is_page or one.status != 200:
            continue
        if CONTROL_BAR not in one.text:
            found[one.label] = one.path
            continue
        for period in PERIODS:
            found[f"{one.label} {period}"] = _with(one.path, period=period)
        found[f"{one.label} all days"] = _with(one.path, **{"from": str(first), "to": str(last)})
    return found


def _with(path: str, **arguments: str) -> str:
    """A path under another period."""
    parts = urlsplit(path)
    kept = [(k, v) for k, v in parse_qsl(parts.query) if k not in ("from", "to", "period")]
    return f"{parts.path}?{urlencode([*kept, *arguments.items()])}"


def _page(server: Server, path: str, repeats: int) -> dict[str, Any]:
    for _ in range(WARM_UP):
        answer = server.get(path)
        if answer.status != 200:
            raise RuntimeError(f"{path} answers {answer.status}")
    body = answer.body.decode()
    drawn = [link for link in links_of(body) if _is_chart(link)]
    return {
        **server.timed(lambda: server.get(path), repeats),
        "kib": round(len(answer.body) / 1024, 1),
        "wire_kib": round(answer.size / 1024, 1),
        "wire_kib_with_charts": round(
            (answer.size + sum(server.get(link).size for link in drawn)) / 1024, 1
        ),
        "has_another_host": bool(OTHER_HOST.search(body)),
    }


def _is_chart(link: str) -> bool:
    """Whether a page draws it, rather than offers it as a file."""
    return link.startswith("/charts/") and urlsplit(link).path.endswith(".svg")


def _chart(server: Server, path: str, last: date, repeats: int) -> dict[str, Any]:
    """A chart of 90 days: times of periods that are new, and of the same periods again."""
    paths = [
        _with(path, **{"from": str(last - timedelta(days=back + 89)),
                       "to": str(last - timedelta(days=back))})
        for back in range(WARM_UP + repeats)
    ]  # fmt: skip
    for warm in paths[:WARM_UP]:
        answer = server.get(warm)
        if answer.status != 200:
            raise RuntimeError(f"{warm} answers {answer.status}")
    cold, cached = iter(paths[WARM_UP:]), iter(paths[WARM_UP:])
    return {
        "cold": server.timed(lambda: server.get(next(cold)), repeats),
        "cached": server.timed(lambda: server.get(next(cached)), repeats),
        "wire_kib": round(answer.size / 1024, 1),
    }


def _first_visit(server: Server) -> float:
    """KiB on the wire of the overview with everything that it loads, its charts included."""
    answer = server.get("/")
    links = links_of(answer.body.decode())
    loaded = [link for link in links if link.startswith("/static/") or _is_chart(link)]
    return round((answer.size + sum(server.get(path).size for path in loaded)) / 1024, 1)


def _count_statements(settings: Settings, paths: dict[str, str]) -> dict[str, int]:
    """Statements of one request of each page, the caller's own sign-in included."""
    client = _app(settings).test_client()
    client.post("/sign-in", data=sign_in_form(client.get("/sign-in").get_data(as_text=True)))
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


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    print(json.dumps(main(), ensure_ascii=False, indent=1))
