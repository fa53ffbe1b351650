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
    line = skipped + 1
    try:
        for cells in rows:
            if not reader.take(cells):
                reader.reject(cells, line)
            line = skipped + rows.line_num + 1
    except csv.Error as error:
        raise PathTableError(f"line {line}: {error}") from error
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
        self._path = 0
        self._columns: list[tuple[str, int]] = []
        self._slots: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._spellings: dict[str, int] = {}
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
        self._path = names.index("path")
        self._columns = [
            (ours, names.index(ours)) for ours in NAMES if ours in names and ours != "path"
        ]
        self._sums = {ours: [] for ours, _ in self._columns}

    def take(self, cells: list[str]) -> bool:
        """Take a row; False, and nothing has changed, when something is wrong with it."""
        amounts = []
        try:
            for name, column in self._columns:
                text = cells[column].strip()
                amount = float(text) if text else 0.0
                if not (amount >= 0 or name == "value") or amount - amount != 0 or "_" in text:
                    return False
                amounts.append(amount)
            # Last, so that a row that is left out does not bring a channel.
            path = cells[self._path]
            slot = self._slots.get(path)
            if slot is None:
                slot = self._slots[path] = self._learn(path)
        except (IndexError, ValueError):
            return False
        self._rows += 1
        for sums, amount in zip(self._sums.values(), amounts, strict=True):
            sums[slot] += amount
        return True

    def _learn(self, text: str) -> int:
        """The number of a new path. Raises ValueError: an empty step."""
        steps = text.split(SEPARATOR)
        try:
            touches = list(map(self._spellings.__getitem__, steps))
        except KeyError:  # a step that was never seen, or never so spelt
            names = [step.strip() for step in steps]
            if not all(names):
                raise ValueError("an empty step") from None
            touches = [self._names.setdefault(name, len(self._names)) for name in names]
            self._spellings.update(zip(steps, touches, strict=True))
        self._touches += touches
        self._lengths.append(len(touches))
        for sums in self._sums.values():
            sums.append(0.0)
        return len(self._lengths) - 1

    def reject(self, cells: list[str], line: int) -> None:
        """Leave a row out and say why; a blank line is no row."""
        if len(cells) < 2 and not any(cell.strip() for cell in cells):
            return
        self._rows += 1
        self._rejected.append(Rejected(line, self._fault(cells)))

    def _fault(self, cells: list[str]) -> str:
        """The first thing that is wrong with a row."""
        width = max(self._path, *(column for _, column in self._columns)) + 1
        if len(cells) < width:
            return f"{len(cells)} cells where the header has {width}"
        steps = [step.strip() for step in cells[self._path].split(SEPARATOR)]
        if not any(steps):
            return "the path is empty"
        if not all(steps):
            return "the path has an empty step"
        for name, column in self._columns:
            text = cells[column].strip()
            if text and not _is_number(text):
                return f"{text[:40]!r} is no number"
            if text and float(text) < 0 and name != "value":
                return f"a number of journeys is not negative, got {text[:40]}"
        raise AssertionError(f"nothing is wrong with {cells!r}")

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


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and "_" not in text
    except ValueError:
        return False
