"""What a reader is, and the frame of those that make one unit of each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tracker.imports.errors import RowError
from tracker.imports.row import Row
from tracker.imports.units import Out, Unit

Options = Mapping[str, Any]
"""The table `[options]` of a preset."""

Units = Callable[[Iterable[Row], Options], Iterator[Unit | Out]]


@dataclass(frozen=True, slots=True)
class Reader:
    """How the rows of one kind of file are read.

    Attributes:
        name: as presets name it.
        feeds: what it loads.
        scope: whether the records belong to a shop or to the workspace.
        columns: every canonical column that it knows.
        needed: groups of columns; of each group the file has to have one.
        instants, days: the columns that are times or days.
        numbers: the columns of numbers, whose decimal mark is found out.
        has_totals: whether platforms put rows of totals below (or among) these rows.
        units: rows in, units out, in the order of the file.
    """

    name: str
    feeds: tuple[str, ...]
    scope: Literal["shop", "workspace"]
    columns: frozenset[str]
    needed: tuple[tuple[str, ...], ...]
    units: Units
    instants: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    has_totals: bool = False
    any_width: bool = False
    """Whether rows of another width than the header are its business."""
    sees_notes: bool = False
    """Whether lines of explanation and repeated headers are its business too."""
    is_log: bool = False
    """Whether most rows are left out as a matter of course: they are counted, and not listed one
    by one in the database."""


def row_by_row(read: Callable[[Row, Options], Unit]) -> Units:
    """Each row is a unit of its own; one that cannot be read is rejected."""

    def units(rows: Iterable[Row], options: Options) -> Iterator[Unit | Out]:
        for row in rows:
            try:
                yield read(row, options)
            except RowError as error:
                yield Out(row.line, "rejected", error.reason, error.detail)

    return units


def columns(text: str) -> frozenset[str]:
    """Names separated by blanks."""
    return frozenset(text.split())
