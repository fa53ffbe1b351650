"""Files of orders: recognised, parsed and loaded, beside csv.reader and pandas on the same file.

    tracker bench imports --rows 1000000 --sheet-rows 200000 --json

Every reading is a process of its own, so that its memory is its own; ours and the others take
turns, and medians are given. `csv_reader` and `pandas_text` give rows of text and no more: ours
decides dates, reads amounts exactly and finds repeated and contradicting rows; they are the limit,
not peers. The second part asks for pages and sends events, one after the other, first to an idle
server and then while a file is imported into the same database by another process.
"""

from __future__ import annotations

import gzip
import http.client
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from benchmarks import pages, support
from benchmarks.import_files import write_csv, write_xlsx, write_zip
from benchmarks.load import event
from tracker.config import Settings
from tracker.db import connect
from tracker.migrations import upgrade
from tracker.models import Shop, User
from tracker.services import users

IDLE_SECONDS = 20.0
OTHERS = ("csv_reader", "pandas_text", "pandas_typed")
GOALS = {"recognise_seconds": 1.0, "csv_seconds": 180.0, "peak_mib": 500.0, "p95_ratio": 2.0}


def main(
    rows: int = 1_000_000,
    sheet_rows: int = 200_000,
    repeats: int = 3,
    parts: str = "recognise,csv,xlsx,load,beside",
    backend: str = "",
    scale: float = 1.0,
) -> dict[str, Any]:
    """Measure.

    Args:
        rows, sheet_rows: of the CSV and of the workbook.
        repeats: readings of each kind; medians are given. Loading is done once a database.
        parts: of recognise, csv, xlsx, load and beside, with commas between.
        backend: sqlite or postgresql; empty: both.
        scale: of the demo brand whose overview is asked for.
    """
    wanted = parts.split(",")
    result: dict[str, Any] = {
        "rows": rows, "sheet_rows": sheet_rows, "repeats": repeats, "goals": GOALS,
        **support.surroundings(("sqlalchemy", "pandas", "python-calamine", "openpyxl", "psycopg")),
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as name:
        folder = Path(name)
        tenth, whole = (
            write_csv(folder / "tenth.csv", rows // 10),
            write_csv(folder / "a.csv", rows),
        )
        result["csv_mib"] = round(whole.stat().st_size / 2**20, 1)
        if {"recognise", "xlsx"} & set(wanted):
            book = write_xlsx(folder / "a.xlsx", sheet_rows)
            result["xlsx_mib"] = round(book.stat().st_size / 2**20, 1)
        if "recognise" in wanted:
            result["recognise"] = _recognise(folder, tenth, whole, book, repeats)
        if "csv" in wanted:
            result["csv"] = _compared(whole, OTHERS, repeats)
            result["csv"]["peak_of_a_tenth_mib"] = _run("parse", tenth)["peak_mib"]
        if "xlsx" in wanted:
            small = write_xlsx(folder / "tenth.xlsx", sheet_rows // 10)
            result["xlsx"] = _compared(book, ("pandas_text",), repeats)
            result["xlsx"]["pandas_openpyxl"] = _run("pandas_text", book, "openpyxl")
            result["xlsx"]["peak_of_a_tenth_mib"] = _run("parse", small)["peak_mib"]
        for one in [backend] if backend else pages.BACKENDS:
            if "load" in wanted or "beside" in wanted:
                result[one] = _database(one, whole, tenth, wanted, scale)
    return result


def _run(task: str, path: Path, *further: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.import_task", task, str(path), *further]
    done = subprocess.run(command, cwd=pages.ROOT, capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _medians(told: list[dict[str, float]]) -> dict[str, float]:
    found = {name: support.median([one[name] for one in told]) for name in told[0]}
    found["rows_per_second"] = round(found["rows"] / found["seconds"])
    return found


def _recognise(
    folder: Path, tenth: Path, whole: Path, book: Path, repeats: int
) -> dict[str, dict[str, float]]:
    """Seconds against size, the import of modules left out."""
    packed = folder / "a.csv.gz"
    with whole.open("rb") as source, gzip.open(packed, "wb", 1) as target:
        shutil.copyfileobj(source, target, 1 << 20)
    files = {"csv tenth": tenth, "csv": whole, "csv.gz": packed, "xlsx": book,
             "zip": write_zip(folder / "a.zip", whole)}  # fmt: skip
    return {
        name: {
            "mib": round(path.stat().st_size / 2**20, 1),
            "seconds": support.median([_run("recognise", path)["seconds"] for _ in range(repeats)]),
        }
        for name, path in files.items()
    }


def _compared(path: Path, others: tuple[str, ...], repeats: int) -> dict[str, Any]:
    names = ("parse", *others)
    told: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(repeats):
        for name in names:
            told[name].append(_run(name, path))
    found: dict[str, Any] = {name: _medians(one) for name, one in told.items()}
    for name in others:
        found[name]["ours_takes_times"] = support.ratio(
            found["parse"]["cpu_seconds"], found[name]["cpu_seconds"]
        )
    return found


# --- a database -----------------------------------------------------------------------------------


def _database(
    backend: str, whole: Path, tenth: Path, wanted: list[str], scale: float
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with (
        tempfile.TemporaryDirectory(prefix="tracker-bench-") as name,
        pages._database_address(backend, Path(name)) as url,
    ):
        settings = pages._settings(Path(name) / "home", url)
        _prepare(settings, scale)
        if "load" in wanted:
            small = _run("load", tenth, settings.database)
            found["load_tenth"] = _medians([small])
            found["load_tenth_again"] = _medians([_run("load", tenth, settings.database)])
        if "beside" in wanted:
            found |= _beside(settings, whole)
        elif "load" in wanted:
            found["load"] = _medians([_run("load", whole, settings.database)])
    return found


def _prepare(settings: Settings, scale: float) -> None:
    """The demo brand, so that pages have something to show; the file goes into its shop."""
    pages._fill(settings, scale, 120)
    database = connect(settings.database)
    upgrade(database)
    with database.write() as session:
        first = session.scalars(select(Shop).order_by(Shop.id)).first()
        assert first is not None
        if session.scalar(select(User).where(User.email == pages.EMAIL)) is None:
            users.add_user(session, pages.EMAIL, pages.PASSWORD, is_admin=True, locale="zh_CN")
        first.site_key, first.hostnames = "bench-site-key", ""
    database.dispose()


def _beside(settings: Settings, path: Path) -> dict[str, Any]:
    """p95 of the collector and of the overview: idle, and while the file is imported."""
    command = [sys.executable, "-m", "tracker.supervisor.web"]
    with pages._serving(command, settings.port, settings.environment()) as connection:
        cookie = pages._sign_in(connection)
        _ask(connection, cookie, time.monotonic() + 3.0)
        idle = _ask(connection, cookie, time.monotonic() + IDLE_SECONDS)
        task = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.import_task", "load", str(path), settings.database],
            cwd=pages.ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        time.sleep(2.0)  # its modules are imported
        busy = _ask(connection, cookie, None, task)
        told = json.loads(task.communicate()[0])
    return {
        "load": _medians([told]),
        "idle": idle,
        "while_importing": busy,
        "p95_ratio": {
            name: support.ratio(busy[name]["p95_ms"], idle[name]["p95_ms"]) for name in idle
        },
    }


def _ask(
    connection: http.client.HTTPConnection,
    cookie: str,
    until: float | None,
    task: subprocess.Popen[str] | None = None,
) -> dict[str, dict[str, float]]:
    """An event and a page, in turns, until a time or until a task ends."""
    rng = random.Random(7)
    took: dict[str, list[float]] = {"collect": [], "overview": []}
    while (until is None or time.monotonic() < until) and (task is None or task.poll() is None):
        for _ in range(5):
            began = time.perf_counter()
            connection.request("POST", "/collect", event(rng, str(uuid4())))
            answer = connection.getresponse()
            answer.read()
            took["collect"].append((time.perf_counter() - began) * 1000)
            if answer.status != 204:
                raise RuntimeError(f"/collect answers {answer.status}")
        began = time.perf_counter()
        status, _, _ = pages._get(connection, "/?period=30d", {"Cookie": cookie})
        took["overview"].append((time.perf_counter() - began) * 1000)
        if status != 200:
            raise RuntimeError(f"the overview answers {status}")
        time.sleep(0.02)
    return {
        name: {
            "n": len(times),
            "p50_ms": round(statistics.median(times), 2),
            "p95_ms": round(statistics.quantiles(times, n=20, method="inclusive")[-1], 2),
        }
        for name, times in took.items()
    }


if __name__ == "__main__":
    print(json.dumps(main(), indent=2))
