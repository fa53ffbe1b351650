"""What every measure needs: the machine it ran on, CPU time of processes, ratios."""

from __future__ import annotations

import os
import platform
import resource
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

PACKAGES = ("flask", "granian", "sqlalchemy", "numpy", "numba", "pandas", "psycopg", "rq")


def surroundings(packages: Sequence[str] = PACKAGES) -> dict[str, Any]:
    """Machine, versions and load average, as they stand in every result."""
    return {
        "machine": {
            "cpu": _cpu_name(),
            "cores": os.cpu_count(),
            "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
            "system": platform.platform(),
        },
        "versions": {
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            **{name: _version(name) for name in packages},
        },
        "load_average": [round(value, 2) for value in os.getloadavg()],
    }


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU time that processes and their living children have used so far."""
    total = 0.0
    for pid in pids:
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            times = one.cpu_times()
            total += times.user + times.system
    return total


def peak_bytes() -> int:
    """The most memory that this process has had so far.

    On Linux since it runs this program: `ru_maxrss` would be what its parent held when it forked.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1024 if sys.platform == "linux" else 1)


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Wall and CPU seconds of this process, and what the work gave."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def ratio(value: float, base: float) -> float | None:
    """Rounded quotient; None: the base is 0."""
    return round(value / base, 3) if base else None


def median(values: Sequence[float]) -> float:
    """Middle value, rounded to three places."""
    return round(statistics.median(values), 3)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
