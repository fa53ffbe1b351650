"""Charts for pages and files: drawn by matplotlib in a process of its own, and cached.

    pool = ChartPool()                      one for a web process; close() at its end
    pool.svg(daily_chart(report.days, title=…, currency=…, locale=…, link=…))

Drawing costs 50 ms of processor and a hundred megabytes; collecting shares the web process and must
feel neither. Equal charts (equal rows, state, language and theme) are drawn once.
"""

from __future__ import annotations

import json
import os
import queue
import select
import subprocess
import sys
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tracker.reports.chart import Chart
from tracker.reports.drawer import LENGTH, MAX_FRAME

ROOT = Path(__file__).resolve().parents[2]
"""The checkout, where the drawing process finds the program."""

CACHE_BYTES = 16 * 1024 * 1024
"""Drawings kept in memory, about five hundred."""

TIMEOUT_SECONDS = 20.0
"""After so long a drawing process is stopped; a chart needs a hundredth."""


class ChartError(Exception):
    """A chart could not be drawn; the page shows its table without it."""


class ChartPool:
    """Drawing processes, started when first needed, and what they drew.

    Safe to use from many threads. After a fork it must be made anew.
    """

    def __init__(self, processes: int = 1, cache_bytes: int = CACHE_BYTES) -> None:
        self._free: queue.SimpleQueue[_Drawer] = queue.SimpleQueue()
        self._drawers = [_Drawer() for _ in range(processes)]
        for drawer in self._drawers:
            self._free.put(drawer)
        self._cache = _Cache(cache_bytes)
        self._stop = weakref.finalize(self, _stop_all, self._drawers)  # also at the program's end

    def warm(self) -> None:
        """Start the processes without waiting, so that the first page need not."""
        for drawer in self._drawers:
            drawer.start()

    def svg(self, chart: Chart) -> str:
        """The chart as an SVG element. Raises ChartError."""
        return self._draw(chart, "svg").decode()

    def png(self, chart: Chart) -> bytes:
        """The chart as a PNG file. Raises ChartError."""
        return self._draw(chart, "png")

    def close(self) -> None:
        """Stop the processes."""
        self._stop()

    def _draw(self, chart: Chart, form: str) -> bytes:
        key = f"{chart.key()}.{form}"
        found = self._cache.get(key)
        if found is not None:
            return found
        with self._drawer() as drawer:
            # whoever waited for the process may have waited for this very chart
            found = self._cache.get(key)
            if found is None:
                found = drawer.draw(chart, form)
                self._cache.put(key, found)
        return found

    @contextmanager
    def _drawer(self) -> Iterator[_Drawer]:
        try:
            drawer = self._free.get(timeout=TIMEOUT_SECONDS)
        except queue.Empty:
            raise ChartError("all drawing processes are busy") from None
        try:
            yield drawer
        finally:
            self._free.put(drawer)


def _stop_all(drawers: Iterable[_Drawer]) -> None:
    for drawer in drawers:
        drawer.stop()


class _Cache:
    """Drawings by key; the longest unused goes first."""

    def __init__(self, most_bytes: int) -> None:
        self._lock = threading.Lock()
        self._most = most_bytes
        self._size = 0
        self._found: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, key: str, drawing: bytes) -> None:
        with self._lock:
            self._size += len(drawing) - len(self._found.pop(key, b""))
            self._found[key] = drawing
            while self._size > self._most:
                self._size -= len(self._found.popitem(last=False)[1])


class _Drawer:
    """One drawing process; started anew after it failed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()

    def start(self) -> subprocess.Popen[bytes]:
        """The running process."""
        with self._starting:
            if self._process is not None and self._process.poll() is not None:
                _end(self._process)
                self._process = None
            if self._process is None:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "tracker.reports.drawer"],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    bufsize=0,
                    start_new_session=True,  # Ctrl-C is for the parent, whose end ends it too
                )
            return self._process

    def stop(self) -> None:
        """End the process; nothing happens when there is none."""
        with self._starting:
            process, self._process = self._process, None
        if process is not None:
            _end(process)

    def draw(self, chart: Chart, form: str) -> bytes:
        """One drawing. Raises ChartError: it failed, took too long, or the process died."""
        request = f'{{"format":{json.dumps(form)},"chart":{chart.to_json()}}}'.encode()
        if len(request) > MAX_FRAME:
            raise ChartError("the chart is too large")
        try:
            answer = self._exchange(LENGTH.pack(len(request)) + request)
        except (OSError, EOFError) as error:
            self.stop()
            raise ChartError(f"the drawing process failed: {error}") from error
        if answer[:1] != b"\x01":
            raise ChartError(answer[1:].decode(errors="replace"))
        return answer[1:]

    def _exchange(self, request: bytes) -> bytes:
        process = self.start()
        if process.stdin is None or process.stdout is None:
            raise OSError("it has no pipes")
        into, out = process.stdin.fileno(), process.stdout.fileno()
        until = time.monotonic() + TIMEOUT_SECONDS
        sent = 0
        while sent < len(request):
            # a pipe holds 64 KiB, and nobody reads it while the process is still importing
            _wait(into, select.POLLOUT, until)
            sent += os.write(into, request[sent : sent + select.PIPE_BUF])
        head = _read(out, LENGTH.size, until)
        return _read(out, LENGTH.unpack(head)[0], until)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _read(pipe: int, length: int, until: float) -> bytes:
    parts: list[bytes] = []
    missing = length
    while missing:
        _wait(pipe, select.POLLIN, until)
        part = os.read(pipe, min(missing, 1 << 20))
        if not part:
            raise EOFError("it ended")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _wait(pipe: int, event: int, until: float) -> None:
    """Until a pipe can be read or written. Not `select`, which knows no number above 1024."""
    poll = select.poll()
    poll.register(pipe, event)
    left = until - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise TimeoutError("it took too long")
