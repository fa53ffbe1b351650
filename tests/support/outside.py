"""Servers on this machine that stand in for the outside: one that takes mail, one for chats."""

from __future__ import annotations

import email
import email.policy
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class MailBox:
    """A mail server. refused: recipients it does not take; is_silent: it never says a word."""

    port: int = 0
    refused: set[str] = field(default_factory=set)
    is_silent: bool = False
    is_over: threading.Event = field(default_factory=threading.Event)
    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    """Recipients, and what they were sent."""


class _MailHandler(socketserver.StreamRequestHandler):
    """Talks SMTP, as much as a client needs."""

    box: MailBox

    def handle(self) -> None:
        if self.box.is_silent:
            self.box.is_over.wait(30)
            return
        self.say("220 here")
        self.to: list[str] = []
        while line := self.rfile.readline().decode().strip():
            command = line[:4].upper()
            self.say(self.answer(command, line))
            if command == "QUIT":
                return

    def answer(self, command: str, line: str) -> str:
        if command == "RCPT":
            address = line.partition("<")[2].partition(">")[0]
            if address in self.box.refused:
                return "550 nobody"
            self.to.append(address)
        if command == "DATA":
            self.say("354 go on")
            self.take()
        return "221 bye" if command == "QUIT" else "250 ok"

    def take(self) -> None:
        text = b""
        while (part := self.rfile.readline()) != b".\r\n":
            text += part[1:] if part.startswith(b"..") else part
        message = email.message_from_bytes(text, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.box.taken.append((self.to, message))
        self.to = []

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server(**given: Any) -> Iterator[MailBox]:
    box = MailBox(**given)
    handler = type("Handler", (_MailHandler,), {"box": box})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        box.port = server.server_address[1]
        with _running(server):
            yield box
            box.is_over.set()


@dataclass
class Chat:
    """A chat service: what it answers, and what it was told."""

    port: int = 0
    status: int = 200
    answer: Any = field(default_factory=dict)
    taken: list[tuple[str, Any]] = field(default_factory=list)
    """Paths with their queries, and bodies."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def chat_server() -> Iterator[Chat]:
    chat = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            chat.taken.append((self.path, json.loads(body)))
            text = chat.answer if isinstance(chat.answer, str) else json.dumps(chat.answer)
            self.send_response(chat.status)
            self.send_header("Content-Length", str(len(text.encode())))
            if chat.status in (301, 302, 307):
                self.send_header("Location", f"{chat.url}/elsewhere")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        chat.port = server.server_address[1]
        with _running(server):
            yield chat


@contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
