"""What readers give: units of a file (a row, or the rows of one order), and rows that are out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from tracker.domain.records import Reason, Record


@dataclass(slots=True)
class Unit:
    """Rows that are loaded together or not at all, and the records they make."""

    lines: tuple[int, ...]
    """First physical line of each row."""
    records: tuple[Record, ...]
    key: str
    """What may stand in a file once: the natural key."""
    content: str = ""
    """What the rows say, to tell a repeated row from a contradiction."""
    day: date | None = None
    """For the period that the file covers."""
    until: date | None = None
    """The last day of what is about several; None: `day`."""
    currency: str = ""
    amounts: dict[str, int] = field(default_factory=dict)
    """Canonical column -> minor units, for the totals."""
    counts: dict[str, int] = field(default_factory=dict)
    """Canonical column -> a sum that is no money (impressions), for the totals."""
    repeats: bool = False
    """Whether equal rows are different facts (touches): then the rank becomes part of the key."""


@dataclass(frozen=True, slots=True)
class Out:
    """A row that is not loaded."""

    line: int
    outcome: Literal["rejected", "ignored"]
    reason: Reason
    detail: str = ""
