"""The parent process: starts its children in order, keeps them running, stops them in order."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from tracker.supervisor.child import Child, Spec
from tracker.supervisor.records import write_children

HOUSEKEEPING_SECONDS = 60.0
"""How often logs are looked at."""

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ChildFailedError(Exception):
    """A child ended again and again while everything was being started."""


class Parent:
    """Runs children until told to stop.

    Args:
        specs: what to run.
        environment: of the children.
        folder: where the children run.
        run_folder: where their ids are written down.
        logs_folder: where their output goes.
        say: prints one line for the person who started us.
    """

    def __init__(
        self,
        specs: Sequence[Spec],
        *,
        environment: dict[str, str],
        folder: Path,
        run_folder: Path,
        logs_folder: Path,
        say: Callable[[str], None],
    ) -> None:
        self.children = [
            Child(spec, environment, folder, logs_folder / f"{spec.name}.log")
            for spec in sorted(specs, key=lambda spec: spec.stage)
        ]
        self.run_folder = run_folder
        self.say = say
        self.stop_requests = 0
        self._wake_read, self._wake_write = os.pipe()
        self._tidied_at = time.monotonic()

    def __enter__(self) -> Parent:
        os.set_blocking(self._wake_write, False)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake us
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        signal.set_wakeup_fd(-1)
        os.close(self._wake_read)
        os.close(self._wake_write)

    def start(self, stage: int) -> None:
        """Start the children of one stage."""
        for child in self.children:
            if child.spec.stage == stage:
                child.start()
        self._record()

    def wait_for(self, ready: Callable[[], bool], name: str, seconds: float) -> None:
        """Keep the children running until something is ready, or we are told to stop.

        Raises:
            ChildFailedError: the child of that name ended three times, or nothing was ready in
                time. The end of its log was said before.
        """
        child = next(child for child in self.children if child.spec.name == name)
        deadline = time.monotonic() + seconds
        while not self.stop_requests and not ready():
            if child.failures >= 3 or time.monotonic() > deadline:
                self.say(child.last_words())
                raise ChildFailedError(f"{name} does not start; its log: {child.log_path}")
            self._step(0.1)

    def run(self, is_edited: Callable[[], bool] | None = None) -> None:
        """Keep the children running until told to stop.

        Args:
            is_edited: asked once a second; when it says True, all children but those of the first
                stage are stopped and started again.
        """
        longest = HOUSEKEEPING_SECONDS if is_edited is None else 1.0
        while not self.stop_requests:
            self._step(min(self._seconds_to_next_start(), longest))
            if is_edited is not None and is_edited():
                self.say("the program was edited: starting again")
                self._restart([child for child in self.children if child.spec.stage > 0])

    def stop(self) -> None:
        """Stop all children, later stages first; a further signal kills what is left at once."""
        for stage in sorted({child.spec.stage for child in self.children}, reverse=True):
            self._stop_stage([child for child in self.children if child.spec.stage == stage])
        self._record()

    def _restart(self, children: Sequence[Child]) -> None:
        self._stop_stage(children)
        for child in children:
            child.process = None
            child.failures = 0
            if not self.stop_requests:
                child.start()
        self._record()

    def _stop_stage(self, children: Sequence[Child]) -> None:
        for child in children:
            child.send(signal.SIGTERM)
        asked_at = time.monotonic()
        requests = max(self.stop_requests, 1)
        killed: set[str] = set()
        while running := [child for child in children if child.pid is not None]:
            waited = time.monotonic() - asked_at
            for child in running:
                impatient = waited > child.spec.grace_seconds or self.stop_requests > requests
                if impatient and child.spec.name not in killed:
                    killed.add(child.spec.name)
                    self.say(f"{child.spec.name} is killed: it did not stop by itself")
                    child.kill()
            self._sleep(0.2)

    def _step(self, seconds: float) -> None:
        """Wait, then start again what has ended."""
        self._sleep(seconds)
        changed = False
        for child in self.children:
            status = child.note_end()
            if status is not None:
                self.say(f"{child.spec.name} ended ({_describe(status)}) and is started again; "
                         f"its log: {child.log_path}")  # fmt: skip
            if self._is_due(child):
                child.start()
                changed = True
        if changed:
            self._record()
        self._tidy()

    def _is_due(self, child: Child) -> bool:
        return (
            not self.stop_requests
            and child.process is None
            and child.failures > 0
            and time.monotonic() >= child.start_after
        )

    def _seconds_to_next_start(self) -> float:
        planned = [c.start_after for c in self.children if c.process is None and c.failures]
        soonest = min(planned, default=time.monotonic() + HOUSEKEEPING_SECONDS)
        return min(max(soonest - time.monotonic(), 0.0), HOUSEKEEPING_SECONDS)

    def _sleep(self, seconds: float) -> None:
        """Wait, but not past the next signal."""
        readable, _, _ = select.select([self._wake_read], [], [], seconds)
        if readable:
            os.read(self._wake_read, 4096)

    def _tidy(self) -> None:
        if time.monotonic() - self._tidied_at > HOUSEKEEPING_SECONDS:
            self._tidied_at = time.monotonic()
            for child in self.children:
                child.trim_log()

    def _record(self) -> None:
        with suppress(OSError):  # a full disk must not take the children down
            write_children(
                self.run_folder,
                [(child.spec.name, child.pid) for child in self.children if child.pid is not None],
            )

    def _on_stop(self, number: int, _frame: FrameType | None) -> None:
        self.stop_requests += 1
        if self.stop_requests == 1 and sys.stderr.isatty():
            self.say("stopping; once more to stop at once")


def _describe(status: int) -> str:
    if status >= 0:
        return f"status {status}"
    return signal.Signals(-status).name
