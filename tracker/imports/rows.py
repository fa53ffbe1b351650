"""Text to rows of cells, each with its first physical line; strict, and it goes on after an error.

An unclosed quote would swallow the rest of the file. Here only the line it stands on is given up:
what it had swallowed is read again as lines of its own.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tracker.domain.records import Reason

MAX_CELL = 65_536
"""Characters of a cell; a longer one is an unclosed quote or an attack."""

csv.field_size_limit(MAX_CELL)


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A line that is no row."""

    line: int
    reason: Reason


class _Feeder:
    """Gives lines to the reader, and remembers those of the row that is being read."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> _Feeder:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        return line

    def give_back_all_but_one(self) -> None:
        """The lines after the first one will be read again."""
        self._again.extendleft(reversed(self.taken[1:]))


def read_rows(
    lines: Iterable[str], delimiter: str, first_line: int = 1
) -> Iterator[tuple[int, list[str]] | BrokenRow]:
    """Rows as (first physical line, cells); blank lines are left out.

    Args:
        lines: with their line ends, as a text file opened with newline="" gives them.
        first_line: number of the first of them.
    """
    feeder = _Feeder(lines)
    reader = _reader(feeder, delimiter)
    line = first_line
    while True:
        feeder.taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield BrokenRow(line, _reason(error))
            feeder.give_back_all_but_one()
            reader = _reader(feeder, delimiter)  # a reader that met the end stays at the end
            line += 1
            continue
        if cells:
            yield line, cells
        line += len(feeder.taken)


def _reader(feeder: _Feeder, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(feeder, delimiter=delimiter, strict=True)


def _reason(error: csv.Error) -> Reason:
    told = str(error)
    if "field limit" in told:
        return Reason.CELL_TOO_LONG
    if "NUL" in told:
        return Reason.BAD_CHARACTER
    return Reason.UNCLOSED_QUOTE
