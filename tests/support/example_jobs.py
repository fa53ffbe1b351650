"""Jobs for tests of the queue; a worker process imports them by name."""

from __future__ import annotations

import os
import time
from pathlib import Path


def note(path: str, word: str) -> str:
    """Append a word to a file, so that the test sees how often it ran."""
    with Path(path).open("a") as file:
        file.write(word + "\n")
    return word


def note_and_sleep(path: str, seconds: int) -> None:
    """Append this process's id, then be busy."""
    note(path, str(os.getpid()))
    time.sleep(seconds)
    note(path, "done")


def fail(path: str) -> None:
    """Note that it ran, then fail."""
    note(path, "failed")
    raise RuntimeError("as the test wants it")
