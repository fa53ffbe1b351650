"""A real site on loopback, for crawls: many hosts, and every way in which a server can behave."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    """A request that came."""

    host: str
    path: str
    headers: dict[str, str]
    at: float


@dataclass
class Answer:
    """What is sent back."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "text/html; charset=utf-8"


Page = Callable[["Handler"], Answer | None]
"""Makes an answer, or sends what it likes itself and gives None."""


class Site(ThreadingHTTPServer):
    """Answers by (host, path); "*" stands for every host. Unknown pages are 404."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[tuple[str, str], Page] = {}
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_port

    def url(self, host: str, path: str = "/") -> str:
        return f"http://{host}:{self.port}{path}"

    def add(self, path: str, page: Page | Answer | str, host: str = "*") -> None:
        """Put a page; text is HTML."""
        if isinstance(page, str):
            page = Answer(page.encode())
        self.pages[host, path] = (lambda _h, a=page: a) if isinstance(page, Answer) else page

    def paths(self, host: str | None = None) -> list[str]:
        """Paths that were asked for, robots.txt left out."""
        return [
            one.path
            for one in list(self.asked)
            if one.path != "/robots.txt" and host in (None, one.host)
        ]

    def note(self, asked: Asked) -> None:
        with self._lock:
            self.asked.append(asked)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the game."""

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Site

    def do_GET(self) -> None:
        host = self.headers["Host"].partition(":")[0]
        self.server.note(Asked(host, self.path, dict(self.headers.items()), time.monotonic()))
        path = self.path.partition("?")[0]
        pages = self.server.pages
        page = pages.get((host, path)) or pages.get(("*", path))
        answer = page(self) if page else Answer(b"<title>404 Not Found</title>", 404)
        if answer is not None:
            self.send(answer)

    def send(self, answer: Answer) -> None:
        with suppress(ConnectionError):
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

    def log_message(self, *args: Any) -> None:
        pass


def product(title: str = "Mug", price: str = "9.90", currency: str = "EUR", **more: Any) -> str:
    """A listing's page with JSON-LD."""
    offer = {"@type": "Offer", "price": price, "priceCurrency": currency,
             "availability": "https://schema.org/InStock", **more}  # fmt: skip
    data = {"@type": "Product", "name": title, "offers": offer}
    return (
        f"<html><head><title>{title}</title><script type='application/ld+json'>"
        f"{json.dumps(data)}</script></head><body><h1>{title}</h1></body></html>"
    )


def profile(name: str = "Li Na", followers: int = 12_000, **counts: int) -> str:
    """An account's page with schema.org counters."""
    actions = {"followers": "FollowAction", "posts": "WriteAction"}
    statistics = [
        {"@type": "InteractionCounter", "interactionType": f"https://schema.org/{actions[metric]}",
         "userInteractionCount": count}
        for metric, count in {"followers": followers, **counts}.items()
    ]  # fmt: skip
    data = {
        "@type": "ProfilePage",
        "mainEntity": {"@type": "Person", "name": name, "alternateName": name.lower(),
                       "interactionStatistic": statistics},
    }  # fmt: skip
    return f"<html><script type='application/ld+json'>{json.dumps(data)}</script></html>"


# --- servers that misbehave -----------------------------------------------------------------------


def redirect(to: str, status: int = 302) -> Answer:
    return Answer(status=status, headers={"Location": to})


def endless_redirect(handler: Handler) -> Answer:
    number = int(handler.path.partition("?")[2] or 0)
    return redirect(f"{handler.path.partition('?')[0]}?{number + 1}")


def without_end(handler: Handler) -> None:
    """A gigabyte, in pieces, without a length."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Connection", "close")
    handler.end_headers()
    piece = b"<p>" + b"x" * 65_533
    with suppress(ConnectionError):
        for _ in range(16_384):
            handler.wfile.write(piece)
    handler.close_connection = True


def drip(handler: Handler) -> None:
    """A byte at a time, for ever."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    with suppress(ConnectionError):
        for _ in range(600):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.1)
    handler.close_connection = True


def reset(handler: Handler) -> None:
    """The connection is reset in the middle of an answer."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"<html>")
    handler.wfile.flush()
    handler.connection.setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
    )
    handler.close_connection = True
    handler.connection.close()


def gzipped(body: bytes) -> Answer:
    return Answer(gzip.compress(body, 1), headers={"Content-Encoding": "gzip"})


def bomb() -> Answer:
    """A hundred megabytes of zeros, in a hundred kilobytes."""
    return gzipped(b"\0" * 100_000_000)


def bad_gzip() -> Answer:
    good = gzip.compress(b"<html>" + b"y" * 10_000)
    return Answer(good[:20] + b"garbage" + good[40:], headers={"Content-Encoding": "gzip"})
