"""One reading of a file in a process of its own: `python -m benchmarks.import_task TASK FILE …`.

Prints {"rows", "seconds", "cpu_seconds", "peak_mib", "start_mib"}: what the task took, the most
memory that the process ever held, and what it held before the task (the imported modules).
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.support import peak_bytes

SHANGHAI = ZoneInfo("Asia/Shanghai")


def recognise_file(path: Path) -> Callable[[], int]:
    """What the file is."""
    from tracker.imports.sniff import recognise

    return lambda: len(recognise(path).known)


def parse(path: Path) -> Callable[[], int]:
    """Ours, from bytes to units that could be loaded."""
    from tracker.imports.run import collect_less_often
    from tracker.imports.sniff import sniff
    from tracker.imports.source import open_source, read_chunks

    def task() -> int:
        collect_less_often()
        source = open_source(sniff(path), "CNY", SHANGHAI)
        return sum(len(chunk.units) + len(chunk.out) for chunk in read_chunks(source))

    return task


def load(path: Path, url: str) -> Callable[[], int]:
    """Ours, from bytes into a database with a workspace and a shop."""
    from sqlalchemy import select

    from tracker.db import connect
    from tracker.imports.request import Request
    from tracker.imports.run import collect_less_often, import_file
    from tracker.models import Shop

    database = connect(url)
    with database.read() as session:
        shop = session.scalars(select(Shop).order_by(Shop.id)).first()
        assert shop is not None
        request = Request(shop.workspace_id, shop.id, b"benchmark")

    def task() -> int:
        collect_less_often()
        return import_file(database, path, request).n_good

    return task


def csv_reader(path: Path) -> Callable[[], int]:
    """The standard library, from bytes to rows of text."""

    def task() -> int:
        with path.open(encoding="utf-8", newline="") as file:
            return sum(1 for _ in csv.reader(file, strict=True)) - 1

    return task


def pandas_text(path: Path) -> Callable[[], int]:
    """By pandas, every cell a text as it stands: what ours gives, unread."""
    import pandas as pd

    def task() -> int:
        if path.suffix == ".csv":
            return len(pd.read_csv(path, dtype=str, keep_default_na=False))
        engine: Any = "openpyxl" if "openpyxl" in sys.argv else "calamine"
        return len(pd.read_excel(path, dtype=str, keep_default_na=False, engine=engine))

    return task


def pandas_typed(path: Path) -> Callable[[], int]:
    """The usual call: types are guessed, and ids and codes are destroyed that look like numbers."""
    import pandas as pd

    return lambda: len(pd.read_csv(path))


TASKS = {"recognise": recognise_file, "parse": parse, "load": load, "csv_reader": csv_reader,
         "pandas_text": pandas_text, "pandas_typed": pandas_typed}  # fmt: skip


def run_task(name: str, path: str, *further: str) -> None:
    """Run a task and print what it took."""
    given = further if name == "load" else ()
    make: Callable[..., Callable[[], int]] = TASKS[name]
    task = make(Path(path), *given)
    start, wall, cpu = peak_bytes(), time.perf_counter(), time.process_time()
    rows = task()
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    told = {
        "rows": rows,
        "seconds": round(seconds, 3),
        "cpu_seconds": round(cpu_seconds, 3),
        "peak_mib": round(peak_bytes() / 2**20, 1),
        "start_mib": round(start / 2**20, 1),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    run_task(*sys.argv[1:])
