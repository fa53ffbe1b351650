# ruff: noqa: E501 -- tables are read by rows
"""The guard under a real Scrapy, against a real server on this machine."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from scrapy import Request

from spiders.guard import GuardMiddleware, UrlBlockedError
from spiders.urls import Reason

ROOT = Path(__file__).resolve().parents[2]

SPELLINGS = ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0", "127。0。0。1", "[::1]", "[::ffff:127.0.0.1]"]  # fmt: skip


class Server(ThreadingHTTPServer):
    """Answers everything, redirects from /to?URL, and remembers who asked for /secret."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.headers["Host"].partition(":")[0], self.path))
        target = self.path.partition("?")[2] if self.path.startswith("/to?") else ""
        self.send_response(302 if target else 200)
        if target:
            self.send_header("Location", target)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(b"" if target else b"answer")

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def crawl(server, how, *urls):
    port = server.server_port
    done = subprocess.run(
        [sys.executable, "-m", "tests.spiders.guarded_spider", how, str(port), *urls],
        cwd=ROOT, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def secrets(server):
    port = server.server_port
    return [f"http://{host}:{port}/secret" for host in SPELLINGS]


def test_without_the_guard_this_machine_answers_so_the_next_tests_say_something(server):
    result = crawl(server, "none", *secrets(server)[:3])
    assert set(result["outcomes"].values()) == {"answer"}
    assert len(server.asked) == 3


def test_the_resolver_alone_refuses_every_spelling_of_this_machine(server):
    port = server.server_port
    public = f"http://shop.example:{port}/page"
    result = crawl(server, "resolver", public, *secrets(server))
    assert result["outcomes"].pop(public) == "answer"
    assert [o for o in result["outcomes"].values() if not o.startswith("failed")] == []
    assert server.asked == [("shop.example", "/page")]
    assert result["refused"]["127.0.0.1"] == "private_address"


def test_redirects_into_this_machine_are_not_followed(server):
    port = server.server_port
    start = [f"http://shop.example:{port}/to?{url}" for url in secrets(server) if url.isascii()]
    for how in ("resolver", "guard"):
        server.asked.clear()
        result = crawl(server, how, *start)
        assert [o for o in result["outcomes"].values() if not o.startswith("failed")] == []
        assert {path for _, path in server.asked if path == "/secret"} == set()
        assert len(server.asked) == len(start)


def test_the_whole_guard_lets_public_pages_and_their_redirects_through(server):
    port = server.server_port
    pages = [f"http://shop.example:{port}/page", f"http://shop.example:{port}/to?/next"]
    result = crawl(server, "guard", *pages, f"http://shop.example:{port + 1}/", *secrets(server))
    assert [result["outcomes"][page] for page in pages] == ["answer", "answer"]
    assert sum(o.startswith("failed") for o in result["outcomes"].values()) == len(SPELLINGS) + 1
    assert {host for host, _ in server.asked} == {"shop.example"}


def test_the_middleware_names_its_reason_and_sends_the_safe_spelling():
    guard = GuardMiddleware(ports=(80, 443))
    for url, reason in (
        ("http://127.0.0.1/", Reason.PRIVATE_ADDRESS),
        ("http://user@example.com/", Reason.CREDENTIALS),
        ("file:///etc/hostname", Reason.SCHEME),
        ("http://example.com:6379/", Reason.PORT),
    ):
        with pytest.raises(UrlBlockedError) as error:
            guard.process_request(Request(url))
        assert error.value.reason is reason
    assert guard.process_request(Request("https://example.com/a?b=c")) is None
    assert guard.process_request(Request("https://EXAMPLE.com./a")).url == "https://example.com/a"


def test_a_request_through_a_proxy_is_refused_since_the_proxy_would_resolve_it():
    with pytest.raises(UrlBlockedError):
        GuardMiddleware((80, 443)).process_request(
            Request("https://example.com/", meta={"proxy": "http://proxy.example:3128"})
        )
