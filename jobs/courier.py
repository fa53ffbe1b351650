"""The courier as the job that sends sees it: parcels in, receipts out, and an end in any case."""

from __future__ import annotations

import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

from pydantic import ValidationError

from tracker import lifeline
from tracker.config import CHECKOUT, crawler_environment
from tracker.sending_messages import Parcel, Receipt

log = logging.getLogger(__name__)

RUNNER: Final = ("-m", "tracker.courier.child")
"""What is started."""

PARCEL_SECONDS: Final = 45.0
"""A parcel that takes longer is given up, and the courier with it."""

_BLOCK: Final = 65_536
_MOST: Final = 2**20
"""Bytes of an answer; a longer one is none of ours."""


class Courier:
    """Hands parcels over, one after the other, in a child process.

    allow_loopback: tests have their servers on this machine; never given outside of them.
    """

    def __init__(
        self, *, allow_loopback: bool = False, parcel_seconds: float = PARCEL_SECONDS
    ) -> None:
        self._arguments = ("--loopback",) if allow_loopback else ()
        self._seconds = parcel_seconds

    def deliver(self, parcels: Sequence[Parcel]) -> Iterator[Receipt]:
        """A receipt for each parcel, as soon as there is one; of a hanging destination: timeout.

        One destination that hangs costs the others no more than its time limit: what comes after it
        goes by a new process.
        """
        waiting = list(parcels)
        while waiting:
            with _Child(self._arguments) as child:
                while waiting:
                    receipt = child.carry(waiting[0], self._seconds)
                    yield receipt
                    waiting.pop(0)
                    if child.is_over:
                        break


class _Child:
    """A courier that runs: tied to us, without our environment, its errors in our log."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [
                sys.executable, lifeline.__file__, str(os.getpid()), sys.executable, *RUNNER,
                *arguments,
            ],
            cwd=CHECKOUT,
            env=crawler_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            close_fds=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        self._out = self._process.stdout.fileno()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._out, selectors.EVENT_READ)
        self.is_over = False

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._selector.close()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()

    def carry(self, parcel: Parcel, seconds: float) -> Receipt:
        """Hand one parcel over and wait for its receipt."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(parcel.model_dump_json().encode() + b"\n")
            self._process.stdin.flush()
            line = self._line(seconds)
        except (BrokenPipeError, EOFError):
            self.is_over = True
            return Receipt(id=parcel.id, error="interrupted")
        except TimeoutError:
            self.is_over = True
            return Receipt(id=parcel.id, error="timeout")
        try:
            receipt = Receipt.model_validate_json(line)
        except ValidationError:
            receipt = None
        if receipt is None or receipt.id != parcel.id:
            log.warning("the courier says what is no receipt of ours")
            self.is_over = True
            return Receipt(id=parcel.id, error="interrupted")
        return receipt

    def _line(self, seconds: float) -> bytes:
        """The next line. Raises TimeoutError; EOFError: the courier has ended."""
        deadline = time.monotonic() + seconds
        text = b""
        while not text.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not self._selector.select(left):
                raise TimeoutError
            block = os.read(self._out, _BLOCK)
            if not block or len(text) > _MOST:
                raise EOFError
            text += block
        return text
