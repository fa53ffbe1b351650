"""Text to rows of cells, each with its first physical line; strict, and it goes on after an error.

An unclosed quote would swallow the rest of the file. Here only the line it stands on is given up:
what it had swallowed is read again as lines of its own.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from tracker.domain.records import Reason
from tracker.imports.errors import FileError

MAX_CELL = 65_536
"""Characters of a cell; a longer one is an unclosed quote or an attack."""

MAX_LINE = 4 * 1024**2
"""Characters of a line."""

MAX_ROW = 1024**2
"""Characters of a row over several lines, from its second line on."""

MOST_ENDLESS = 100
"""Rows that were given up because they never ended; with more of them it is no table."""

csv.field_size_limit(MAX_CELL)


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A line that is no row."""

    line: int
    reason: Reason


class _EndlessError(Exception):
    """A row that goes on from line to line."""


class _Feeder:
    """Gives lines to the reader, and remembers those of the row that is being read."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._length = 0
        self.taken: list[str] = []

    def __iter__(self) -> _Feeder:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        if len(self.taken) > 1:  # a row over several lines
            self._length += len(line)
            if self._length > MAX_ROW:
                raise _EndlessError
        else:
            self._length = 0
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

    Raises FileError (not_a_table): row after row never ends.
    """
    feeder = _Feeder(lines)
    reader = _reader(feeder, delimiter)
    line, n_endless = first_line, 0
    while True:
        feeder.taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _EndlessError) as error:
            n_endless += isinstance(error, _EndlessError)
            if n_endless > MOST_ENDLESS:
                raise FileError("not_a_table", f"line {line}") from None
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


def bounded(file: TextIO) -> Iterator[str]:
    """The lines of a text. Raises FileError (not_a_table): one of them has no end."""
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE:
            raise FileError("not_a_table", f"line {number} is longer than {MAX_LINE} characters")
        yield line


def _reason(error: Exception) -> Reason:
    told = str(error)
    if "field limit" in told:
        return Reason.CELL_TOO_LONG
    if "NUL" in told:
        return Reason.BAD_CHARACTER
    return Reason.UNCLOSED_QUOTE
