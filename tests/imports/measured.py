"""Readings of files in processes of their own: `python -m tests.imports.measured FILE …`.

For each file a line of JSON: {"told": an error or "N units, M out", "grown_mib": how much the
process grew at its largest}. A process that is killed or fails tells so in the same place.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).parents[2]
LIMIT_MIB = 1_500
"""More than that a reading may not even ask for."""


def outcomes(*paths: Path) -> dict[str, dict[str, Any]]:
    """What became of each file, by name."""
    command = [sys.executable, "-m", "tests.imports.measured", *map(str, paths)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {path.name: json.loads(line) for path, line in
            zip(paths, done.stdout.splitlines(), strict=True)}  # fmt: skip


def _read(path: Path) -> str:
    from tracker.imports.errors import FileError
    from tracker.imports.sniff import sniff
    from tracker.imports.source import open_source, read_chunks

    n_units = n_out = 0
    try:
        source = open_source(sniff(path), "CNY", ZoneInfo("Asia/Shanghai"))
        for chunk in read_chunks(source):
            n_units, n_out = n_units + len(chunk.units), n_out + len(chunk.out)
    except FileError as error:
        return str(error)
    return f"{n_units} units, {n_out} out"


def _largest_mib(name: str) -> float:
    """A line of /proc/self/status; 0 where there is none."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def _measure(path: Path) -> None:
    import resource

    begin = _largest_mib("VmRSS")
    used = int(_largest_mib("VmSize"))
    if used:
        limit = (used + LIMIT_MIB) * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        told = _read(path)
    except BaseException as error:  # whatever it is, it is what the test wants to know
        told = f"{type(error).__name__}: {error}"
    grown = round(_largest_mib("VmHWM") - begin, 1)
    print(json.dumps({"told": told, "grown_mib": grown}), flush=True)


def main() -> None:
    """Each file in a fork, so that what one needs does not count for the next."""
    import tracker.imports.readers
    import tracker.imports.source

    assert tracker.imports.source.read_chunks
    assert tracker.imports.readers.READERS
    for path in sys.argv[1:]:
        child = os.fork()
        if child == 0:
            _measure(Path(path))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            print(json.dumps({"told": f"killed: {status}", "grown_mib": 0.0}), flush=True)


if __name__ == "__main__":
    main()
