"""Attribution measured: the kernel beside other engines, and the way from database to daily facts.

    tracker bench attribution --touches 10000000 --json
    tracker bench attribution --touches 1000000 --parts engines --repeats 9

**engines**: the same touches and orders under six rule models by our kernel, DuckDB and Polars, all
on all cores, and naive pandas on few touches; from arrays or Arrow tables in memory, and from
Parquet files. Every engine has a process of its own and they take turns. The first run of each is
not counted (compiling, caches). Their channel totals are compared.

**sqlite, postgresql**: a new database (PostgreSQL from a wheel, with its default settings) is
filled. In turns: read all touches into arrays; attribute all orders under ten models into ledger,
facts and roll-ups; the same for one dirty day of ninety. Fits are stored inputs: one week is fitted
and timed, and serves for all. Memory is measured in processes that do nothing else.

Nothing here is a test: figures depend on the machine and its load, which stands in the result.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from benchmarks import attribution_engines, support
from benchmarks.attribution_database import measure_database
from benchmarks.attribution_world import make_world

BACKENDS = ("sqlite", "postgresql")
PANDAS_TOUCHES = 200_000
"""More would take minutes."""

_SPAWN = multiprocessing.get_context("spawn")


def main(
    touches: int = 1_000_000, repeats: int = 5, parts: str = "engines,sqlite,postgresql"
) -> dict[str, Any]:
    """Measure the parts asked for.

    Args:
        touches: how many there are.
        repeats: timings of each; medians are given.
        parts: of engines, sqlite and postgresql, with commas between.
    """
    result: dict[str, Any] = {"touches": touches, "repeats": repeats}
    result |= support.surroundings((*support.PACKAGES, "duckdb", "polars", "pyarrow"))
    for part in parts.split(","):
        measured = (
            measure_engines(touches, repeats)
            if part == "engines"
            else measure_database(part, touches, repeats)
        )
        result[part] = {**measured, "load_average_after": round(os.getloadavg()[0], 2)}
    return result


# --- engines --------------------------------------------------------------------------------------


def measure_engines(touches: int, repeats: int) -> dict[str, Any]:
    """Our kernel, DuckDB and Polars in turns; then ours and pandas on few touches."""
    few = min(touches, PANDAS_TOUCHES)
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        return {
            "in_memory": _in_turns(folder, ("ours", "duckdb", "polars"), touches, repeats, False),
            "from_parquet": _in_turns(folder, ("ours", "duckdb", "polars"), touches, repeats, True),
            "few_touches": few,
            "few_in_memory": _in_turns(folder, ("ours", "pandas"), few, repeats, False),
        }


def _in_turns(
    folder: str, names: Sequence[str], touches: int, repeats: int, from_files: bool
) -> dict[str, Any]:
    attribution_engines.write_files(make_world(touches), Path(folder))
    pipes, processes = {}, []
    for name in names:
        pipes[name], theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(target=_serve, args=(theirs, name, folder, from_files))
        process.start()
        processes.append(process)
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for _ in range(repeats + 1):
        for name, pipe in pipes.items():
            pipe.send("run")
            runs[name].append(pipe.recv())
    for pipe in pipes.values():
        pipe.send("end")
    for process in processes:
        process.join()
    ours = runs["ours"]
    return {name: _figures(run, ours, touches) for name, run in runs.items()}


def _serve(pipe: Connection, name: str, folder: str, from_files: bool) -> None:
    """An engine in a process of its own: loads, and runs when it is told to."""
    run = attribution_engines.ENGINES[name](Path(folder), from_files=from_files)
    before = psutil.Process().memory_info().rss
    while pipe.recv() == "run":
        wall, cpu, totals = support.timed(run)
        peak = support.peak_bytes() - before
        pipe.send({"wall": wall, "cpu": cpu, "peak": peak, "totals": totals})


def _figures(
    runs: Sequence[dict[str, Any]], ours: Sequence[dict[str, Any]], touches: int
) -> dict[str, Any]:
    """Medians without the first run, as multiples of ours, and how far the totals are from ours."""

    def median(of: Sequence[dict[str, Any]], what: str) -> float:
        return statistics.median(run[what] for run in of[1:])

    most, off = 0.0, 0.0
    expected, found = ours[-1]["totals"], runs[-1]["totals"]
    for channel in expected:
        if channel:  # 0: orders without a touch, which a join leaves out
            theirs = found.get(channel, [0] * len(expected[channel]))
            most = max(most, *expected[channel])
            off = max(off, *(abs(a - b) for a, b in zip(expected[channel], theirs, strict=True)))
    return {
        "seconds": round(median(runs, "wall"), 4),
        "seconds_min": round(min(run["wall"] for run in runs[1:]), 4),
        "cpu_seconds": round(median(runs, "cpu"), 4),
        "first_run_seconds": round(runs[0]["wall"], 3),
        "times_ours": support.ratio(median(runs, "wall"), median(ours, "wall")),
        "times_our_cpu": support.ratio(median(runs, "cpu"), median(ours, "cpu")),
        "peak_mib_above_inputs": round(runs[-1]["peak"] / 2**20),
        "bytes_a_touch": round(runs[-1]["peak"] / touches, 1),
        "largest_difference_of_a_channel": round(off / most, 9) if most else None,
    }


if __name__ == "__main__":
    arguments = [int(value) for value in sys.argv[1:3]]
    print(json.dumps(main(*arguments), indent=2))
