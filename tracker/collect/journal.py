"""The journal: events as lines in a file, durable before they are answered.

Each process appends to a segment of its own. Requests that come within one window share a write
and an fdatasync (group commit): the first of them leads, waits for the window, writes for all and
wakes the others. A segment is locked (flock) as long as its writer lives, so the loader knows
without any process id whether more can come.

    journal/<start in microseconds>-<process id>-<random>.seg     being written, or to be loaded
    journal/.<…>.new                                              not locked yet: nobody reads it
"""

from __future__ import annotations

import fcntl
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock

SUFFIX = ".seg"
"""Ending of a segment's file name."""

SEGMENT_BYTES = 16 * 1024 * 1024
"""A segment that has grown so large is closed and the next one begun."""

FORGET = 0.9
"""What is left, after each group, of the size that larger groups before it had."""

_sync: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)  # macOS has no fdatasync


class Journal:
    """The writing end of a process. Threads may share it; a forked child begins its own segment.

    Args:
        folder: where the segments lie; it must exist.
        window_seconds: how long the first of a group waits for others; 0: not at all.
        group: so many lines end the wait in any case (all threads of the server wait already:
            nobody else can come).
        segment_bytes: when to begin the next segment.
    """

    def __init__(
        self,
        folder: Path,
        window_seconds: float,
        *,
        group: int = 1_000,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> None:
        self._folder = folder
        self._window = window_seconds
        self._group = group
        self._segment_bytes = segment_bytes
        self._segment: _Segment | None = None
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._queue = Lock()  # guards `_open`
        self._disk = Lock()  # one writer at a time
        self._open: _Group | None = None
        self._expected = self._group

    def append(self, line: bytes) -> None:
        """Write a line (with its line feed); it is on the disk when this returns.

        Raises:
            OSError: it could not be kept (the disk is full or broken). Nothing of it is left behind
                that a reader would see as a whole line, unless a broken disk refuses that too; it
                may be sent again.
        """
        if self._pid != os.getpid():
            self._segment = None  # the parent's; its lock ends with the last process that has it
            self._begin()
        with self._queue:
            group = self._open
            if leads := group is None:
                group = self._open = _Group()
            group.lines.append(line)
            if leads:
                waiter = None
            else:
                waiter = Lock()
                waiter.acquire()
                group.waiters.append(waiter)
            if not leads and len(group.lines) == self._expected:
                group.full.release()
        if waiter is None:
            self._lead(group)
        else:
            waiter.acquire()
        if group.error is not None:
            raise OSError(group.error.errno, "the event could not be kept") from group.error

    def close(self) -> None:
        """Finish the segment, so that the loader may drop it."""
        with self._disk:
            if self._segment is not None:
                self._segment.close()
                self._segment = None

    def _lead(self, group: _Group) -> None:
        if self._expected > 1:
            group.full.acquire(timeout=self._window)
        try:
            with self._disk:
                # Lines may join until the disk is free: while another group is being synced, this
                # one grows.
                with self._queue:
                    self._open = None
                    self._expected = self._expect(len(group.lines))
                self._write(b"".join(group.lines))
        except OSError as error:
            group.error = error
        except BaseException:
            group.error = OSError("the writing thread was stopped")
            raise
        finally:
            for waiter in group.waiters:
                waiter.release()

    def _expect(self, size: int) -> int:
        """How many lines end the wait of the next group: as many as came lately. With 16 senders
        who wait for their answers nobody else comes once 16 are here, and on a quiet day one line
        need not wait for company."""
        lately = max(size, int(self._expected * FORGET))
        return max(1, min(self._group, lately))

    def _write(self, data: bytes) -> None:
        if self._segment is not None and self._segment.size >= self._segment_bytes:
            self._segment.close()
            self._segment = None
        if self._segment is None:
            self._segment = _Segment(self._folder)
        try:
            self._segment.append(data)
        except BaseException:
            # The loader may already have read past what is now cut off: new lines must not come
            # to lie there. So a segment ends with its first error.
            self._segment.abandon()
            self._segment = None
            raise


class _Group:
    """Lines that share one write."""

    __slots__ = ("error", "full", "lines", "waiters")

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.waiters: list[Lock] = []
        self.error: OSError | None = None
        self.full = Lock()
        self.full.acquire()


class _Segment:
    """One file, locked while it is open."""

    def __init__(self, folder: Path) -> None:
        stem = f"{time.time_ns() // 1000}-{os.getpid()}-{secrets.token_hex(4)}"
        self.path = folder / (stem + SUFFIX)
        draft = folder / f".{stem}.new"
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC
        self._file = os.open(draft, flags, 0o600)
        self.size = 0
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.rename(self.path)  # visible only when locked, or the loader might drop it
            _sync_folder(folder)
        except BaseException:
            for path in (draft, self.path):
                path.unlink(missing_ok=True)
            os.close(self._file)
            raise

    def append(self, data: bytes) -> None:
        """Write and sync all of it, or raise OSError."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        _sync(self._file)
        self.size += len(data)

    def abandon(self) -> None:
        """After an error: cut off what was not acknowledged, and end the segment."""
        with suppress(OSError):  # then its lines are loaded, though nobody was told they are kept
            os.ftruncate(self._file, self.size)
        if self.size == 0:
            with suppress(OSError):
                self.path.unlink()
        self.close()

    def close(self) -> None:
        os.close(self._file)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
