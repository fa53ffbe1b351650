"""Which processes an installation on one machine consists of."""

from __future__ import annotations

import sys
from pathlib import Path

from tracker.config import Settings
from tracker.supervisor.child import Spec
from tracker.supervisor.valkey import valkey_command

PROGRAM_FOLDER = Path(__file__).resolve().parents[2]
"""The checkout: where `app`, `jobs`, `templates` lie beside the package."""

VALKEY, LOADER, BACKGROUND, WEB = 0, 1, 2, 3
"""Stages, in the order of starting. Stopping goes the other way: first nothing new comes in, then
jobs end, then what was collected is loaded, and the queue goes last.
"""

QUEUES = ("quick", "bulk", "crawl")
"""As `jobs.queues.QUEUES`, which stands above this module; a test compares them."""


def planned(settings: Settings) -> list[Spec]:
    """The children of `tracker up`, in no order."""
    specs = [
        Spec("loader", _module("tracker.collect.loader"), LOADER, grace_seconds=15),
        Spec("clock", _module("jobs.schedule"), BACKGROUND),
        *(
            Spec(f"worker-{queue}", _module("jobs.worker", queue), BACKGROUND, grace_seconds=30)
            for queue in QUEUES
        ),
        Spec("web", _module("tracker.supervisor.web"), WEB, grace_seconds=12),
    ]
    if not settings.redis_url:
        specs.append(Spec("valkey", valkey_command(settings), VALKEY, grace_seconds=15))
    return specs


def _module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)
