"""The crawling process as its job sees it: orders in, answers out, and an end in any case."""

from __future__ import annotations

import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from pydantic import BaseModel, ValidationError

from tracker import lifeline
from tracker.config import CHECKOUT, crawler_environment
from tracker.crawl_messages import ANSWER, Alive, Asked, Began, Done, Fetched, Start

log = logging.getLogger(__name__)

RUNNER: Final = ("-m", "spiders.runner")
"""What is started; tests start a runner of their own, whose guard knows their site."""

STALLED_SECONDS: Final = 60.0
"""A process that sends nothing for so long, not even a sign of life, is stuck and killed."""

MAX_LINE: Final = 32 * 2**20
"""Bytes of one answer; a longer one is no answer of ours."""

END_SECONDS: Final = 10.0

Answer = Fetched | Asked | Began | Done | Alive


class ChildDiedError(Exception):
    """The crawling process has ended, or was ended, before its work was done."""


class Child:
    """A running crawling process."""

    def __init__(self, start: Start, runner: Sequence[str] = RUNNER) -> None:
        """Start it: tied to us, without our environment, its errors in our log."""
        self._process = subprocess.Popen(
            [sys.executable, lifeline.__file__, str(os.getpid()), sys.executable, *runner],
            cwd=CHECKOUT,
            env=crawler_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            close_fds=True,
        )
        assert self._process.stdout is not None
        self._out = self._process.stdout.fileno()
        os.set_blocking(self._out, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._out, selectors.EVENT_READ)
        self._rest = b""
        self._heard_at = time.monotonic()
        self.send(start)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def send(self, message: BaseModel) -> None:
        """Give an order. Raises ChildDiedError."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(message.model_dump_json().encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise ChildDiedError(self._how_it_ended()) from error

    def read(self, seconds: float) -> list[Answer]:
        """What it says, as soon as it says something; empty when the time is over.

        Raises ChildDiedError: it ended, stalled, or says what is no answer.
        """
        if not self._selector.select(seconds):
            if time.monotonic() - self._heard_at > STALLED_SECONDS:
                raise ChildDiedError("it gave no sign of life")
            return []
        block = self._read_block()
        if not block:
            raise ChildDiedError(self._how_it_ended())
        self._heard_at = time.monotonic()
        *lines, self._rest = (self._rest + block).split(b"\n")
        if len(self._rest) > MAX_LINE:
            raise ChildDiedError("it sends a line without an end")
        try:
            return [ANSWER.validate_json(line) for line in lines]
        except ValidationError as error:
            raise ChildDiedError(f"it sends what is no answer: {error.error_count()}") from error

    def _read_block(self) -> bytes:
        """All that is there now, up to some megabytes."""
        blocks: list[bytes] = []
        with suppress(BlockingIOError):
            while len(blocks) < 64 and (block := os.read(self._out, 65_536)):
                blocks.append(block)
        return b"".join(blocks)

    def close(self) -> None:
        """End it: its orders are over; what is not done after that is killed."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        deadline = time.monotonic() + END_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            self._read_block()  # or it could not write its last words
            time.sleep(0.02)
        self.kill()

    def kill(self) -> None:
        """End it at once."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._selector.close()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()

    def _how_it_ended(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            code = self._process.wait(2)
            return f"it was killed (signal {-code})" if code < 0 else f"it ended with {code}"
        return "it closed its output"
