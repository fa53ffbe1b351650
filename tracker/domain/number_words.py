"""Words that stand beside numbers: scales, "more than", "up to", units that make it no count.

The words are in data/number_words.toml; `tracker.domain.number_phrases` reads with them.
"""

from __future__ import annotations

import tomllib
from enum import Enum
from pathlib import Path
from typing import Any, Final, NamedTuple


class Marks(Enum):
    """Which mark the languages that use a scale word write before decimals."""

    POINT = "point"
    """As in English and Chinese: "1,234K" is 1,234,000 and "1.234M" is 1.234 million."""
    COMMA = "comma"
    """As in German: "1,234 Mio." is 1.234 million and "1.234 Mio." is 1,234 million."""


class Scale(NamedTuple):
    """A scale word."""

    factor: int
    marks: Marks
    spaced: bool = True
    """Whether it may stand after a blank ("1.2 K"), not only at the digits ("1.2w")."""
    capital: bool = False
    """Whether after a blank it must be a capital: "5 M" is millions, "5 m" is metres."""


def _read() -> dict[str, Any]:
    path = Path(__file__).parent / "data" / "number_words.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


_DATA = _read()


def _set(name: str) -> frozenset[str]:
    return frozenset(_DATA[name].replace("\n", " ").split(" ")) - {""}


def _scales() -> dict[str, Scale]:
    return {
        word: Scale(
            entry["factor"],
            Marks(entry["marks"]),
            entry.get("spaced", True),
            entry.get("capital", False),
        )
        for entry in _DATA["scales"]
        for word in entry["words"].split()
    }


SCALES: Final = _scales()
"""Word -> scale. A trailing point belongs to the word."""

CZECH_MILLION: Final = Scale(1_000_000, Marks.COMMA)
"""Of "1,2 mil. odběratelů": "mil." with its point before another word. "5 mil" is Spanish 5000."""

LEAST_BEFORE: Final = _set("least_before")
"""Before a number: at least this. In all tables an underscore is a blank."""
LEAST_AFTER: Final = _set("least_after")
"""After a number: at least this."""
MORE_INSIDE: Final = _set("more_inside")
"""Between a number and its scale, as in 50多万: at least."""
MOST: Final = _set("most")
"""An upper limit: says nothing that can be stored as a number."""
ABOUT: Final = _set("about")
"""Roughly this."""
TO: Final = _set("to")
"""Between two numbers: a range."""
AND: Final = _set("and")
"""Between two numbers: a range when a word of BETWEEN stands before."""
BETWEEN: Final = _set("between")
"""See AND."""
FREE: Final = _set("free")
"""A price of nothing, when it stands alone."""
NOT_A_COUNT_AFTER: Final = _set("not_a_count_after")
"""Right after a number: a time, a date, a size, a share."""
NOT_A_COUNT_BEFORE: Final = _set("not_a_count_before")
"""Right before a number: a rank, a version, a date, a name."""
NEUTRAL: Final = _set("neutral")
"""Words that begin with one of the others and mean something else."""
