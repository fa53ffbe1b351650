"""How much one address may send: a filter of noise, not a wall. Money never comes this way."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from enum import Enum
from functools import lru_cache

RATE = 100.0
"""Events a second and shop that one address may send for ever. Thousands of phones share an address
(carrier NAT), so it is generous."""

BURST = 1_000.0
"""Events that it may send at once after a quiet time."""

MOST_KEYS = 50_000
"""Addresses remembered; when there are more, those that have been quiet are forgotten."""


class Pace(Enum):
    """What an address is doing."""

    fine = 0
    fast = 1
    """More than RATE for longer than BURST allows."""
    flood = 2
    """Twice the burst is used up."""


class Limiter:
    """A token bucket a key, in memory of one process.

    Threads may share it without a lock: a race costs a token at most.
    """

    def __init__(
        self,
        rate: float = RATE,
        burst: float = BURST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: dict[tuple[str, int], tuple[float, float]] = {}

    def take(self, address: str, shop_id: int) -> Pace:
        """Count one event of an address. Addresses that are not public are not counted: they are a
        proxy in front of us or our own network, behind which everybody would be one."""
        if not _is_public(address):
            return Pace.fine
        now = self._clock()
        key = (address, shop_id)
        tokens, then = self._buckets.get(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - then) * self._rate) - 1
        if tokens <= -self._burst:
            self._buckets[key] = (-self._burst, now)
            return Pace.flood
        if key not in self._buckets and len(self._buckets) >= MOST_KEYS:
            self._forget(now)
        self._buckets[key] = (tokens, now)
        return Pace.fine if tokens >= 0 else Pace.fast

    def _forget(self, now: float) -> None:
        full_after = self._burst / self._rate
        kept = {k: b for k, b in tuple(self._buckets.items()) if now - b[1] < full_after}
        self._buckets = kept if len(kept) < MOST_KEYS else {}


@lru_cache(maxsize=16_384)
def _is_public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False
