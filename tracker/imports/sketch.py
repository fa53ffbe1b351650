"""A table that no preset knows, as a person would see it: where its header stands, and its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from tracker.imports.errors import FileError
from tracker.imports.rows import BrokenRow
from tracker.imports.sniff import DELIMITERS, HEADER_WITHIN, height_of
from tracker.imports.tables import Table

SHOWN = 8
"""Rows that are shown below the header."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What can be told of a table without knowing its kind."""

    table: Table
    delimiter: str
    header_line: int
    after_header: int
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """The first rows below the header: line, cells."""
    candidates: tuple[tuple[int, str], ...]
    """Lines that may be the header, and how they begin."""


def sketch(table: Table, header_line: int = 0) -> Sketch:
    """Look at a table.

    Args:
        header_line: where its header stands, as a person says; 0: find out.

    Raises FileError (not_a_table): there are no rows of several cells.
    """
    best: tuple[int, str, list[tuple[int, list[str]]]] | None = None
    for delimiter in DELIMITERS if table.grid is None else ("",):
        head = islice(table.rows(delimiter), HEADER_WITHIN)
        rows = [row for row in head if not isinstance(row, BrokenRow)]
        score = _regular(rows)
        if rows and (best is None or score > best[0]):
            best = (score, delimiter, rows)
    if best is None or best[0] == 0:
        raise FileError("not_a_table")
    _, delimiter, rows = best
    place = next((n for n, (line, _) in enumerate(rows) if line == header_line), None)
    if place is None:
        place = _header_place(rows)
    line, header = rows[place]
    after = rows[place + 1][0] if place + 1 < len(rows) else line + height_of(header)
    below = tuple((number, tuple(cells)) for number, cells in rows[place + 1 : place + 1 + SHOWN])
    told = tuple((number, " · ".join(filter(None, cells[:4]))[:80]) for number, cells in rows[:15])
    return Sketch(table, delimiter, line, after, tuple(header), below, told)


def _regular(rows: Sequence[tuple[int, list[str]]]) -> int:
    """How much like a table rows are: cells of those that have the most usual width."""
    widths = Counter(len(cells) for _, cells in rows if len(cells) > 1)
    return max((width * count for width, count in widths.items()), default=0)


def _header_place(rows: Sequence[tuple[int, list[str]]]) -> int:
    """The first of the widest rows whose cells are all words."""
    widths = Counter(len(cells) for _, cells in rows if len(cells) > 1)
    width = max(widths, key=lambda one: (widths[one] * one, one))
    fitting = [n for n, (_, cells) in enumerate(rows) if len(cells) == width]
    for place in fitting:
        cells = [cell.strip() for cell in rows[place][1]]
        named = [cell for cell in cells if cell]
        is_words = all(not cell[0].isdigit() and not cell.startswith("-") for cell in named)
        if is_words and 2 * len(named) > len(cells) and len(set(named)) == len(named):
            return place
    return fitting[0]
