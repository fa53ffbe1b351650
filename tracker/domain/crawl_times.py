"""When a page is fetched next: intervals, jitter, quiet hours, ages of posts, back-off.

Everything is a function of what is given: the same target and instant give the same answer, so two
schedulers agree. Figures: 15 min, 1 h, 6 h, 24 h and a post's +1 h … +30 d are decided here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from zlib import crc32
from zoneinfo import ZoneInfo

POST_AGES: Final = (
    timedelta(hours=1),
    timedelta(hours=24),
    timedelta(hours=72),
    timedelta(days=7),
    timedelta(days=30),
)
"""Ages of a post at which its numbers are read."""

LADDER: Final = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""Waiting times after one, two, three, and more failures in a row."""

LONGEST_WAIT: Final = timedelta(days=7)
"""A Retry-After beyond this is taken for a slip."""


def ladder_wait(failures: int) -> timedelta:
    """How long to wait after so many failures in a row (at least 1)."""
    return LADDER[min(max(failures, 1), len(LADDER)) - 1]


def back_off(failures: int, asked: timedelta | None) -> timedelta:
    """How long a host that refused is left alone.

    Args:
        failures: refusals in a row, with this one.
        asked: what its Retry-After says; None: nothing. It is kept to, also when it is shorter
            than the ladder, as long as the host does not refuse again and again (then both count).
    """
    if asked is None:
        return ladder_wait(failures)
    asked = min(max(asked, timedelta(seconds=1)), LONGEST_WAIT)
    return asked if failures <= 2 else max(asked, ladder_wait(failures - 1))


def parse_retry_after(text: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for: a number of seconds or an HTTP date (RFC 9110,
    10.2.3). None: unreadable. Times that have passed give 0; nothing above LONGEST_WAIT.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), LONGEST_WAIT.total_seconds())
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT.total_seconds())


def next_regular(key: int, after: datetime, interval: timedelta, jitter_percent: int) -> datetime:
    """The fetch that follows one at `after`: an interval later, and up to a share of it more.

    Args:
        key: which target; it and the day decide the jitter, which therefore is no dice but spreads
            targets that were added together.
    """
    spread = interval * max(0, min(jitter_percent, 100)) / 100
    return after + interval + spread * _share(key, after)


def first_fetch(key: int, now: datetime, spread: timedelta) -> datetime:
    """The first fetch of a target that was just added: soon, but not all at once."""
    return now + spread * _share(key, now)


def _share(key: int, at: datetime) -> float:
    """A fixed number from 0 to 1 for a target and a day."""
    return crc32(f"{key}:{at:%Y-%m-%d}".encode()) / 0xFFFF_FFFF


def next_by_age(published_at: datetime, after: datetime) -> datetime | None:
    """The next of a post's ages that lies after an instant; None: all have passed."""
    return next((published_at + age for age in POST_AGES if published_at + age > after), None)


def is_quiet(at: datetime, quiet_from: int | None, quiet_until: int | None, zone: ZoneInfo) -> bool:
    """Whether an instant is in the quiet hours.

    Args:
        quiet_from, quiet_until: minutes of the day in the zone; the first included, the second
            not; over midnight when the second is smaller. None or equal: no quiet hours.
    """
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return False
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    if quiet_from < quiet_until:
        return quiet_from <= minute < quiet_until
    return minute >= quiet_from or minute < quiet_until


def after_quiet(
    at: datetime, quiet_from: int | None, quiet_until: int | None, zone: ZoneInfo
) -> datetime:
    """The instant itself, or the first full minute after it that is not in the quiet hours.

    Found by looking rather than by adding: days of 23 and 25 hours need no rule then.
    """
    if not is_quiet(at, quiet_from, quiet_until, zone):
        return at
    minute = at.replace(second=0, microsecond=0)
    return _first(lambda n: not is_quiet(minute + timedelta(minutes=n), quiet_from, quiet_until,
                                         zone), minute)  # fmt: skip


def _first(is_it: Callable[[int], bool], start: datetime) -> datetime:
    """The first minute after `start` (at most two days) for which a condition holds."""
    return start + timedelta(minutes=next((n for n in range(1, 2 * 1_440) if is_it(n)), 0))
