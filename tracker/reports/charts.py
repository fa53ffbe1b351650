"""Charts for pages and files: drawn by matplotlib in a process of its own, and cached.

    pool = ChartPool()                      one for a web process; close() at its end
    pool.svg(daily_chart(report.days, title=…, currency=…, locale=…, link=…))

Drawing costs 50 ms of processor and a hundred megabytes; collecting shares the web process and must
feel neither. Equal charts (equal rows, state, language and theme) are drawn once. Who can name what
a chart is made from (state and version of the facts) need not even read its rows again:

    pool.known(question) or pool.svg(daily_chart(…), question)
"""

from __future__ import annotations

import hashlib
import json
import queue
import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from tracker.reports.chart import Chart
from tracker.reports.helper import TIMEOUT_SECONDS, Helper, HelperError
from tracker.reports.pdf import Document, to_json

CACHE_BYTES = 16 * 1024 * 1024
"""Drawings kept in memory, about five hundred."""

QUESTIONS = 4_000
"""Questions whose chart is remembered, a few hundred bytes each."""

DRAWER = "tracker.reports.drawer"


class ChartError(Exception):
    """A chart could not be drawn; the page shows its table without it."""


class ChartPool:
    """Drawing processes, started when first needed, and what they drew.

    Safe to use from many threads. After a fork it must be made anew.
    """

    def __init__(self, processes: int = 1, cache_bytes: int = CACHE_BYTES) -> None:
        self._free: queue.SimpleQueue[Helper] = queue.SimpleQueue()
        self._drawers = [Helper(DRAWER) for _ in range(processes)]
        for drawer in self._drawers:
            self._free.put(drawer)
        self._cache = _Cache(cache_bytes)
        self._answers = _Cache(QUESTIONS * _KEY_BYTES)
        self._stop = weakref.finalize(self, _stop_all, self._drawers)  # also at the program's end

    def warm(self) -> None:
        """Start the processes without waiting, so that the first page need not."""
        for drawer in self._drawers:
            drawer.start()

    def known(self, question: str) -> str | None:
        """The SVG element that was last drawn for a question; None: nothing is kept of it.

        question: all that decides the chart, in any words.
        """
        key = self._answers.get(_hashed(question))
        found = None if key is None else self._cache.get(key.decode())
        return None if found is None else found.decode()

    def svg(self, chart: Chart, question: str = "") -> str:
        """The chart as an SVG element, kept as the answer to a question. Raises ChartError."""
        drawing = self._draw(chart, "svg").decode()
        if question:
            self._answers.put(_hashed(question), _key(chart, "svg").encode())
        return drawing

    def png(self, chart: Chart) -> bytes:
        """The chart as a PNG file. Raises ChartError."""
        return self._draw(chart, "png")

    def pdf(self, document: Document) -> bytes:
        """A document as a PDF file; nothing of it is kept. Raises ChartError."""
        with self._drawer() as drawer:
            return _ask(drawer, f'{{"format":"pdf","document":{to_json(document)}}}')

    def close(self) -> None:
        """Stop the processes."""
        self._stop()

    def _draw(self, chart: Chart, form: str) -> bytes:
        key = _key(chart, form)
        found = self._cache.get(key)
        if found is not None:
            return found
        with self._drawer() as drawer:
            # whoever waited for the process may have waited for this very chart
            found = self._cache.get(key)
            if found is None:
                found = _draw(drawer, chart, form)
                self._cache.put(key, found)
        return found

    @contextmanager
    def _drawer(self) -> Iterator[Helper]:
        try:
            drawer = self._free.get(timeout=TIMEOUT_SECONDS)
        except queue.Empty:
            raise ChartError("all drawing processes are busy") from None
        try:
            yield drawer
        finally:
            self._free.put(drawer)


def _key(chart: Chart, form: str) -> str:
    return f"{chart.key()}.{form}"


_KEY_BYTES = 64 + len(".svg")


def _hashed(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()


def _draw(drawer: Helper, chart: Chart, form: str) -> bytes:
    """One drawing. Raises ChartError: it failed, took too long, or the process died."""
    return _ask(drawer, f'{{"format":{json.dumps(form)},"chart":{chart.to_json()}}}')


def _ask(drawer: Helper, request: str) -> bytes:
    try:
        return drawer.ask(request.encode(errors="replace"))
    except HelperError as error:
        raise ChartError(str(error)) from error


def _stop_all(drawers: Iterable[Helper]) -> None:
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
