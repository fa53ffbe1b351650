"""When something that is watched deserves a word: states, and what has been said already.

Source: Redash's alerts (unknown, ok, triggered; notify on change, again after `rearm`), and
changedetection.io's lesson that a change is measured against the value last told: measured against
the last reading, a price that creeps by one percent a day would never be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MILLION = 1_000_000


class State(StrEnum):
    """unknown: never read; ok; triggered."""

    UNKNOWN = "unknown"
    OK = "ok"
    TRIGGERED = "triggered"


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of one thing under one rule.

    value: as last read. told_value: as last told, or first read; None: never read. told_at: when
    somebody was last told; None: never.
    """

    state: State = State.UNKNOWN
    value: int | None = None
    told_value: int | None = None
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read now. value: the measure, in whatever whole unit; None: nothing could be read.
    is_bad: whether it is what the rule warns of."""

    value: int | None
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """step_ppm: a change by this share of the value last told is worth another word (0: never).
    rearm: say it again after so long while it lasts; None: once."""

    step_ppm: int = 0
    rearm: timedelta | None = None


def next_level(before: Watched, reading: Reading, rule: Rule, now: datetime) -> Watched:
    """The state after a reading of something that is good or bad (a price, stock, a promotion).

    Told is the change to triggered, then every step away from what was told last, and all of it
    again after `rearm`. A reading without value says nothing: everything stays as it was.
    """
    if reading.value is None:
        return before
    if not reading.is_bad:
        return Watched(State.OK, reading.value, None, before.told_at)
    told = before.told_value
    is_new = before.state is not State.TRIGGERED or told is None
    is_far = told is not None and is_step(told, reading.value, rule.step_ppm)
    is_late = (
        rule.rearm is not None and before.told_at is not None and now - before.told_at >= rule.rearm
    )
    if is_new or is_far or is_late:
        return Watched(State.TRIGGERED, reading.value, reading.value, now)
    return Watched(State.TRIGGERED, reading.value, told, before.told_at)


def next_change(before: Watched, reading: Reading, rule: Rule, now: datetime) -> Watched:
    """The state after a reading of something that may only not move far (followers).

    Triggered is a step away from the value last told; told, it is the new measure, so the next
    reading near it is ok again. The first reading is the first measure and is not told.
    """
    if reading.value is None:
        return before
    if before.told_value is None:
        return Watched(State.OK, reading.value, reading.value, before.told_at)
    if is_step(before.told_value, reading.value, rule.step_ppm):
        return Watched(State.TRIGGERED, reading.value, reading.value, now)
    return Watched(State.OK, reading.value, before.told_value, before.told_at)


def is_step(told: int, value: int, step_ppm: int) -> bool:
    """Whether a value lies at least a step from the one last told; without a step never."""
    return step_ppm > 0 and abs(value - told) * MILLION >= step_ppm * abs(told) and value != told
