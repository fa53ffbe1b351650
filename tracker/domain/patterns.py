"""Names made from a pattern, such as `{slug}-{yy}{mm}`: for links and codes of many people at once.

A place is a word in braces. `{{` and `}}` stand for the braces themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

PLACES = (
    "slug", "SLUG", "name", "platform", "handle", "agency", "n", "nn", "nnn", "yyyy", "yy", "mm",
    "dd",
)  # fmt: skip
"""Places that a pattern may have. SLUG: in capitals. n, nn, nnn: number in the list from 1, with
leading zeros. yyyy, yy, mm, dd: of the day that the names are made for."""

OF_PERSON = frozenset({"slug", "SLUG", "name", "platform", "handle", "n", "nn", "nnn"})
"""Places that tell people apart, more or less: a pattern needs one to give each their own name."""

MAX_PATTERN = 2_000

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class PatternError(ValueError):
    """A pattern that cannot be filled. code: unknown_place (detail: the place), lone_brace."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code = code
        self.detail = detail


def fill(pattern: str, values: Mapping[str, str]) -> str:
    """A pattern with its places filled.

    values: text of each of PLACES; a place that it does not have is empty.

    Raises:
        PatternError: a place is not one of PLACES, or a brace has no partner.
    """

    def part(match: re.Match[str]) -> str:
        found = match.group(0)
        if found in ("{{", "}}"):
            return found[0]
        place = match.group(1)
        if place is None:
            raise PatternError("lone_brace")
        if place not in PLACES:
            raise PatternError("unknown_place", place[:40])
        return values.get(place, "")

    return _PART.sub(part, pattern[:MAX_PATTERN])


def tells_people_apart(pattern: str) -> bool:
    """Whether a pattern has a place that differs from person to person."""
    return any(match.group(1) in OF_PERSON for match in _PART.finditer(pattern))


def values_of_day(day: date) -> dict[str, str]:
    """The places of a day."""
    return {
        "yyyy": f"{day.year:04d}",
        "yy": f"{day.year % 100:02d}",
        "mm": f"{day.month:02d}",
        "dd": f"{day.day:02d}",
    }


def values_of_number(number: int) -> dict[str, str]:
    """The places of a number in a list."""
    return {"n": str(number), "nn": f"{number:02d}", "nnn": f"{number:03d}"}
