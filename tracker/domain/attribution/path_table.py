"""Path tables: how often each sequence of channels was seen, as other attribution tools write them.

Columns: path ("a > b > a"), total_conversions, and if there are total_conversion_value and
total_null. Numbers may have fractions; a path that stands in several rows counts for all of them.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.domain.attribution.allocate import offsets_of
from tracker.domain.attribution.journeys import Journeys

Floats = NDArray[np.float64]

SEPARATOR = ">"
DELIMITERS = (",", ";", "\t")

NAMES: dict[str, frozenset[str]] = {
    "path": frozenset({"path", "paths", "journey", "channel_path"}),
    "conversions": frozenset(
        {"total_conversions", "conversions", "total_conversion", "conversion"}
    ),
    "value": frozenset(
        {"total_conversion_value", "conversion_value", "total_value", "value", "revenue"}
    ),
    "nulls": frozenset({"total_null", "null", "nulls", "total_nulls", "total_null_conversions"}),
}
"""Names of the columns, in lower case with "_" for blanks."""


class PathTableError(ValueError):
    """A text that is no path table."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was left out. line: its first physical line, from 1."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class PathTable:
    """A path table. channels: names, sorted; `journeys` has their places as units.

    value: what each journey brought; None: the table has no such column. rows: rows read, those
    rejected included.
    """

    channels: tuple[str, ...]
    journeys: Journeys
    value: Floats | None
    rows: int
    rejected: tuple[Rejected, ...]


def read_path_table(lines: Iterable[str]) -> PathTable:
    """Read a path table from its physical lines (with their line ends, as a file yields them).

    Rows that cannot be read are left out and named: an empty path or step, a number that is none,
    negative counts, missing cells. Blank cells of numbers are 0; blank lines are no rows.

    Raises PathTableError: no header with a path and a conversions column, or broken quotes.
    """
    reader = _Reader()
    stream = iter(lines)
    delimiter, skipped = _header(stream, reader)
    rows = csv.reader(stream, delimiter=delimiter)
    before = 0
    try:
        for cells in rows:
            if any(cells) and not all(cell.isspace() or not cell for cell in cells):
                reader.take(cells, skipped + before + 1)
            elif len(cells) > 1:
                reader.reject(skipped + before + 1, "the path is empty")
            before = rows.line_num
    except csv.Error as error:
        raise PathTableError(f"line {skipped + before + 1}: {error}") from error
    return reader.table()


def _header(stream: Iterable[str], reader: _Reader) -> tuple[str, int]:
    """Find the header, tell the reader its columns; gives the delimiter and the lines read."""
    for number, text in enumerate(stream, start=1):
        line = text.removeprefix("\ufeff").strip("\r\n")
        if not line.strip():
            continue
        for delimiter in DELIMITERS:
            names = [_canonical(cell) for cell in next(csv.reader([line], delimiter=delimiter))]
            if "path" in names and "conversions" in names:
                reader.columns(names)
                return delimiter, number
        raise PathTableError(
            f"line {number}: a path table has the columns path and total_conversions, "
            f"separated by commas or semicolons; found {line[:80]!r}"
        )
    raise PathTableError("the file is empty")


def _canonical(cell: str) -> str:
    """Our name of a column, or "" for a column that does not matter."""
    name = "_".join(cell.strip().lower().replace("-", " ").replace("_", " ").split())
    return next((ours for ours, theirs in NAMES.items() if name in theirs), "")


class _Reader:
    """Collects rows: one slot for each distinct text of a path."""

    def __init__(self) -> None:
        self._columns: dict[str, int] = {}
        self._width = 0
        self._slots: dict[str, int | str] = {}
        self._names: dict[str, int] = {}
        self._touches: list[int] = []
        self._lengths: list[int] = []
        self._sums: dict[str, list[float]] = {}
        self._rows = 0
        self._rejected: list[Rejected] = []

    def columns(self, names: list[str]) -> None:
        """Learn where the columns are. Raises PathTableError when one stands there twice."""
        for ours in NAMES:
            if names.count(ours) > 1:
                raise PathTableError(f"the column {ours} stands in the table twice")
            if ours in names:
                self._columns[ours] = names.index(ours)
        self._width = max(self._columns.values()) + 1
        self._sums = {name: [] for name in self._columns if name != "path"}

    def reject(self, line: int, reason: str) -> None:
        """Leave a row out."""
        self._rows += 1
        self._rejected.append(Rejected(line, reason))

    def take(self, cells: list[str], line: int) -> None:
        """Take a row, or reject it."""
        if len(cells) < self._width:
            self.reject(line, f"{len(cells)} cells where the header has {self._width}")
            return
        amounts = {name: _number(cells[self._columns[name]], name) for name in self._sums}
        for value in amounts.values():
            if isinstance(value, str):
                self.reject(line, value)
                return
        # Last, so that a row that is left out does not bring a channel.
        slot = self._slot(cells[self._columns["path"]])
        if isinstance(slot, str):
            self.reject(line, slot)
            return
        self._rows += 1
        for name, value in amounts.items():
            self._sums[name][slot] += value  # type: ignore[operator]

    def _slot(self, text: str) -> int | str:
        """The number of a path, or why it is none."""
        slot = self._slots.get(text)
        if slot is None:
            slot = self._slots[text] = self._learn(text)
        return slot

    def _learn(self, text: str) -> int | str:
        steps = [step.strip() for step in text.split(SEPARATOR)]
        if not all(steps):
            return "the path has an empty step" if any(steps) else "the path is empty"
        self._touches += [self._names.setdefault(step, len(self._names)) for step in steps]
        self._lengths.append(len(steps))
        for sums in self._sums.values():
            sums.append(0.0)
        return len(self._lengths) - 1

    def table(self) -> PathTable:
        """What was read, with the channels in alphabetical order."""
        channels = sorted(self._names)
        rank = np.empty(len(channels), np.int64)
        rank[[self._names[name] for name in channels]] = np.arange(len(channels))
        n = len(self._lengths)
        conversions = np.array(self._sums["conversions"], np.float64)
        nulls = np.array(self._sums.get("nulls", [0.0] * n), np.float64)
        values = self._sums.get("value")
        return PathTable(
            tuple(channels),
            Journeys(
                rank[np.array(self._touches, np.int64)],
                offsets_of(np.array(self._lengths, np.int64)),
                conversions,
                nulls,
            ),
            None if values is None else np.array(values, np.float64),
            self._rows,
            tuple(self._rejected),
        )


def _number(text: str, name: str) -> float | str:
    """The number of a cell, or why it is none."""
    try:
        value = float(text)
    except ValueError:
        if not text or text.isspace():
            return 0.0
        return f"{text.strip()[:40]!r} is no number"
    if not math.isfinite(value) or "_" in text:
        return f"{text.strip()[:40]!r} is no number"
    if value < 0 and name != "value":
        return f"a number of journeys is not negative, got {text.strip()[:40]}"
    return value
