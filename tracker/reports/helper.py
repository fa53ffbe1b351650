"""A process beside the web process for work that is heavy to import: drawing, statistics.

Both sides speak in frames: a length (4 bytes, big endian) and so many bytes. An answer begins with
one byte, 1 for a result and 0 for the text of an error. A helper ends when its input ends, so it
never outlives whoever started it.
"""

from __future__ import annotations

import os
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from tracker.config import helper_environment

LENGTH = struct.Struct(">I")
MAX_FRAME = 8 * 1024 * 1024
"""Bytes; a chart of 190 columns or the days of a year are a hundredth of it."""

ROOT = Path(__file__).resolve().parents[2]
"""The checkout, where the helper finds the program."""

TIMEOUT_SECONDS = 20.0
"""After so long a helper is stopped; an answer takes a hundredth."""


class HelperError(Exception):
    """The helper failed, took too long or died; the next question starts a new one."""


class Helper:
    """One process that runs a module of ours and answers questions, one at a time.

    It starts when first needed and anew after it failed. Not to be asked by two threads at once.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()

    def start(self) -> subprocess.Popen[bytes]:
        """The running process; it is not waited for until something is asked."""
        with self._starting:
            if self._process is not None and self._process.poll() is not None:
                _end(self._process)
                self._process = None
            if self._process is None:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", self._module],
                    cwd=ROOT,
                    env=helper_environment(),
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

    def ask(self, request: bytes) -> bytes:
        """The answer to one request. Raises HelperError: also for a request that is too large."""
        if len(request) > MAX_FRAME:
            raise HelperError(f"a request of {len(request)} bytes is too large")
        frame = LENGTH.pack(len(request)) + request
        try:
            try:
                answer = self._exchange(frame)
            except (BrokenPipeError, EOFError):
                self.stop()  # it ended just now, perhaps because nobody had asked for long
                answer = self._exchange(frame)
        except (OSError, EOFError) as error:
            self.stop()
            raise HelperError(f"the process of {self._module} failed: {error}") from error
        if answer[:1] != b"\x01":
            raise HelperError(answer[1:].decode(errors="replace"))
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


def serve(
    prepare: Callable[[], Callable[[bytes], bytes]], idle_seconds: float | None = None
) -> None:
    """The helper's side: answer requests until the input ends.

    prepare: imports what is heavy and gives the function that answers; whatever that raises is
    told to the asker, and the next request is answered all the same. idle_seconds: end when nothing
    was asked for so long, to give the memory back; the asker starts it again.
    """
    requests = sys.stdin.buffer
    # whatever a library prints must not get between the frames
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    answer = prepare()
    # between two frames the buffer is empty, so the pipe itself says whether there is one
    while _is_asked(idle_seconds) and (request := read_frame(requests)) is not None:
        try:
            told = b"\x01" + answer(request)
        except Exception as error:  # noqa: BLE001 - one request that fails must not stop the others
            told = b"\x00" + f"{type(error).__name__}: {error}".encode()
        answers.write(LENGTH.pack(len(told)) + told)
        answers.flush()


def _is_asked(idle_seconds: float | None) -> bool:
    poll = select.poll()
    poll.register(0, select.POLLIN | select.POLLHUP)
    return bool(poll.poll(None if idle_seconds is None else idle_seconds * 1000))


def read_frame(source: BinaryIO) -> bytes | None:
    """The next frame; None at the end of the input or when it makes no sense."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = source.read(length) if length <= MAX_FRAME else b""
    return body if len(body) == length else None


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
